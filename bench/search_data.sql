-- Hotels :first to :last, spread as in Nigeria: four in ten in Lagos, nearly half in eight other cities, the rest anywhere.
-- Each has ten rooms of two or three types, each type one plan of one price. A room has one guest for a week of the next five,
-- and one for the week from :full_from, in which no room is left anywhere.
--
-- Ids begin with the hotel's number: what was made together lies together, as with ids made of time.
--
-- Keys, exclusion constraints and indexes are taken down for the load and put back as they were: built in one go they cost
-- less than half, and PostgreSQL checks every row when it takes them back.

\set ON_ERROR_STOP on
SET client_min_messages = warning;
SET maintenance_work_mem = '512MB';
SELECT setseed(:first % 1000 / 1000.0) AS seeded \gset

CREATE TEMP TABLE filled (name) AS
VALUES ('hotels'::regclass), ('room_types'), ('rate_plans'), ('rate_spans'), ('rooms'), ('allocations');
CREATE TEMP TABLE taken_down AS
SELECT CASE contype WHEN 'f' THEN 3 ELSE 2 END AS turn,
       format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS down,
       format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS up
FROM pg_constraint WHERE conrelid IN (SELECT name FROM filled) AND contype IN ('f', 'x', 'u')
UNION ALL
SELECT 1, format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
FROM pg_index
WHERE indrelid IN (SELECT name FROM filled) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid);
SELECT down FROM taken_down ORDER BY turn DESC \gexec

CREATE TEMP TABLE city (up_to float, name text, latitude float, longitude float, spread float);
INSERT INTO city VALUES
    (0.40, 'Lagos', 6.52, 3.40, 0.35), (0.52, 'Abuja', 9.06, 7.49, 0.30), (0.60, 'Port Harcourt', 4.82, 7.03, 0.20),
    (0.66, 'Ibadan', 7.38, 3.93, 0.20), (0.71, 'Kano', 12.00, 8.52, 0.20), (0.75, 'Benin City', 6.34, 5.62, 0.15),
    (0.79, 'Enugu', 6.45, 7.51, 0.15), (0.82, 'Kaduna', 10.52, 7.44, 0.15), (0.85, 'Jos', 9.90, 8.86, 0.12),
    (1.00, 'Nigeria', 8.80, 8.50, 5.5);

-- How the ids of hotel `n` begin, and how the ids of its parts number `k` end.
CREATE TEMP TABLE hotel AS
SELECT n, lpad(to_hex(n), 8, '0') AS head, (lpad(to_hex(n), 8, '0') || repeat('0', 24))::uuid AS id, 2 + n % 2 AS types
FROM generate_series(:first, :last) n;
CREATE FUNCTION pg_temp.tail(kind text, number int) RETURNS text LANGUAGE sql IMMUTABLE
RETURN '00007' || substr(md5(kind || number), 1, 19);
CREATE TEMP TABLE part AS
SELECT k, pg_temp.tail('type', k) AS type, pg_temp.tail('plan', k) AS plan, pg_temp.tail('room', k) AS room,
       pg_temp.tail('guest', k) AS guest, pg_temp.tail('last', k) AS last
FROM generate_series(1, 10) k;

INSERT INTO hotels (id, slug, name, status, stars, address, city, state, location, email, max_occupancy)
SELECT id, 'hotel-' || n, 'Hotel ' || n, 'active', 1 + n % 5, n || ' Marina', city.name, city.name,
       ST_MakePoint(city.longitude + (random() + random() - 1) * city.spread,
                    city.latitude + (random() + random() - 1) * city.spread * 0.8)::geography,
       'hotel' || n || '@hotel.example', 1 + types
FROM (SELECT *, random() AS share FROM hotel OFFSET 0) drawn
JOIN LATERAL (SELECT * FROM city WHERE drawn.share < up_to ORDER BY up_to LIMIT 1) city ON true;

INSERT INTO room_types (id, hotel_id, name, base_occupancy, max_adults, max_children, max_occupancy)
SELECT (head || type)::uuid, id, 'Type ' || k, 2, 1 + k, 1, 1 + k FROM hotel JOIN part ON k <= types;

INSERT INTO rate_plans (id, hotel_id, room_type_id, name, meals, payment_timing, price, windows)
SELECT (head || plan)::uuid, id, (head || type)::uuid, 'Flexible', 'breakfast', 'pay_now',
       (10000 + floor(random() * 90000))::bigint * 100,
       '[{"until_hours_before": 48, "penalty": "none", "value": 0}, {"until_hours_before": null, "penalty": "nights", "value": 1}]'
FROM hotel JOIN part ON k <= types;

INSERT INTO rate_spans (rate_plan_id, days, price)
SELECT plan.id, daterange(current_date - 2, current_date + 400), price
FROM rate_plans plan JOIN hotel ON hotel.id = plan.hotel_id;

INSERT INTO rooms (id, hotel_id, room_type_id, number)
SELECT (head || part.room)::uuid, id, (head || typed.type)::uuid, part.k::text
FROM hotel CROSS JOIN part JOIN part typed ON typed.k = 1 + part.k % types;

INSERT INTO allocations (id, room_id, hotel_id, stay, block_reason)
SELECT (head || guest)::uuid, (head || room)::uuid, id, daterange(day, day + 7), 'other'
FROM (SELECT *, current_date + floor(random() * 28)::int AS day FROM hotel CROSS JOIN part OFFSET 0) drawn;

INSERT INTO allocations (id, room_id, hotel_id, stay, block_reason)
SELECT (head || last)::uuid, (head || room)::uuid, id, daterange(:'full_from', :'full_from'::date + 7), 'other'
FROM hotel CROSS JOIN part;

SELECT up FROM taken_down ORDER BY turn \gexec
VACUUM ANALYZE;
