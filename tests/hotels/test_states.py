"""The whole machine: every state, every step, and what the log keeps of it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from app.core.audit_trail import Actor
from app.core.columns import new_id
from app.core.db import transaction
from app.core.errors import IllegalTransition
from app.hotels import queries, states
from app.hotels.models import Hotel, HotelStatus
from app.hotels.service.steps import BY_HOTEL, BY_PLATFORM
from app.hotels.states import NEXT, Step
from tests import factories
from tests.hotels.people import rows

pytestmark = pytest.mark.usefixtures("application")

# As it is drawn in the design: from → step → to.
DRAWN = """
draft submit submitted · changes_requested submit submitted
submitted approve active · submitted request_changes changes_requested · submitted reject rejected
active pause paused · paused resume active
active suspend suspended · paused suspend suspended · suspended reinstate active
draft close closed · submitted close closed · changes_requested close closed · rejected close closed · active close closed
paused close closed · suspended close closed
"""


def drawn() -> Iterator[tuple[str, str, str]]:
    for arrow in DRAWN.replace("\n", " · ").split(" · "):
        if arrow.strip():
            came_from, step, to = arrow.split()
            yield came_from, step, to


def test_the_table_is_the_drawing() -> None:
    assert {(str(was), str(step), str(to)) for was, steps in NEXT.items() for step, to in steps.items()} == set(drawn())
    assert set(NEXT) == set(HotelStatus)
    assert set(BY_HOTEL) | set(BY_PLATFORM) == set(Step)
    assert set(BY_HOTEL) & set(BY_PLATFORM) == {Step.CLOSE}


@pytest.mark.parametrize("status", list(HotelStatus))
def test_every_step_from_every_state(status: HotelStatus) -> None:
    actor = Actor(new_id(), "platform_admin")
    for step in Step:
        take(step, status, actor)
    lines = rows("SELECT step, from_status, to_status, actor, actor_id, reason FROM hotel_status_log ORDER BY step")
    assert [tuple(line.values()) for line in lines] == [
        (step, status, to, "platform", actor.id, "because") for step, to in sorted(NEXT[status].items())
    ]


def take(step: Step, status: HotelStatus, actor: Actor) -> None:
    """The step, by a hotel of its own that is in this state: it leads where the table says, or nowhere."""
    hotel_id, possible = factories.hotel(status=status).id, NEXT[status]
    with transaction() as session:
        hotel = queries.lock_for_step(session, hotel_id)
        before = hotel.version
        if step in possible:
            states.move(session, hotel, step, actor, "because")
        else:
            with pytest.raises(IllegalTransition) as refusal:
                states.move(session, hotel, step, actor)
            assert refusal.value.extra["allowed"] == sorted(possible)
    with transaction() as session:
        after = session.scalars(select(Hotel).where(Hotel.id == hotel_id)).one()
        assert (after.status, after.version) == (possible.get(step, status), before + (step in possible))
