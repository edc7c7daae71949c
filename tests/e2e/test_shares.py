"""A client that would fill the store: every mail gets the same reply, and beyond its share it is only counted."""

from __future__ import annotations

import re
import smtplib
from pathlib import Path

from tests.support.server import SECONDS, Server, deliver, running

ROWS = 1_000
MORE = f"[fingerprint]\nlookups = false\n[store]\nrows_a_day = {ROWS}\n"
MESSAGE = b"From: someone@contractor.example\r\nTo: someone@army.ml\r\n\r\nhello\r\n"


def flood(server: Server, mails: int, *, recipient: str = "someone@army.ml") -> list[str]:
    """Delivers mails, forty a connection; returns the replies without the reference."""
    replies = []
    for begin in range(0, mails, 40):
        with smtplib.SMTP(*server.smtp, local_hostname="mail.contractor.example", timeout=SECONDS) as client:
            client.ehlo()
            for number in range(begin, min(mails, begin + 40)):
                client.mail(f"s{number}@contractor.example")
                client.rcpt(recipient)
                code, text = client.data(MESSAGE)
                replies.append(re.sub(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", "REF", f"{code} {text.decode()}"))
    return replies


def test_a_flood_of_one_network_is_answered_and_only_counted(tmp_path: Path) -> None:
    with running(tmp_path / "server", more=MORE) as server:
        replies = flood(server, 400)
        assert len(set(replies)) == 1 and replies[0].startswith("250 2.0.0 "), set(replies)
        stored = len(server.observations())
        assert ROWS / 15 <= stored <= ROWS / 5, "a third of what is open to unproven mail, which grows over the day"
        server.kill()
        server.start()
        assert set(flood(server, 60)) == set(replies)
        assert deliver(server, ["someone@navy.ml"])[0] == 550
        again = len(server.observations())
        assert again - stored <= 2, "a restart gives nobody another share; a minute opens a row at most"
        (army,) = (row for row in server.json("incident", "list") if row["domain"] == "army.ml")
        assert army["mails"] + army["unstored"] == 460
        assert f"only counted: {461 - again}" in server.catcher("status")
        server.await_log("were only counted")
        server.stop()
