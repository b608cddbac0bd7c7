-- What one POST /bookings asks of the database: the same statements in the same transactions, sent without any Python.
-- README.md says what is not the same; tests/bench/test_booking_script.py holds the two together.
\set guest random(1, :guests)
\set hotel random(1, :hotels)
\set ahead random(1, :days)
\set high :guest / 256
\set low :guest % 256

-- who asks
SELECT u.id AS guest_id, u.email AS guest_email, u.full_name, u.phone, u.role,
       (SELECT jsonb_object_agg(m.hotel_id, m.role) FROM hotel_members m WHERE m.user_id = u.id) AS memberships
FROM users u JOIN sessions s ON s.user_id = u.id
WHERE s.id = ('00000000-0000-7000-8002-' || lpad(:guest::text, 12, '0'))::uuid AND s.revoked_at IS NULL
  AND s.expires_at > clock_timestamp() AND u.id = ('00000000-0000-7000-8001-' || lpad(:guest::text, 12, '0'))::uuid AND u.status = 'active' \gset

-- what it costs
SELECT h.id AS hotel_id, h.name, h.slug, h.status = 'active' AS is_selling, h.currency, h.time_zone, h.check_in_from, h.check_out_until,
       h.email, clock_timestamp() AS now, levied.charges,
       p.id AS plan_id, p.hotel_id AS hotel_of_plan, p.name AS plan, p.meals, p.payment_timing, p.currency AS currency_of_plan, p.windows,
       p.grace_minutes, p.change_terms, p.room_type_id, t.name AS room_type, p.lead_days, p.advance_days,
       t.max_adults, t.max_children, t.max_occupancy, t.base_occupancy, p.extra_adult_price, p.child_prices,
       lower(s.days) AS first, upper(s.days) AS "end", s.price, s.stop_sell, s.closed_to_arrival, s.closed_to_departure, s.min_nights,
       s.max_nights,
       current_date + :ahead::int AS check_in, current_date + :ahead::int + 1 AS check_out, clock_timestamp() + interval '1 day' AS until
FROM hotels h
CROSS JOIN LATERAL (
  SELECT coalesce(json_agg(json_build_array(c.name, c.kind, c.value, c.is_included)
                           ORDER BY c.place <> '', c.hotel_id IS NOT NULL, c.id), '[]')
  FROM charges c WHERE c.place IN ('', h.state, h.id::text) AND c.retired_at IS NULL AND c.valid @> current_date + :ahead::int
) AS levied (charges)
LEFT JOIN (rate_plans p JOIN room_types t ON t.id = p.room_type_id AND t.hotel_id = p.hotel_id AND t.retired_at IS NULL)
  ON p.id = ANY(ARRAY[('00000000-0000-7000-8006-' || lpad(:hotel::text, 12, '0'))::uuid]) AND p.retired_at IS NULL
LEFT JOIN rate_spans s ON s.rate_plan_id = p.id AND lower(s.days) <= current_date + :ahead::int + 1
  AND upper(s.days) > current_date + :ahead::int
WHERE h.id = ('00000000-0000-7000-8003-' || lpad(:hotel::text, 12, '0'))::uuid ORDER BY t.id, p.id, lower(s.days) \gset

BEGIN;
-- the key, and the turns of the guest and of his e-mail
INSERT INTO idempotency_keys (id, scope, route, key, request_hash, status, resource_id)
VALUES (gen_random_uuid(), :guest_id::text, 'bookings.create', gen_random_uuid()::text, encode(sha256(:guest_id::text::bytea), 'hex'), 'done',
        gen_random_uuid())
ON CONFLICT DO NOTHING RETURNING resource_id AS booking_id,
  (SELECT count(pg_advisory_xact_lock(hashtextextended(turn, 0))) FROM unnest(ARRAY[:guest_id::text, :guest_email::text]) AS turn) \gset
