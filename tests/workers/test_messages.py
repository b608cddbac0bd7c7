"""Our orders are what Celery itself would have sent."""

import json
from base64 import b64decode
from typing import Any

from workers.celery_app import celery_app
from workers.relay import messages


def sent_by_celery(row_id: int) -> dict[str, Any]:
    desk = messages._Desk(celery_app.connection("memory://").transport)
    producer = celery_app.amqp.Producer(desk, auto_declare=False)
    options = {"queue": "critical", "time_limit": 9, "ignore_result": True, "retry": False, "producer": producer}
    celery_app.send_task("tests.some_job", args=[row_id], **options)
    written: dict[str, Any] = desk.written
    return written


def ids(message: dict[str, Any]) -> list[str]:
    """All places where a message says which one it is."""
    headers, properties = message["headers"], message["properties"]
    return [headers.pop("id"), headers.pop("root_id"), properties.pop("correlation_id"), properties.pop("delivery_tag")]


def test_an_order_is_celerys_own_message_but_for_its_ids() -> None:
    ours, celerys = json.loads(messages.order("critical", "tests.some_job", 123, 9)), sent_by_celery(123)
    mine, theirs = ids(ours), ids(celerys)
    assert ours == celerys
    assert json.loads(b64decode(ours["body"]))[0] == [123]
    assert (len(set(mine)), len(set(theirs))) == (1, 2)


def test_each_order_has_its_own_id_and_row() -> None:
    orders = [json.loads(messages.order("bulk", "tests.some_job", number, 5)) for number in range(1, 101)]
    assert [json.loads(b64decode(order["body"]))[0] for order in orders] == [[number] for number in range(1, 101)]
    assert [order["headers"]["argsrepr"] for order in orders] == [f"[{number}]" for number in range(1, 101)]
    assert len({order["headers"]["id"] for order in orders}) == 100


def test_kinds_of_jobs_are_not_mixed_up() -> None:
    kinds = [("critical", "tests.one", 5), ("bulk", "tests.one", 5), ("bulk", "tests.two", 7)]
    orders = [json.loads(messages.order(queue, name, 1, limit)) for queue, name, limit in kinds]
    told = [
        (order["properties"]["delivery_info"]["routing_key"], order["headers"]["task"], order["headers"]["timelimit"])
        for order in orders
    ]
    assert told == [(queue, name, [limit, None]) for queue, name, limit in kinds]
