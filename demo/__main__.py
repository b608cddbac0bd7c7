"""`python -m demo load|story|play|watch|accounts|token`: the sample world, its people, and what is played in it."""

import argparse
import sys
import time

from app.config import settings
from app.core import db
from demo import accounts
from demo.load import SCALES, load
from demo.play import crowd
from demo.story.play import play
from demo.watch import watch


def main() -> int:
    asked = _parser().parse_args()
    if asked.command == "load":
        return _load(SCALES[asked.scale] if asked.hotels is None else asked.hotels)
    if asked.command == "story":
        return play(as_json=asked.json)
    if asked.command == "play":
        return crowd.play(asked.count)
    if asked.command == "watch":
        return watch(asked.hotel)
    if asked.command == "token":
        return _token(asked.who)
    print(accounts.table())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demo", description="The sample world of SmartStay.")
    commands = parser.add_subparsers(dest="command", required=True)
    loading = commands.add_parser("load", help="write the sample world, unless it is there")
    loading.add_argument("--scale", choices=sorted(SCALES), default="full")
    loading.add_argument("--hotels", type=int, help="so many hotels instead of a scale's number")
    story = commands.add_parser("story", help="play the main job on a running system")
    story.add_argument("--json", action="store_true", help="end with one JSON object")
    playing = commands.add_parser("play", help="many bookings of many kinds on a running system")
    playing.add_argument("count", nargs="?", type=whole_number, default=20, help="how many; any twenty hold every kind")
    watching = commands.add_parser("watch", help="print what a hotel is told, until Ctrl-C")
    watching.add_argument("hotel", nargs="?", help="its slug; default: the story's hotel")
    commands.add_parser("accounts", help="the demo accounts and their password")
    commands.add_parser("token", help="an access token of a demo account").add_argument(
        "who", help="a role or an e-mail"
    )
    return parser


def whole_number(text: str) -> int:
    """A number from 1 on. Raises ValueError, which argparse tells."""
    if int(text) < 1:
        raise ValueError
    return int(text)


def _load(count: int) -> int:
    db.connect(settings())
    began = time.monotonic()
    written = load(count)
    told = f"{written} hotels written in {time.monotonic() - began:.1f} s" if written else "the sample world is there"
    print(told)
    return 0


def _token(who: str) -> int:
    try:
        print(accounts.token(who))
    except accounts.TokenError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
