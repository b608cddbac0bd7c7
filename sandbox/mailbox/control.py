"""The mailbox as JSON, for tests and the demo."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from sandbox.mailbox.store import as_json
from sandbox.world import this_world

blueprint = Blueprint("mailbox_control", __name__, url_prefix="/_control/mail")


@blueprint.get("")
def read() -> ResponseReturnValue:
    """Query: `to` (a whole address), `subject` (a part of it). A list, as they arrived."""
    found = this_world().mail.matching(request.args.get("to", ""), request.args.get("subject", ""))
    return jsonify([as_json(mail) for mail in found])


@blueprint.delete("")
def clear() -> ResponseReturnValue:
    return jsonify(deleted=this_world().mail.clear())
