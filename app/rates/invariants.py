"""What is always true of rates: the spans, which are sold from, say what the rules say."""

from app.core.invariants import Invariant

INVARIANTS = (
    Invariant(
        "spans_are_not_the_rules",
        "A rate plan is sold for other prices, or on other days, than its rules say, or its spans end within a week. Something wrote rules"
        " and no spans, or beat does not order `rates.extend`. Write the plan's spans anew by any change of its rules; look at the bookings"
        " since. Of very many plans 300 are looked at, others each day.",
        """
        SELECT plan.id, plan.hotel_id, count(*) AS days, min(on_day.day) AS first_day
        FROM (
          SELECT p.*, (statement_timestamp() AT TIME ZONE h.time_zone)::date AS today,
                 (SELECT max(upper(days)) FROM rate_spans WHERE rate_plan_id = p.id) AS ends
          FROM rate_plans p JOIN hotels h ON h.id = p.hotel_id
          WHERE p.retired_at IS NULL ORDER BY md5(concat(p.id, current_date)) LIMIT 300
        ) plan
        CROSS JOIN LATERAL (
          SELECT plan.today + number AS day, extract(isodow FROM plan.today + number)::int AS weekday
          FROM generate_series(0, greatest(plan.ends - plan.today - 1, 6)) AS numbers (number)
        ) on_day
        LEFT JOIN rate_days own ON own.rate_plan_id = plan.id AND own.day = on_day.day
        LEFT JOIN rate_seasons season ON season.rate_plan_id = plan.id AND season.days @> on_day.day
        LEFT JOIN rate_spans span ON span.rate_plan_id = plan.id AND span.days @> on_day.day
        WHERE (span.price, span.stop_sell, span.closed_to_arrival, span.closed_to_departure, span.min_nights, span.max_nights)
          IS DISTINCT FROM (
            coalesce(own.price, season.weekday_prices[weekday], season.price, plan.weekday_prices[weekday], plan.price),
            NOT plan.is_open OR coalesce(own.stop_sell, season.stop_sell, plan.stop_sell),
            coalesce(own.closed_to_arrival, season.closed_to_arrival, plan.closed_to_arrival),
            coalesce(own.closed_to_departure, season.closed_to_departure, plan.closed_to_departure),
            coalesce(own.min_nights, season.min_nights, plan.min_nights),
            coalesce(own.max_nights, season.max_nights, plan.max_nights)
          )
        GROUP BY plan.id, plan.hotel_id
        """,
    ),
)
