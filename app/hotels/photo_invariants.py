"""What is always true of photos."""

from app.core.invariants import LIVING, Invariant
from app.hotels.photos.jobs import CHECK_PHOTO

INVARIANTS = (
    Invariant(
        "photo_forgotten",
        "A photo waits for its check, and no living job will check it. The job is dead (`flask jobs dead` tells why) or was discarded or"
        " deleted. Retry the job, or have the hotel remove the photo and upload it again.",
        f"""
        SELECT p.id, p.hotel_id, p.checks, p.moved_at FROM hotel_photos p
        WHERE p.status = 'checking'
          AND NOT EXISTS (SELECT FROM outbox o WHERE {LIVING} AND o.name = '{CHECK_PHOTO.name}' AND o.payload->>'photo_id' = p.id::text)
        """,  # noqa: S608 - constants of ours
    ),
    Invariant(
        "photos_without_cover",
        "A hotel has photos that are ready, and none or more than one of them is its cover. Have the hotel choose one.",
        """
        SELECT hotel_id, count(*) AS ready, count(*) FILTER (WHERE is_cover) AS covers FROM hotel_photos WHERE status = 'ready'
        GROUP BY hotel_id HAVING count(*) FILTER (WHERE is_cover) <> 1
        """,
    ),
)
