"""The whole matrix of a photo's moves."""

from itertools import product

import pytest

from app.core.errors import IllegalTransition
from app.hotels.photos.models import Photo, PhotoStatus, Refusal
from app.hotels.photos.states import NEXT, move, refuse

ALLOWED = {
    ("waiting", "checking"),
    ("waiting", "refused"),
    ("waiting", "removed"),
    ("checking", "ready"),
    ("checking", "refused"),
    ("checking", "removed"),
    ("ready", "removed"),
    ("refused", "removed"),
}


@pytest.mark.parametrize(("before", "after"), list(product(PhotoStatus, PhotoStatus)))
def test_every_move(before: PhotoStatus, after: PhotoStatus) -> None:
    photo = Photo(status=before)
    if (before, after) in ALLOWED:
        move(photo, after)
        assert photo.status == after
        return
    with pytest.raises(IllegalTransition) as refused:
        move(photo, after)
    assert refused.value.extra["allowed"] == sorted(NEXT[before])
    assert photo.status == before


def test_a_refusal_has_its_reason() -> None:
    photo = Photo(status=PhotoStatus.CHECKING)
    refuse(photo, Refusal.PICTURE_BOMB)
    assert (photo.status, photo.refusal) == ("refused", "picture_bomb")


def test_every_status_is_in_the_table() -> None:
    assert NEXT.keys() == set(PhotoStatus)
