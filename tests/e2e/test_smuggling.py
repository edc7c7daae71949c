"""Over a real socket: no mix of CR, LF, dot and NUL smuggles a mail, and no plain word gets into a TLS session."""

from __future__ import annotations

import itertools
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.support.server import ENVELOPE, SECONDS, Server, deliver, dialogue, read_reply, running

OCTETS = (b"\r", b"\n", b".", b"\0", b"\r\n")
MOST = 4
"""Pieces of a sequence."""
LONGER = (
    b"\r\r\n.\r\r\n",
    b"\r\r\n.\r\n\r",
    b"\n\n.\r\r\n",
    b"\r\n\0.\0\r\n",
    b"\r\n.\0\r\r\n",
    b"\r\n.\r\0\n",
    b"\r\n \b.\r\n",
    b"\r\n.\x0b\r\n",
    b"\r\n\x0c.\r\n",
    b"\x85.\x85",
    b"\xc2\x85.\xc2\x85",
    b"\xe2\x80\xa8.\xe2\x80\xa8",
    b"\xe2\x80\xa9.\r\n",
    b"=0D=0A.=0D=0A",
    b"\r\n..\r\r\n",
    b"\r\n.\r\n".replace(b"\r", b"\x8d").replace(b"\n", b"\x8a"),
)
"""More that one server or another has taken for the end of the data: stray CRs, NULs, other alphabets' line ends."""
END = b"\r\n.\r\n"
ATTACKER = b"MAIL FROM:<smuggled@attacker.example>\r\n"
SMUGGLED = ATTACKER + b"RCPT TO:<smuggled@army.ml>\r\nDATA\r\nSmuggled: yes\r\n\r\nx\r\n.\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("server"), log_level="warning") as server:
        yield server


def sequences() -> list[bytes]:
    """Every mix of up to four pieces and some longer ones, but those that really end the data."""
    mixes = {b"".join(mix) for count in range(1, MOST + 1) for mix in itertools.product(OCTETS, repeat=count)}
    mixes.update(LONGER)
    return sorted(mix for mix in mixes if END not in b"text" + mix + b"MAIL")


def starts() -> list[bytes]:
    """The same at the very start of the data, where a dot and CRLF are a whole message."""
    return [mix for mix in sequences() if END not in b"\r\n" + mix + b"MAIL"]


