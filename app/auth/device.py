"""What a request was sent from."""

from flask import request

from app.auth.service.opened import Device

USER_AGENT_LONGEST = 300


def of_request() -> Device:
    """The address is the client's as far as the proxies that we know of say; whatever else it claims is passed over."""
    return Device(request.user_agent.string[:USER_AGENT_LONGEST] or None, request.remote_addr)
