"""Room locks: keys in Redis which hint that a room's nights are taken while a hold lives. PostgreSQL decides; Redis may lie or be away.

One Lua call takes all nights or none. A key's value is the booking's id, and only that booking's id gives it back (compare and delete).
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from app.core import redis_client

TAKE = """
for _, key in ipairs(KEYS) do
  local holder = redis.call('GET', key)
  if holder and holder ~= ARGV[1] then return 0 end
end
for _, key in ipairs(KEYS) do redis.call('SET', key, ARGV[1], 'PX', ARGV[2]) end
return 1
"""
GIVE_BACK = """
local given = 0
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then given = given + redis.call('DEL', key) end
end
return given
"""


def night_keys(room_id: UUID, check_in: date, check_out: date) -> list[str]:
    """`room_lock:{room_id}:{date}` for each night of the stay."""
    nights = range((check_out - check_in).days)
    return [redis_client.key(f"room_lock:{room_id}:{check_in + timedelta(days=night)}") for night in nights]


def take(room_ids: Iterable[UUID], check_in: date, check_out: date, booking_id: UUID, seconds: float) -> bool:
    """Takes or extends all nights of all rooms for the booking. False: someone else is said to have one. True also when Redis is away."""
    keys = [key for room_id in sorted(room_ids) for key in night_keys(room_id, check_in, check_out)]
    life = max(1, int(seconds * 1000))
    return redis_client.ask(lambda client: _run(client, TAKE, keys, booking_id, life) == 1, default=True)


def give_back(room_ids: Iterable[UUID], check_in: date, check_out: date, booking_id: UUID) -> None:
    """Deletes those keys that are still this booking's. Best effort: they also end by themselves."""
    keys = [key for room_id in sorted(room_ids) for key in night_keys(room_id, check_in, check_out)]
    redis_client.ask(lambda client: _run(client, GIVE_BACK, keys, booking_id), default=0)


def _run(client: Any, script: str, keys: list[str], *arguments: object) -> int:
    return int(client.eval(script, len(keys), *keys, *map(str, arguments)))
