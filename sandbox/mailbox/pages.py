"""Pages to read the mailbox with a browser."""

import io

from flask import Blueprint, abort, render_template, send_file
from flask.typing import ResponseReturnValue

from sandbox.mailbox.store import Mail
from sandbox.world import this_world

blueprint = Blueprint("mailbox", __name__)


def _mail(mail_id: int) -> Mail:
    mail = this_world().mail.find(mail_id)
    return mail if mail is not None else abort(404)


@blueprint.get("/mail")
def mail_list() -> str:
    return render_template("mail_list.html", mails=this_world().mail.matching()[::-1])


@blueprint.get("/mail/<int:mail_id>")
def mail(mail_id: int) -> str:
    return render_template("mail.html", mail=_mail(mail_id))


@blueprint.get("/mail/<int:mail_id>/attachments/<int:number>")
def attachment(mail_id: int, number: int) -> ResponseReturnValue:
    """Always as a download: a mail's HTML must never run as a page of the sandbox."""
    kept = _mail(mail_id).attachments
    if number >= len(kept):
        abort(404)
    wanted = kept[number]
    return send_file(
        io.BytesIO(wanted.content), mimetype=wanted.content_type, as_attachment=True, download_name=wanted.filename
    )
