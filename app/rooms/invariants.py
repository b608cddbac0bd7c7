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
    Invariant(
        "retired_room_taken",
        "Somebody is to sleep in a room that was retired, or it is blocked: boards and calendars do not show it. Move the guest to another"
        " room, or bring this one back.",
        """
        SELECT a.id, a.room_id, a.hotel_id, a.check_in, a.check_out, room.retired_at
        FROM allocations a JOIN rooms room ON room.id = a.room_id JOIN hotels h ON h.id = a.hotel_id
        WHERE room.retired_at IS NOT NULL AND a.check_out > (room.retired_at AT TIME ZONE h.time_zone)::date
        """,
    ),
    Invariant(
        "hotel_takes_other_numbers",
        "The most guests that a hotel is known to take is not what its largest room type takes: searches pass it over, or ask it in vain."
        " Set hotels.max_occupancy to what its living room types say.",
        """
        SELECT h.id AS hotel_id, h.max_occupancy, coalesce(max(type.max_occupancy), 0) AS of_its_types
        FROM hotels h LEFT JOIN room_types type ON type.hotel_id = h.id AND type.retired_at IS NULL
        GROUP BY h.id HAVING h.max_occupancy <> coalesce(max(type.max_occupancy), 0)
        """,
    ),
)
