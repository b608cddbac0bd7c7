"""What is always true of the ledger."""

from app.core.invariants import Invariant

# Judged by sorting, not through the constraint's own index: a damaged index is one of the ways in which this could come about.
INVARIANTS = (
    Invariant(
        "allocations_overlap",
        "A room is taken twice for one night: two guests have been promised the same bed. The exclusion constraint is gone or its index is"
        " damaged. Stop selling in these hotels, restore the constraint, and move one of the guests before they arrive.",
        """
        SELECT id, room_id, hotel_id, check_in, check_out, taken_until FROM (
          SELECT id, room_id, hotel_id, check_in, check_out,
                 max(check_out) OVER (PARTITION BY room_id ORDER BY check_in, id
                                      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS taken_until
          FROM allocations
        ) AS ordered WHERE check_in < taken_until
        """,
    ),
)
