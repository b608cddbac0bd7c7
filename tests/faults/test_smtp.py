"""Case 71: the mail server dies, before or after it took a mail. Each mail is one row, and its copies bear one name."""

import pytest

from demo.story.people import Person
from demo.story.stage import until
from tests.faults.gates import Gate, closed
from tests.faults.running import Running, Stay
from tests.faults.vendor import Vendor, hurry

pytestmark = pytest.mark.timeout(240)

ROW = """
SELECT count(*) AS mails, min(message_id) AS message_id, min(attempts) AS attempts, count(sent_at) AS sent, min(last_error) AS last_error
FROM outgoing_emails WHERE cause_id = %s AND recipient = %s
"""
SENT = "SELECT count(sent_at) AS sent FROM outgoing_emails WHERE recipient = %s"
PROMISES = """
SELECT o.attempts, o.last_error FROM outbox o JOIN outgoing_emails m ON o.payload->>'email_id' = m.id::text
WHERE o.name = 'mail.send' AND o.run_until IS NULL AND m.cause_id = ANY(%s::uuid[])
"""


def test_case_71_a_server_that_takes_the_mail_and_dies_gets_the_same_mail_again(running: Running) -> None:
    guest = greeted(running)
    Vendor(running).misbehave(scope=guest.email, smtp="drop_after_data", times=1)
    stay = running.book(guest, plan="pay_at_hotel")
    assert_two_copies(running, stay)


@pytest.mark.slow
def test_case_71_a_worker_that_dies_after_the_servers_word_sends_the_same_mail_again(running: Running) -> None:
    guest = greeted(running)
    with closed(Gate.MAIL, running.look) as window:
        stay = running.book(guest, plan="pay_at_hotel")
        until("the guest's mail", lambda: running.mails(stay.email, stay))
        until("both mails to be noted", lambda: window.waiting() == 2)
        died = running.kill("worker-bulk")
    running.back("worker-bulk", died)
    hurry(running, "mail.send")
    assert_two_copies(running, stay)


def assert_two_copies(running: Running, stay: Stay) -> None:
    until("the mail to be noted as sent", lambda: running.row(ROW, stay.id, stay.email)["sent"] == 1)
    row = running.row(ROW, stay.id, stay.email)
    assert (row["mails"], row["attempts"], row["last_error"]) == (1, 2, None)
    copies = running.mails(stay.email, stay)
    assert [mail["message_id"] for mail in copies] == [row["message_id"]] * 2


def test_case_71_while_the_server_is_away_mails_wait_at_no_cost(running: Running) -> None:
    vendor = Vendor(running)
    guests = [greeted(running) for _ in range(2)]
    with vendor.misbehaving(smtp="refused"):
        stays = [running.book(guest, plan="pay_at_hotel") for guest in guests]
        until("four mails that wait", lambda: len(waiting(running, stays)) == 4)
        assert [running.status(stay) for stay in stays] == ["confirmed"] * 2
    until("all mails", lambda: all(len(running.mails(stay.email, stay)) == 1 for stay in stays))
    for stay in stays:
        until("the mail to be noted as sent", lambda stay=stay: running.row(ROW, stay.id, stay.email)["sent"] == 1)  # type: ignore[misc]
        until("the hotel's mail", lambda stay=stay: running.mails(running.hotel_row["email"], stay))  # type: ignore[misc]
        assert len(running.mails(running.hotel_row["email"], stay)) == 1


def greeted(running: Running) -> Person:
    """A new guest who has his link to verify the e-mail, so that no mail to him but the booking's is under way."""
    guest = Person.registered(running.stage)
    until("the mail that greets him", lambda: running.row(SENT, guest.email)["sent"] == 1)
    return guest


def waiting(running: Running, stays: list[Stay]) -> list[dict[str, object]]:
    """Promises to send that were tried in vain; none of them has used up an attempt."""
    rows = running.look.execute(PROMISES, [[stay.id for stay in stays]]).fetchall()
    tried = [row for row in rows if row["last_error"]]
    assert all((row["attempts"], "ConnectionRefusedError" in row["last_error"]) == (0, True) for row in tried)
    return tried
