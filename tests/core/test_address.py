"""Where a client is, as far as it is told from others."""

import pytest

from app.core.address import of_client


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        (None, None),
        ("", None),
        ("unknown", None),
        ("203.0.113.9:5000", None),
        ("203.0.113.009", None),
        ("' OR 1=1", None),
    ],
)
def test_addresses(told: str | None, kept: str | None) -> None:
    assert of_client(told) == kept
