-- 50 hotels of 10 rooms of one type, one plan paid now with one price for all days sold; guests who are logged in.
-- Ids tell what they are of and their number, so that whoever plays can name them without asking.
CREATE FUNCTION pg_temp.id_of(kind int, number int) RETURNS uuid IMMUTABLE LANGUAGE sql
    RETURN format('00000000-0000-7000-%%s-%%s', 8000 + kind, lpad(number::text, 12, '0'))::uuid;

INSERT INTO hotels (id, slug, name, status, stars, address, city, state, email, max_occupancy, location)
SELECT pg_temp.id_of(3, n), 'hotel-' || n, 'Hotel ' || n, 'active', 4, n || ' Sample Street', 'Lagos', 'Lagos',
       'desk' || n || '@hotel.example', 3, ST_MakePoint(3.3 + n * 0.004, 6.4 + n * 0.004)::geography
FROM generate_series(1, %(hotels)s) n;

INSERT INTO room_types (id, hotel_id, name, base_occupancy, max_adults, max_children, max_occupancy)
SELECT pg_temp.id_of(4, n), pg_temp.id_of(3, n), 'Deluxe', 1, 3, 2, 3 FROM generate_series(1, %(hotels)s) n;

INSERT INTO rooms (id, hotel_id, room_type_id, number, floor)
SELECT pg_temp.id_of(5, (n - 1) * %(rooms)s + room), pg_temp.id_of(3, n), pg_temp.id_of(4, n), (100 + room)::text, 1
FROM generate_series(1, %(hotels)s) n, generate_series(1, %(rooms)s) room;

INSERT INTO rate_plans (id, hotel_id, room_type_id, name, meals, payment_timing, price, windows)
SELECT pg_temp.id_of(6, n), pg_temp.id_of(3, n), pg_temp.id_of(4, n), 'Flexible', 'breakfast', 'pay_now', 5000000,
       '[{"until_hours_before": 48, "penalty": "none", "value": 0},
         {"until_hours_before": null, "penalty": "nights", "value": 1}]'::jsonb
FROM generate_series(1, %(hotels)s) n;

INSERT INTO rate_spans (rate_plan_id, days, price)
SELECT pg_temp.id_of(6, n), daterange(current_date - 1, current_date + 430), 5000000
FROM generate_series(1, %(hotels)s) n;

INSERT INTO users (id, email, password_hash, full_name, phone)
SELECT pg_temp.id_of(1, n), 'guest' || n || '@example.com', 'none: nobody logs in here', 'Guest ' || n, '+2348000000001'
FROM generate_series(1, %(guests)s) n;

INSERT INTO sessions (id, user_id, refresh_jti, expires_at)
SELECT pg_temp.id_of(2, n), pg_temp.id_of(1, n), gen_random_uuid(), clock_timestamp() + interval '1 day'
FROM generate_series(1, %(guests)s) n;
