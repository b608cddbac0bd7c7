"""Orders as Celery writes them, for Redis to be given many in one call: Celery itself would ask it once for each.

Celery writes one message for each kind of job; the others differ from it in two numbers, which are put in their places.
"""

import uuid
from base64 import b64decode, b64encode
from functools import cache
from typing import Any, NamedTuple

from kombu.transport import memory
from kombu.utils.json import dumps

from workers.celery_app import celery_app

# Stand for the row's number and for the message's own id; nothing else in a message looks like them.
ROW = 7_777_777_777_777_777_777
MESSAGE_ID = "77777777-7777-4777-8777-777777777777"


class Form(NamedTuple):
    """A message with places left open: in `body` for the row, in `message` for body, row and id."""

    message: str
    body: str


class _Desk(memory.Channel):  # type: ignore[misc]  # the library is untyped
    """Keeps the last message instead of sending it."""

    def _put(self, _queue: str, message: dict[str, Any], **_options: Any) -> None:
        self.written = message


def order(queue: str, name: str, row_id: int, limit: int) -> str:
    """The message that orders one run of a row. `limit`: seconds after which the run is killed."""
    form = _form(queue, name, limit)
    body = b64encode(form.body.replace(str(ROW), str(row_id)).encode()).decode()
    filled = form.message.replace(MESSAGE_ID, str(uuid.uuid4())).replace(str(ROW), str(row_id))
    return filled.replace('"body": ""', f'"body": "{body}"')


@cache
def _form(queue: str, name: str, limit: int) -> Form:
    message = _written(queue, name, limit)
    body = b64decode(message["body"]).decode()
    message["properties"]["delivery_tag"] = MESSAGE_ID  # anything that no other message has
    return Form(dumps(message | {"body": ""}), body)


def _written(queue: str, name: str, limit: int) -> dict[str, Any]:
    """What `send_task` would send; it is connected to no server."""
    desk = _Desk(celery_app.connection("memory://").transport)
    producer = celery_app.amqp.Producer(desk, auto_declare=False)
    options = {"queue": queue, "time_limit": limit, "ignore_result": True, "retry": False}
    celery_app.send_task(name, args=[ROW], task_id=MESSAGE_ID, producer=producer, **options)
    written: dict[str, Any] = desk.written
    return written
