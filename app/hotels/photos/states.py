"""The life of a photo, and the one mover that changes its status."""

from app.core.clock import sql_now
from app.core.errors import IllegalTransition
from app.hotels.photos.models import Photo, PhotoStatus, Refusal

NEXT: dict[PhotoStatus, frozenset[PhotoStatus]] = {
    PhotoStatus.WAITING: frozenset({PhotoStatus.CHECKING, PhotoStatus.REFUSED, PhotoStatus.REMOVED}),
    PhotoStatus.CHECKING: frozenset({PhotoStatus.READY, PhotoStatus.REFUSED, PhotoStatus.REMOVED}),
    PhotoStatus.READY: frozenset({PhotoStatus.REMOVED}),
    PhotoStatus.REFUSED: frozenset({PhotoStatus.REMOVED}),
    PhotoStatus.REMOVED: frozenset(),
}


def move(photo: Photo, to: PhotoStatus) -> None:
    """Checks and stamps the move. What the store holds of the photo is to be looked at anew. Raises IllegalTransition."""
    came_from = PhotoStatus(photo.status)
    if to not in NEXT[came_from]:
        raise IllegalTransition(f"A photo that is {came_from} cannot become {to}", allowed=sorted(NEXT[came_from]))
    photo.status = to
    photo.moved_at = sql_now()
    photo.cleared_at = None


def refuse(photo: Photo, reason: Refusal) -> None:
    """It will not be shown, and why. Raises IllegalTransition."""
    move(photo, PhotoStatus.REFUSED)
    photo.refusal = reason
