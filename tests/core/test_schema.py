"""Fields that take one spelling of a thing and no other."""

from datetime import date
from typing import Any

import marshmallow as ma
import pytest

from app.core.money import MAX_KOBO
from app.core.schema import Day, Degrees, Email, Int, Kobo, QueryFlag, QueryInt, Schema, Text

FIELDS: dict[str, ma.fields.Field[Any]] = {
    "text": Text(5),
    "maybe": Text(5, shortest=0),
    "email": Email(),
    "int": Int(1, 9),
    "query_int": QueryInt(-5, 50),
    "flag": QueryFlag(),
    "degrees": Degrees(-90, 90),
    "kobo": Kobo(),
    "day": Day(),
}
TAKEN: list[tuple[str, Any, Any]] = [
    ("text", " ab ", "ab"),
    ("text", "a\nb\tc", "a\nb\tc"),
    ("text", "é₦😀", "é₦😀"),
    ("maybe", "", ""),
    ("email", " Ada.Obi+x@Example.COM ", "ada.obi+x@example.com"),
    ("email", "ada@exämple.com", "ada@xn--exmple-cua.com"),
    ("email", "ada@XN--EXMPLE-CUA.com", "ada@xn--exmple-cua.com"),
    ("email", "ada@\u0435xample.com", "ada@xn--xample-2of.com"),  # a Cyrillic e
    ("email", "ada@ｅｘａｍｐｌｅ。com", "ada@example.com"),
    ("email", "ada@example.com.ng", "ada@example.com.ng"),
    ("int", 1, 1),
    ("int", 9, 9),
    ("query_int", "-5", -5),
    ("query_int", "007", 7),
    ("flag", "true", True),
    ("flag", "false", False),
    ("degrees", "-90", -90.0),
    ("degrees", "6.4281", 6.4281),
    ("kobo", 0, 0),
    ("kobo", MAX_KOBO, MAX_KOBO),
    ("day", "2028-02-29", date(2028, 2, 29)),
]
REFUSED: dict[str, list[Any]] = {
    "text": ["", "   ", "abcdef", "a\x00", "\x1b", "\x7f", "\x85"[:0], "\ud800", 1, True, None, [], {}, b"\xff"],
    "maybe": ["abcdef", 0],
    "email": [
        "",
        "a",
        "a@b",
        "a@localhost",
        "a@@example.com",
        "a b@example.com",
        "a@example.com\nx",
        "@example.com",
        "\u0430da@example.com",
        "ọlá@example.com",
        "ada\u200b@example.com",
        "ad\u0131@example.com",
        "\uff41da@example.com",
        '"ada obi"@example.com',
        '"ada"@example.com',
        "ada@example.com.",
        "ada@.example.com",
        "ada@exa..mple.com",
        "ada@" + "a" * 64 + ".com",
        "ada@" + "é" * 200 + ".com",
        "a" * 65 + "@example.com",
        "ada@[127.0.0.1]",
        "ada@exam ple.com",
        "ada@example.com\u202e",
        1,
    ],
    "int": [0, 10, "1", True, False, 1.0, 1.5, None, [], float("nan"), 10**30],
    "query_int": ["", " 5", "5 ", "+5", "5.0", "1e1", "0x5", "٥", "51", "-6", "9" * 19, "1_0"],
    "flag": ["", "yes", "1", "on", "True", "TRUE", "t", "no", "0"],
    "degrees": ["", "NaN", "inf", "-Infinity", "90.001", "six", "1e400", None],
    "kobo": [-1, MAX_KOBO + 1, 0.1, "5", True, 1e500],
    "day": ["2027-02-29", "2027-13-01", "20270101", "2027-W01-1", "2027-1-1", "2027-01-01T00:00", "", 20270101, None],
}


def load(name: str, value: Any) -> Any:
    return FIELDS[name].deserialize(value)


@pytest.mark.parametrize(("name", "value", "read"), TAKEN)
def test_what_is_taken(name: str, value: Any, read: Any) -> None:
    assert load(name, value) == read
    assert type(load(name, value)) is type(read)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in REFUSED.items() for value in values])
def test_what_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ma.ValidationError):
        load(name, value)


def test_unknown_members_are_refused_in_and_out_of_nests() -> None:
    inner = Schema.from_dict({"a": ma.fields.Integer()})
    outer = Schema.from_dict({"inner": ma.fields.Nested(inner)})()
    with pytest.raises(ma.ValidationError) as caught:
        outer.load({"inner": {"a": 1, "b": 2}, "c": 3})
    assert caught.value.messages == {"inner": {"b": ["Unknown field."]}, "c": ["Unknown field."]}