class Mailer:
    """Sends one mail after the other, few on one connection: commands that bring no mail have a budget."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._sent = 0
        self._open()

    def _open(self) -> None:
        self._client, self._replies = dialogue(self._server, ENVELOPE[0])
        self._client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, *packets: bytes) -> bytes:
        """The reply to a mail that is sent in these packets; no other one follows it."""
        self._sent += 1
        if self._sent % 40 == 0:
            self.close()
            self._open()
        self._client.sendall(b"".join(ENVELOPE[n].encode() + b"\r\n" for n in (1, 2, 3)))
        assert [read_reply(self._replies)[:3] for _ in range(3)] == [b"250", b"250", b"354"]
        for packet in packets:
            self._client.sendall(packet)
        said = read_reply(self._replies)
        self._client.sendall(b"NOOP\r\n")
        assert read_reply(self._replies) == b"250 2.0.0 ok\r\n", packets
        return said

    def close(self) -> None:
        self._client.close()
        self._replies.close()


def expected(data: bytes) -> bytes:
    """The one reply to this data: a bare CR or LF is refused (RFC 5321 §2.3.8)."""
    return b"550" if b"\r" in (rest := data.replace(b"\r\n", b"")) or b"\n" in rest else b"250"


def smuggled(server: Server) -> int:
    return sum(o.reverse_path_domain == "attacker.example" for o in server.observations())


@pytest.mark.parametrize("split", [False, True], ids=["whole", "split"])
@pytest.mark.parametrize("at_the_start", [False, True], ids=["after text", "at the start"])
def test_no_sequence_ends_the_data_but_the_right_one(server: Server, split: bool, at_the_start: bool) -> None:
    mailer = Mailer(server)
    tried = 0
    for mix in starts() if at_the_start else sequences():
        head = b"" if at_the_start else b"Subject: a\r\n\r\ntext"
        if split:  # each octet of the sequence in a packet of its own
            packets = [head, *(bytes([octet]) for octet in mix), SMUGGLED[:-5], b"x", END]
        else:
            packets = [head + mix + SMUGGLED[:-5] + b"x" + END]
        assert mailer.send(*(p for p in packets if p))[:3] == expected(b"".join(packets).removesuffix(END)), mix
        tried += 1
    mailer.close()
    assert tried > 500
    assert smuggled(server) == 0


def test_the_right_sequence_ends_it(server: Server) -> None:
    """The trap works: what follows the real end of the data is another mail, and is seen."""
    client, replies = dialogue(server, *ENVELOPE)
    with client:
        client.sendall(b"Subject: a\r\n\r\ntext" + END + SMUGGLED.replace(b"attacker", b"other"))
        assert [read_reply(replies)[:3] for _ in range(5)] == [b"250", b"250", b"250", b"354", b"250"]
    assert any(o.reverse_path_domain == "other.example" for o in server.observations())


INJECTED = [b"NOOP\r\n", SMUGGLED, b"EHLO x\r\n" + SMUGGLED, b"\r\n", ATTACKER]


@pytest.mark.parametrize("injected", INJECTED, ids=range(len(INJECTED)))
@pytest.mark.parametrize("together", [True, False], ids=["one packet", "two packets"])
def test_nothing_said_in_plain_after_starttls_is_run(server: Server, injected: bytes, together: bool) -> None:
    """Either the handshake fails on it, or it is forgotten: the session that follows knows nothing of it."""
    client, replies = dialogue(server, "EHLO mail.contractor.example")
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if together:
        client.sendall(b"STARTTLS\r\n" + injected)
    else:
        client.sendall(b"STARTTLS\r\n")
        client.sendall(injected)
    assert read_reply(replies)[:3] == b"220"
    context = ssl._create_unverified_context()
    try:
        with context.wrap_socket(client) as secured:
            secured.sendall(b"EHLO mail.contractor.example\r\nRCPT TO:<someone@army.ml>\r\n")
            answers = secured.makefile("rb")
            assert read_reply(answers).startswith(b"250-mx.sink.example")
            assert read_reply(answers)[:3] == b"503", "the injected MAIL was run"
    except (ssl.SSLError, ConnectionError):
        assert not together, "what stood in the packet of STARTTLS has to be forgotten, and the handshake go on"
    finally:
        client.close()
    assert smuggled(server) == 0
    assert deliver(server)[0] == 250


def test_tls_garbage_ends_that_connection_only(server: Server) -> None:
    for garbage in (b"\x16\x03\x01\xff\xff" + b"\xff" * 5000, b"GET / HTTP/1.1\r\n\r\n", b"\0" * 70_000):
        client, _ = dialogue(server, "EHLO mail.contractor.example", "STARTTLS")
        client.settimeout(SECONDS)
        with client:
            try:
                client.sendall(garbage)
                with suppress(OSError):  # the server may have closed it already
                    client.shutdown(socket.SHUT_WR)
                while client.recv(65536):
                    pass
            except ConnectionError:
                continue
    assert deliver(server)[0] == 250


BDAT = [
    (b"BDAT 5 LAST\r\nhello", [b"250"]),
    (b"BDAT 5\r\nhelloBDAT 0 LAST\r\n", [b"250", b"250"]),
    (b"BDAT 4 LAST\r\nhello" + b"NOOP\r\n", [b"250", b"500"]),  # one octet too few: "oNOOP" is no command
    (b"BDAT 5 LAST\r\nhell" + b"oNOOP\r\n", [b"250", b"250"]),
    (b"BDAT 00000005 LAST\r\nhello", [b"250"]),
    (b"BDAT -1 LAST\r\n" + SMUGGLED, [b"501"]),
    (b"BDAT 5x LAST\r\n" + SMUGGLED, [b"501"]),
    (b"BDAT\r\n" + SMUGGLED, [b"501"]),
    (b"BDAT 99999999999999999999999 LAST\r\n" + SMUGGLED, [b"501"]),
    (b"BDAT 5 LAST LAST\r\n" + SMUGGLED, [b"501"]),
    (b"BDAT 5 LAST\n" + SMUGGLED, [b"501"]),
]


@pytest.mark.parametrize(("said", "codes"), BDAT, ids=range(len(BDAT)))
def test_bdat_takes_what_it_announced_or_ends_the_session(server: Server, said: bytes, codes: list[bytes]) -> None:
    client, replies = dialogue(server, *ENVELOPE[:3])
    with client:
        client.sendall(said)
        assert [read_reply(replies)[:3] for _ in codes] == codes
        if codes == [b"501"]:
            with suppress(ConnectionError):  # we sent more than was read
                assert read_reply(replies) == b""
    assert smuggled(server) == 0


def test_a_chunk_that_is_never_complete_is_no_mail(server: Server) -> None:
    before = len(server.observations())
    client, _ = dialogue(server, *ENVELOPE[:3])
    with client:
        client.sendall(b"BDAT 1000000 LAST\r\n" + SMUGGLED)
        client.shutdown(socket.SHUT_WR)
        while client.recv(4096):
            pass
    assert len(server.observations()) == before


def test_an_auth_secret_is_nowhere(server: Server) -> None:
    secret = b"AGNhbmFyeQBzM2NyM3QtY2FuYXJ5"
    for words in (b"AUTH PLAIN ", b"AUTH\tPLAIN ", b"AUTH LOGIN\r\n", b"auth plain\n"):
        client, replies = dialogue(server, "EHLO mail.contractor.example")
        with client:
            client.sendall(words + secret + b"\r\n")
            said = replies.read()
            assert re.match(rb"50[0-9] ", said)
            assert secret not in said
    files = [path for path in server.folder.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if secret in path.read_bytes()]