-- what is open for him, for his e-mail and from his address
SELECT whose, status, count(*) AS bookings, extract(epoch FROM min(ends) - statement_timestamp())::float8 AS seconds FROM (
  SELECT 'user' AS whose, status, coalesce(release_at, check_in + interval '1 day') AS ends FROM bookings
  WHERE user_id = :guest_id::uuid AND (status = 'pending_payment' AND release_at > statement_timestamp()
    OR status = 'confirmed' AND payment_timing = 'pay_at_hotel' AND payment_status = 'unpaid' AND check_in >= current_date)
  UNION ALL
  SELECT 'email', status, coalesce(release_at, check_in + interval '1 day') FROM bookings
  WHERE guest_email = :guest_email::citext AND (status = 'pending_payment' AND release_at > statement_timestamp()
    OR status = 'confirmed' AND payment_timing = 'pay_at_hotel' AND payment_status = 'unpaid' AND check_in >= current_date)
  UNION ALL (
  SELECT 'address', status, release_at FROM bookings
  WHERE booked_from = ('10.0.' || :high::text || '.' || :low::text)::inet AND status = 'pending_payment'
    AND release_at > statement_timestamp() ORDER BY release_at LIMIT 200)
) AS open GROUP BY whose, status;
-- a room
WITH candidate AS (
  SELECT room.id FROM rooms room
  LEFT JOIN LATERAL (SELECT max(a.check_out) AS ends FROM allocations a
                     WHERE a.room_id = room.id AND a.check_out <= :check_in::date AND a.check_out > :check_in::date - 30
                       AND (a.hold_expires_at IS NULL OR a.hold_expires_at > clock_timestamp())) before ON true
  LEFT JOIN LATERAL (SELECT min(a.check_in) AS begins FROM allocations a
                     WHERE a.room_id = room.id AND a.check_in >= :check_out::date AND a.check_in < :check_out::date + 30
                       AND (a.hold_expires_at IS NULL OR a.hold_expires_at > clock_timestamp())) after ON true
  WHERE room.room_type_id = :room_type_id AND room.retired_at IS NULL AND room.id <> ALL('{}'::uuid[]) AND
    NOT EXISTS (
        SELECT FROM allocations taken
        WHERE taken.room_id = room.id AND taken.check_in < :check_out::date AND taken.check_out > :check_in::date
        AND (taken.hold_expires_at IS NULL OR taken.hold_expires_at > clock_timestamp())
    )
  ORDER BY coalesce(:check_in::date - before.ends, 30) + coalesce(after.begins - :check_out::date, 30), room.number
  LIMIT cardinality(ARRAY[:booking_id::uuid]) FOR NO KEY UPDATE OF room SKIP LOCKED
), paired AS (
  SELECT candidate.id AS room_id, row_number() OVER () AS nth FROM candidate
), taken AS (
  INSERT INTO allocations (id, room_id, hotel_id, stay, booking_room_id, hold_expires_at)
  SELECT (ARRAY[gen_random_uuid()])[nth], room_id, :hotel_id, daterange(:check_in::date, :check_out::date), (ARRAY[:booking_id::uuid])[nth],
         :until::timestamptz FROM paired
  ON CONFLICT DO NOTHING RETURNING room_id, booking_room_id
)
SELECT paired.room_id, taken.booking_room_id, taken.room_id IS NOT NULL AS got FROM paired LEFT JOIN taken USING (room_id) ORDER BY nth \gset
-- somebody may just have taken the same night of the same room: once in thousands
\if :got
-- the booking; its one room has its id
WITH active AS MATERIALIZED (
  SELECT id FROM hotels WHERE id = :hotel_id AND status = 'active' FOR KEY SHARE
), fitting AS MATERIALIZED (
  SELECT type.id FROM room_types type JOIN (
    SELECT room_type_id, max(adults) AS adults, max(cardinality(children)) AS children, max(adults + cardinality(children)) AS people
    FROM jsonb_populate_recordset(NULL::booking_rooms, ('[{"room_type_id": "' || :room_type_id::text ||
      '", "adults": 1, "children": []}]')::jsonb) AS line GROUP BY room_type_id
  ) party ON party.room_type_id = type.id
  WHERE type.retired_at IS NULL AND type.max_adults >= party.adults AND type.max_children >= party.children
    AND type.max_occupancy >= party.people FOR KEY SHARE OF type
), hotel AS MATERIALIZED (
  SELECT id FROM active WHERE (SELECT count(*) FROM fitting) = 1
), booking AS (
  INSERT INTO bookings (stay, id, reference, hotel_id, user_id, status, payment_timing, guest_name, guest_email, guest_phone,
    special_requests, search_id, rooms_amount, charges_amount, total_amount, currency, hold_expires_at, release_at, confirmed_at,
    booked_from, token_version)
  SELECT daterange(:check_in::date, :check_out::date), :booking_id, 'SS-' || :booking_id::text, :hotel_id, :guest_id, 'pending_payment',
    :payment_timing, 'Ada Obi', :guest_email::citext, '+2348000000002', NULL, NULL, :price, 0, :price, :currency, :until::timestamptz,
    :until::timestamptz, NULL, ('10.0.' || :high::text || '.' || :low::text)::inet, NULL FROM hotel
), room AS (
  INSERT INTO booking_rooms SELECT line.* FROM hotel, jsonb_populate_recordset(NULL::booking_rooms, ('[{"id": "' || :booking_room_id::text ||
    '", "booking_id": "' || :booking_id::text || '", "position": 0, "room_type_id": "' || :room_type_id::text || '", "room_id": "' ||
    :room_id::text || '", "rate_plan_id": "' || :plan_id::text || '", "rate_plan_terms": {"name": "Flexible", "meals": "breakfast", ' ||
    '"payment_timing": "pay_now", "windows": ' || :windows::text || ', "room_type": "Deluxe", "check_in_from": "14:00", ' ||
    '"time_zone": "Africa/Lagos"}, "adults": 1, "children": []}]')::jsonb) AS line
), night AS (
  INSERT INTO booking_nights SELECT line.* FROM hotel, jsonb_populate_recordset(NULL::booking_nights, ('[{"booking_room_id": "' ||
    :booking_room_id::text || '", "night": "' || :check_in::text || '", "amount": ' || :price::text || '}]')::jsonb) AS line
), charge AS (
  INSERT INTO booking_charges SELECT line.* FROM hotel, jsonb_populate_recordset(NULL::booking_charges, '[]'::jsonb) AS line
)
INSERT INTO booking_history (booking_id, to_status, actor, actor_id) SELECT :booking_id, 'pending_payment', 'guest', :guest_id FROM hotel;
-- what the hotel is told; pgbench would take :MI for a variable of its own
WITH counter AS (
  INSERT INTO hotel_counters (hotel_id, last_seq) VALUES (:hotel_id, 1)
  ON CONFLICT (hotel_id) DO UPDATE SET last_seq = hotel_counters.last_seq + excluded.last_seq
  RETURNING last_seq - 1 AS before, to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24' || chr(58) || 'MI' || chr(58) || 'SS.US"Z"') AS at
), fact AS (
  SELECT nth, before + nth AS seq, name, user_id,
         payload || jsonb_build_object('hotel_id', CAST(:hotel_id AS uuid), 'timestamp', at) AS payload
  FROM counter, jsonb_to_recordset(('[{"nth": 1, "name": "room_status_changed", "user_id": null, "payload": {"room_id": "' ||
    :room_id::text || '", "status": "locked", "check_in": "' || :check_in::text || '", "check_out": "' || :check_out::text || '"}}]')::jsonb)
    AS told (nth int, name text, user_id uuid, payload jsonb)
), recorded AS (
  INSERT INTO hotel_events (hotel_id, seq, name, payload)
  SELECT :hotel_id, seq, name, payload || jsonb_build_object('seq', seq) FROM fact
)
INSERT INTO outbox (kind, name, queue, payload, request_id)
SELECT 'event', name, room, payload, :booking_id::text FROM (
  SELECT nth, 1 AS step, name, concat('hotel:', CAST(:hotel_id AS uuid)) AS room, payload || jsonb_build_object('seq', seq) AS payload
  FROM fact
  UNION ALL SELECT nth, 2, name, concat('user:', user_id), payload FROM fact WHERE user_id IS NOT NULL
) AS sent ORDER BY nth, step;
COMMIT;

