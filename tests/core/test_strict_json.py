"""JSON that means one thing, or none."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.strict_json import read

NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
WORDS = st.text(st.characters(exclude_categories=("Cs",)))
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | NUMBERS | WORDS,
    lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner),
    max_leaves=30,
)


@given(document=DOCUMENTS)
@settings(max_examples=200, deadline=None)
def test_what_others_write_is_read_as_they_meant_it(document: Any) -> None:
    assert read(json.dumps(document)) == document
    assert read(json.dumps(document, ensure_ascii=False).encode()) == document


@given(body=st.binary(max_size=60))
@settings(max_examples=500, deadline=None)
def test_anything_else_is_a_value_error(body: bytes) -> None:
    try:
        read(body)
    except ValueError:
        return


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"NaN",
        b"[Infinity]",
        b"1e400",
        b"9" * 5000,
        b"[" * 100_000,
        b"[" * 1024 + b"]" * 1024,
        b'{"a":1,"a":1}',
        b'[{"a":{"b":1,"c":2,"b":3}}]',
        b'{"a":1,"\\u0061":2}',
        b'"\\ud800"',
        b'"\xed\xa0\x80"',
        b"\xef\xbb\xbf{}",
        b'"\x00"',
        b"{'a': 1}",
        b"[1,]",
        b"// note\n1",
        b"1 2",
    ],
)
def test_what_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each has its own words
        read(body)


def test_depth_that_people_use_is_read() -> None:
    assert read(b"[" * 200 + b"]" * 200)
