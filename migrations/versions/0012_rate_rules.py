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
# same in Python. In loops, for as one query it would take ten times as long to begin.
EXTRAS = """
CREATE FUNCTION extras_a_night(parties jsonb, base_adults int, extra_adult bigint, child_prices jsonb)
RETURNS bigint LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  bands int := coalesce(jsonb_array_length(child_prices), 0);
  party jsonb;
  grown int;
  age int;
  kobo bigint := 0;
BEGIN
  FOR room IN 0 .. jsonb_array_length(parties) - 1 LOOP
    party := parties -> room;
    grown := (party ->> 0)::int;
    <<children>>
    FOR child IN 1 .. jsonb_array_length(party) - 1 LOOP
      age := (party ->> child)::int;
      FOR band IN 0 .. bands - 1 LOOP
        IF age <= (child_prices -> band ->> 'to_age')::int THEN
          kobo := kobo + (child_prices -> band ->> 'price')::bigint;
          CONTINUE children;
        END IF;
      END LOOP;
      grown := grown + 1;
    END LOOP;
    kobo := kobo + extra_adult * greatest(grown - base_adults, 0);
  END LOOP;
  RETURN kobo;
END $$
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
