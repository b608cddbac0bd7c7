"""Tests reach nobody outside."""

import socket

import pytest
import requests


def test_another_host_is_out_of_reach() -> None:
    with socket.socket() as outside, pytest.raises(AssertionError, match=r"192\.0\.2\.1"):
        outside.connect(("192.0.2.1", 80))


def test_so_is_it_for_the_http_library() -> None:
    with pytest.raises(AssertionError, match=r"192\.0\.2\.1"):
        requests.get("http://192.0.2.1/", timeout=1)