-- the answer
SELECT b.id, b.id AS booking_id, b.token_version, b.reference, b.hotel_id, b.user_id, b.status, b.payment_status, b.payment_timing,
       b.check_in, b.check_out, b.check_out - b.check_in AS nights,
       b.guest_name, b.guest_email, b.guest_phone, b.special_requests, b.search_id,
       b.rooms_amount, b.charges_amount, b.total_amount, b.currency, b.hold_expires_at, b.created_at,
       b.paid_amount, b.returned_amount, b.forfeited_amount, b.least_penalty, b.revision,
       b.confirmed_at, b.cancelled_at, b.expired_at, clock_timestamp() AS server_now,
       h.status IN ('active', 'paused') AS keeps_holds, (clock_timestamp() AT TIME ZONE h.time_zone)::date AS hotel_today,
       (SELECT to_json(x) FROM booking_cancellations x WHERE x.booking_id = b.id) AS given_up,
       (SELECT to_json(c) FROM booking_changes c WHERE c.booking_id = b.id AND c.status = 'waiting') AS change,
       (SELECT json_agg(json_build_object('id', r.id, 'room_type_id', r.room_type_id, 'room_id', r.room_id,
                'rate_plan_id', r.rate_plan_id, 'terms', r.rate_plan_terms, 'adults', r.adults, 'children', r.children,
                'nights', (SELECT json_agg(json_build_object('date', n.night, 'amount', n.amount) ORDER BY n.night)
                           FROM booking_nights n WHERE n.booking_room_id = r.id)) ORDER BY r.position)
        FROM booking_rooms r WHERE r.booking_id = b.id) AS rooms,
       (SELECT coalesce(json_agg(json_build_object('name', c.name, 'amount', c.amount, 'is_included', c.is_included)
                                 ORDER BY c.id), '[]')
        FROM booking_charges c WHERE c.booking_id = b.id) AS charges
FROM bookings b JOIN hotels h ON h.id = b.hotel_id WHERE b.id = ANY(ARRAY[:booking_id::uuid]) ORDER BY b.id DESC;
\else
ROLLBACK;
\endif
