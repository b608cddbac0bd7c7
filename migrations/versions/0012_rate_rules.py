"""Rules of prices: what a plan, its seasons and its days say; who is in the room; how long before"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NO, YES = sa.text("false"), sa.text("true")
PRICES = postgresql.ARRAY(sa.BigInteger())
RULES = {
    "weekday_prices": "cardinality(weekday_prices) = 7 AND 0 < ALL(weekday_prices)",
    "stay_nights": "min_nights BETWEEN 1 AND max_nights AND max_nights <= 30",
    "booked_ahead": "lead_days BETWEEN 0 AND 365 AND advance_days BETWEEN lead_days AND 1000",
    "extra_adult_price": "extra_adult_price >= 0",
}
SAID = {
    "price": "price > 0",
    "min_nights": "min_nights BETWEEN 1 AND 30",
    "max_nights": "max_nights BETWEEN min_nights AND 30",
    "most_nights": "max_nights BETWEEN 1 AND 30",
}
BOUNDED = "NOT isempty(days) AND lower(days) IS NOT NULL AND upper(days) IS NOT NULL"
SAYS_SOMETHING = "num_nonnulls(price, stop_sell, closed_to_arrival, closed_to_departure, min_nights, max_nights) > 0"
# `parties`: a room each, [adults, age, age …]. Kobo a night for all of them, above what the rooms cost. `app/rates/occupancy.py` says the
# same in Python.
EXTRAS = """
CREATE FUNCTION extras_a_night(parties jsonb, base_adults int, extra_adult bigint, child_prices jsonb)
RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(sum(extra_adult * greatest(adults + grown - base_adults, 0) + young), 0)::bigint
  FROM (
    SELECT (party ->> 0)::int AS adults, count(age) FILTER (WHERE band.price IS NULL) AS grown, coalesce(sum(band.price), 0) AS young
    FROM jsonb_array_elements(parties) WITH ORDINALITY AS rooms (party, room)
    LEFT JOIN LATERAL (SELECT age::int FROM jsonb_array_elements_text(party - 0) AS ages (age)) child ON true
    LEFT JOIN LATERAL (SELECT (told ->> 'price')::bigint AS price FROM jsonb_array_elements(coalesce(child_prices, '[]')) AS told
                       WHERE (told ->> 'to_age')::int >= child.age ORDER BY (told ->> 'to_age')::int LIMIT 1) band ON true
    GROUP BY room, party
  ) each_room
$$
"""


def upgrade() -> None:
    for column in _columns():
        op.add_column("rate_plans", column)
    op.alter_column("rate_plans", "updated_at", server_default=sa.text("clock_timestamp()"))
    for name, rule in RULES.items():
        op.execute(f"ALTER TABLE rate_plans ADD CONSTRAINT ck_rate_plans_{name} CHECK ({rule}) NOT VALID")
    _create("rate_seasons", _season_columns(), _season_rules())
    op.execute(
        "ALTER TABLE rate_seasons ADD CONSTRAINT ex_rate_seasons_rate_plan_id_days"
        " EXCLUDE USING gist (rate_plan_id WITH =, days WITH &&)"
    )
    _create("rate_days", _day_columns(), SAID | {"says_something": SAYS_SOMETHING})
    op.execute(EXTRAS)
    # Each in a transaction of its own: none holds the plans locked while it reads all of them.
    with op.get_context().autocommit_block():
        for name in RULES:
            op.execute(f"ALTER TABLE rate_plans VALIDATE CONSTRAINT ck_rate_plans_{name}")


def downgrade() -> None:
    op.execute("DROP FUNCTION extras_a_night(jsonb, int, bigint, jsonb)")
    op.drop_table("rate_days")
    op.drop_table("rate_seasons")
    for column in reversed(_columns()):
        op.drop_column("rate_plans", column.name)


def _columns() -> list[sa.Column]:
    return [
        sa.Column("is_open", sa.Boolean(), server_default=YES, nullable=False),
        sa.Column("weekday_prices", PRICES, nullable=True),
        sa.Column("stop_sell", sa.Boolean(), server_default=NO, nullable=False),
        sa.Column("closed_to_arrival", sa.Boolean(), server_default=NO, nullable=False),
        sa.Column("closed_to_departure", sa.Boolean(), server_default=NO, nullable=False),
        sa.Column("min_nights", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("max_nights", sa.SmallInteger(), server_default="30", nullable=False),
        sa.Column("lead_days", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("advance_days", sa.SmallInteger(), server_default="1000", nullable=False),
        sa.Column("extra_adult_price", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("child_prices", postgresql.JSONB(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    ]


def _create(table: str, columns: list[sa.schema.SchemaItem], rules: dict[str, str]) -> None:
    checks = [sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}")) for name, rule in rules.items()]
    plan = sa.ForeignKeyConstraint(["rate_plan_id"], ["rate_plans.id"], name=op.f(f"fk_{table}_rate_plan_id"))
    op.create_table(table, *columns, *checks, plan)


def _season_rules() -> dict[str, str]:
    return SAID | {"bounded": BOUNDED, "weekday_prices": RULES["weekday_prices"]}


def _season_columns() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rate_plan_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("days", postgresql.DATERANGE(), nullable=False),
        sa.Column("weekday_prices", PRICES, nullable=True),
        *_said(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rate_seasons")),
    ]


def _day_columns() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("rate_plan_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *_said(),
        sa.PrimaryKeyConstraint("rate_plan_id", "day", name=op.f("pk_rate_days")),
    ]


def _said() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("stop_sell", sa.Boolean(), nullable=True),
        sa.Column("closed_to_arrival", sa.Boolean(), nullable=True),
        sa.Column("closed_to_departure", sa.Boolean(), nullable=True),
        sa.Column("min_nights", sa.SmallInteger(), nullable=True),
        sa.Column("max_nights", sa.SmallInteger(), nullable=True),
    ]
