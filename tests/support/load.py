"""Load for tests of a running server: queries and mails that never stop asking, and keep count of every reply."""

from __future__ import annotations

import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.message
import dns.rcode

from tests.support.server import Server


@dataclass
class Queries:
    """Asks for the MX of one name over UDP, one query at a time, and never again for one that got no answer."""

    server: Server
    name: str
    answered: int = 0
    lost: int = 0
    first: threading.Event = field(default_factory=threading.Event)
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Asks until told to stop."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.settimeout(5.0)
            udp.connect(self.server.dns)
            while not self._stop.is_set():
                query = dns.message.make_query(self.name, "MX")
                udp.send(query.to_wire())
                try:
                    answer = dns.message.from_wire(udp.recv(4096))
                except TimeoutError:
                    self.lost += 1
                    continue
                if query.is_response(answer) and answer.rcode() == dns.rcode.NOERROR and answer.answer:
                    self.answered += 1
                else:
                    self.lost += 1
                self.first.set()

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Asks in the background, at least once before and once after the block."""
        thread = threading.Thread(target=self.run)
        thread.start()
        try:
            assert self.first.wait(30)
            yield
            self.first.clear()
            assert self.first.wait(30)
        finally:
            self._stop.set()
            thread.join()


@dataclass
class Mails:
    """Sends numbered mails one after the other until the connection breaks; remembers which were acknowledged."""

    server: Server
    stem: str
    """Begins every local-part and Message-ID, so that two senders' mails differ."""
    next: int = 0
    acknowledged: dict[int, str] = field(default_factory=dict)
    """Number of the mail → REF of the 250 that acknowledged it."""
    unanswered: list[int] = field(default_factory=list)
    """Numbers of the mails whose data were being sent when the connection broke, or that were put off."""
    told: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    """Released for each acknowledgement; senders may share one."""
    stop: threading.Event = field(default_factory=threading.Event)
    """Set when ``run_on`` should end."""

    def send(self, client: smtplib.SMTP, number: int) -> None:
        """Sends mail ``number``; raises what smtplib raises when the server goes away, and when it says 451."""
        client.mail("alice@contractor.example")
        client.rcpt(f"{self.stem}{number}@army.ml")
        message = (
            f"From: alice@contractor.example\r\nTo: {self.stem}{number}@army.ml\r\n"
            "Date: Mon, 02 Nov 2026 10:00:00 +0000\r\n"
            f"Message-ID: <{self.stem}{number}@contractor.example>\r\n\r\nhello\r\n"
        )
        code, text = client.data(message)
        if code == 451:  # not now: a client comes again
            raise smtplib.SMTPDataError(code, text)
        assert code == 250, text
        self.acknowledged[number] = text.decode().rpartition("ref ")[2].split()[0]
        self.told.release()

    def run(self, *, upto: int = 1_000_000) -> None:
        """First the mails that got no reply, as a queue would; then new ones, until ``upto`` or the server's end."""
        try:
            with smtplib.SMTP(*self.server.smtp, local_hostname="mail.contractor.example", timeout=30) as client:
                client.ehlo()
                while self.unanswered:
                    self.send(client, self.unanswered[0])
                    self.unanswered.pop(0)
                while self.next < upto and not self.stop.is_set():
                    self.next += 1
                    self.unanswered.append(self.next)
                    self.send(client, self.next)
                    self.unanswered.pop()
        except (OSError, smtplib.SMTPException):
            return

    def run_on(self) -> None:
        """The same over as many connections as it takes, until told to stop."""
        while not self.stop.is_set():
            self.run()
