-- One hotel of each size: rooms of five types, sold night after night from a year ago until four months from now, stays of one to four
-- nights, a free night here and there, a block a season; one member of all of them, logged in.
-- Ids tell what they are of and their number: see booking_world.py.
SET session_replication_role = replica; -- what is loaded adds up: keys and triggers need not look; constraints do
SELECT setseed(0.5);
CREATE FUNCTION pg_temp.id_of(kind int, number int) RETURNS uuid IMMUTABLE LANGUAGE sql
    RETURN format('00000000-0000-7000-%%s-%%s', 8000 + kind, lpad(number::text, 12, '0'))::uuid;
CREATE TEMP TABLE size AS SELECT n::int, rooms FROM unnest(CAST(%(sizes)s AS int[])) WITH ORDINALITY AS given (rooms, n);

INSERT INTO users (id, email, password_hash, full_name, phone)
VALUES (pg_temp.id_of(1, 1), 'guest1@example.com', 'none: nobody logs in here', 'Desk', '+2348000000001');
INSERT INTO sessions (id, user_id, refresh_jti, expires_at)
VALUES (pg_temp.id_of(2, 1), pg_temp.id_of(1, 1), gen_random_uuid(), clock_timestamp() + interval '1 day');
INSERT INTO hotels (id, slug, name, status, stars, address, city, state, email, max_occupancy, location)
SELECT pg_temp.id_of(3, n), 'hotel-' || n, 'Hotel of ' || rooms, 'active', 4, n || ' Sample Street', 'Lagos', 'Lagos',
       'desk' || n || '@hotel.example', 3, ST_MakePoint(3.4, 6.4)::geography
FROM size;
INSERT INTO hotel_members (hotel_id, user_id, role) SELECT pg_temp.id_of(3, n), pg_temp.id_of(1, 1), 'hotel_admin' FROM size;
INSERT INTO room_types (id, hotel_id, name, base_occupancy, max_adults, max_children, max_occupancy)
SELECT pg_temp.id_of(4, n * 10 + type), pg_temp.id_of(3, n), 'Type ' || type, 1, 3, 2, 3 FROM size, generate_series(1, 5) type;
INSERT INTO rate_plans (id, hotel_id, room_type_id, name, meals, payment_timing, price, windows)
SELECT pg_temp.id_of(6, n), pg_temp.id_of(3, n), pg_temp.id_of(4, n * 10 + 1), 'Flexible', 'breakfast', 'pay_now', 5000000, '[]' FROM size;

CREATE TEMP TABLE room AS
SELECT pg_temp.id_of(5, n * 10000 + k) AS id, n, n * 10000 + k AS number, k FROM size, generate_series(1, rooms) k;
INSERT INTO rooms (id, hotel_id, room_type_id, number, floor)
SELECT id, pg_temp.id_of(3, n), pg_temp.id_of(4, n * 10 + 1 + k %% 5), (100 + k)::text, k / 20 FROM room;

-- Every five days one stay that begins on the first or second of them, and a second one right after it; of a hundred, four are blocks.
CREATE TEMP TABLE taken AS
SELECT gen_random_uuid() AS id, gen_random_uuid() AS booking_id, room.id AS room_id, n, random() < 0.04 AS is_block,
       current_date + five * 5 + part.first AS check_in, current_date + five * 5 + part.last AS check_out
FROM room, generate_series(-73, 24) five,
     LATERAL (SELECT room.k AS of_room, five AS of_days, random() < 0.3 AS late, 2 + (random() > 0.5)::int AS middle) drawn,
     LATERAL (VALUES (late::int, middle), (middle, 5)) part (first, last);
INSERT INTO bookings (id, reference, hotel_id, status, payment_timing, stay, guest_name, guest_email, rooms_amount, charges_amount,
                      total_amount, currency)
SELECT booking_id, 'SS-' || substr(booking_id::text, 1, 13), pg_temp.id_of(3, n), 'confirmed', 'pay_at_hotel', daterange(check_in, check_out),
       'Ada Obi', 'ada@example.com', 100, 0, 100, 'NGN'
FROM taken WHERE NOT is_block;
INSERT INTO booking_rooms (id, booking_id, position, room_type_id, room_id, rate_plan_id, rate_plan_terms, adults, children)
SELECT taken.id, booking_id, 0, rooms.room_type_id, room_id, pg_temp.id_of(6, n), '{}', 1, '{}'
FROM taken JOIN rooms ON rooms.id = taken.room_id WHERE NOT is_block;
INSERT INTO allocations (id, room_id, hotel_id, stay, booking_room_id, block_reason)
SELECT gen_random_uuid(), room_id, pg_temp.id_of(3, n), daterange(check_in, check_out), CASE WHEN NOT is_block THEN id END,
       CASE WHEN is_block THEN 'maintenance' END
FROM taken;
