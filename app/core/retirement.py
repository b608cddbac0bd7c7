"""Routes on their way out: they go on working, and say with each answer since when, until when, and what comes instead.

`Deprecation` is RFC 9745, `Sunset` RFC 8594, `successor-version` a link relation of RFC 5829.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from urllib.parse import quote

from flask import Response, request
from werkzeug.http import http_date


@dataclass(frozen=True, slots=True)
class Retirement:
    """`since`: it should no longer be built upon. `sunset`: it may be gone from then on. Both begin at midnight UTC.

    `successor`: the path of the new route; names of the old one's path may stand in it in braces.
    """

    since: date
    sunset: date
    successor: str

    def __post_init__(self) -> None:
        if self.sunset <= self.since:
            raise ValueError("a route is deprecated before it goes")

    @property
    def documented(self) -> dict[str, str]:
        """Members of the operation in the OpenAPI document, beside its own `deprecated`."""
        return {"x-deprecated-since": str(self.since), "x-sunset": str(self.sunset), "x-successor": self.successor}

    def tell(self, response: Response) -> Response:
        """Writes the headers."""
        names = {name: quote(str(value), safe="") for name, value in (request.view_args or {}).items()}
        response.headers["Deprecation"] = f"@{int(_midnight(self.since).timestamp())}"
        response.headers["Sunset"] = http_date(_midnight(self.sunset))
        response.headers.add("Link", f'<{self.successor.format_map(names)}>; rel="successor-version"')
        return response


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
