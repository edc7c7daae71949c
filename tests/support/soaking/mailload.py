"""Mail clients of every habit at one server, in a process of its own; every reply is kept with its moment and its REF.

A client comes from a network of its own, over a new connection or a kept one, in clear or over TLS, pipelined or step
by step, with DATA or BDAT, to one domain or two, signed or not. Canaries stand where a person's words stand.
"""

from __future__ import annotations

import asyncio
import random
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe

from tests.support.signing import signed
from tests.support.soaking.mailsession import Replies, SentAway, Session, in_chunks

CANARIES = {
    "body": "zebracorpus",
    "subject": "quaggasubject",
    "local-part": "okapimailbox",
    "AUTH argument": "b2thcGlzZWNyZXQ",
    "attachment": "tapirattachment",
}
"""Place → the word that stands there in every mail, and nowhere else."""
SENDERS = tuple(f"sender{number}.example" for number in range(8))
ACCEPT = tuple(f"accept{number}.example" for number in range(6))
EXPLAIN = tuple(f"explain{number}.example" for number in range(3))
REFUSE = tuple(f"refuse{number}.example" for number in range(2))
_PLAYERS = 24
_PATIENCE_SECONDS = 60.0


@dataclass(slots=True)
class _Habit:
    """How a client behaves on one connection."""

    mails: int
    tls: bool
    pipelined: bool
    chunks: int
    """BDAT commands of a message; 0: it uses DATA."""


def run(port: int, seed: int, rate: float, over: Pipe) -> None:
    """Sends about ``rate`` mails a second until ``over`` says something; then sends the Replies through it."""
    replies = asyncio.run(_Load(port, seed, rate).run(over))
    over.send(replies)


class _Load:
    def __init__(self, port: int, seed: int, rate: float) -> None:
        self.port, self.seed = port, seed
        self.pause = _PLAYERS / rate
        self.replies = Replies()
        self.over = asyncio.Event()
        self.tls = ssl.create_default_context()
        self.tls.check_hostname = False
        self.tls.verify_mode = ssl.CERT_NONE

    async def run(self, over: Pipe) -> Replies:
        asyncio.get_running_loop().add_reader(over.fileno(), self.over.set)
        over.send("begun")
        await asyncio.gather(*(_Player(self, number).run() for number in range(_PLAYERS)))
        return self.replies


class _Player:
    """One client after the other, from one /16."""

    def __init__(self, load: _Load, number: int) -> None:
        self._load, self._replies = load, load.replies
        self._number = number
        self._draw = random.Random(f"{load.seed}-{number}")
        self._mails = 0

    async def run(self) -> None:
        while not self._load.over.is_set():
            draw = self._draw
            kept = draw.random() < 0.6
            habit = _Habit(
                mails=draw.randint(2, 40) if kept else 1,
                tls=draw.random() < 0.3,
                pipelined=draw.random() < 0.4,
                chunks=draw.choice((0, 0, 1, 2, 5)),
            )
            try:
                await asyncio.wait_for(self._connection(habit), _PATIENCE_SECONDS + habit.mails * self._load.pause * 20)
            except SentAway:
                self._replies.sent_away += 1
            except TimeoutError:
                self._replies.wrong.append("a client waited for more than a minute")
            except (OSError, EOFError):
                self._replies.broken.append(time.monotonic())
                await asyncio.sleep(0.05)

    async def _connection(self, habit: _Habit) -> None:
        address = f"127.{10 + self._number}.{self._draw.randrange(10)}.{self._draw.randrange(1, 250)}"
        reader, writer = await asyncio.open_connection("127.0.0.1", self._load.port, local_addr=(address, 0))
        session = Session(reader, writer, self._replies)
        try:
            self._replies.connections += 1
            await session.reply(220)
            await session.command(b"EHLO mail.sender.example", 250)
            if habit.tls:
                await session.command(b"STARTTLS", 220)
                await writer.start_tls(self._load.tls)
                self._replies.tls += 1
                await session.command(b"EHLO mail.sender.example", 250)
            if self._draw.random() < 0.02:
                await self._login(session)
                return
            for _ in range(habit.mails):
                if self._load.over.is_set():
                    break
                await self._mail(session, habit)
                await asyncio.sleep(self._draw.expovariate(1 / self._load.pause))
            await session.command(b"QUIT", 221)
        finally:
            writer.close()

    async def _login(self, session: Session) -> None:
        """AUTH is refused, and the connection closed (promise 2)."""
        self._replies.logins += 1
        code, said = await session.ask(b"AUTH PLAIN " + CANARIES["AUTH argument"].encode())
        if not 500 <= code < 600:
            self._replies.wrong.append(f"AUTH: {said!r}")

    async def _mail(self, session: Session, habit: _Habit) -> None:
        kind = self._draw.random()
        if kind < 0.15:
            await self._refused(session, self._draw.choice(REFUSE))
            return
        domains = [self._draw.choice(EXPLAIN)] if kind < 0.35 else self._draw.sample(ACCEPT, 2 if kind < 0.45 else 1)
        self._mails += 1
        sender = self._draw.choice(SENDERS)
        mailbox = f"{CANARIES['local-part']}{self._draw.randrange(500)}"
        paths = [f"{mailbox}@{domain}" for domain in domains]
        message = self._message(sender, paths)
        lines = [f"MAIL FROM:<{mailbox}@{sender}>".encode(), *(f"RCPT TO:<{path}>".encode() for path in paths)]
        begins = [] if habit.chunks else [b"DATA"]
        if habit.pipelined:
            self._replies.pipelined += 1
            session.write(b"".join(line + b"\r\n" for line in lines + begins))
            for _ in lines:
                await session.reply(250)
            for _ in begins:
                await session.reply(354)
        else:
            for line in lines:
                await session.command(line, 250)
            for line in begins:
                await session.command(line, 354)
        await session.message(
            in_chunks(message, habit.chunks), len(domains), bdat=habit.chunks > 0, pipelined=habit.pipelined
        )

    async def _refused(self, session: Session, domain: str) -> None:
        await session.command(f"MAIL FROM:<someone@{self._draw.choice(SENDERS)}>".encode(), 250)
        begun = time.monotonic()
        code, said = await session.ask(f"RCPT TO:<{CANARIES['local-part']}@{domain}>".encode())
        await session.unless_it_ends(begun, session.command(b"RSET", 250))
        session.keep(begun, code, said, 1, after_storing=False)

    def _message(self, sender: str, paths: Sequence[str]) -> bytes:
        body = "".join(
            f"{self._draw.randbytes(20).hex()} {CANARIES['body']}\r\n" for _ in range(self._draw.choice((3, 60, 400)))
        )
        message = (
            f"From: {CANARIES['local-part']}@{sender}\r\nTo: {', '.join(paths)}\r\n"
            f"Subject: {CANARIES['subject']}\r\nDate: {time.strftime('%a, %d %b %Y %H:%M:%S +0000', time.gmtime())}\r\n"
            f"Message-ID: <{self._number}.{self._mails}.{self._draw.getrandbits(40)}@{sender}>\r\nMIME-Version: 1.0\r\n"
            f"Content-Type: text/plain; name={CANARIES['attachment']}.txt\r\n\r\n{body}"
        ).encode()
        return signed(message, domain=sender, algorithm="rsa-sha256") if self._draw.random() < 0.3 else message
