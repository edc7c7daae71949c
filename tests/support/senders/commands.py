"""Senders that are one command a delivery: swaks, msmtp, curl, OpenSMTPD's smtp, nullmailer's smtp; and smtplib."""

from __future__ import annotations

import smtplib
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.support.peers import peer
from tests.support.senders.letter import HELO, Deliver, Letter

SECONDS = 60


def said(command: Sequence[str], letter: bytes | None = None) -> str:
    """Runs ``command`` to its good end; returns all it said."""
    done = subprocess.run(
        command, input=letter, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS, check=False
    )
    text = done.stdout.decode(errors="replace")
    assert done.returncode == 0, f"{command[0]}: {done.returncode}\n{text[-2000:]}"
    return text


def written(folder: Path, message: bytes) -> Path:
    """A file that holds ``message``."""
    file = folder / "message"
    file.write_bytes(message)
    return file


@contextmanager
def swaks(smtp: tuple[str, int], folder: Path) -> Iterator[Deliver]:
    program = str(peer("swaks"))
    assert peer("perl-tls").exists()

    def deliver(letter: Letter) -> str:
        file = written(folder, letter.text)
        command = [program, "--server", smtp[0], "--port", str(smtp[1]), "--helo", HELO, "--from", letter.sender]
        tls = ["--tls"] if letter.tls else []
        return said([*command, "--to", ",".join(letter.recipients), "--data", f"@{file}", "--suppress-data", *tls])

    yield deliver


@contextmanager
def msmtp(smtp: tuple[str, int], folder: Path) -> Iterator[Deliver]:
    program = str(peer("msmtp"))

    def deliver(letter: Letter) -> str:
        tls = ["--tls=on", "--tls-certcheck=off"] if letter.tls else ["--tls=off"]
        command = [program, f"--host={smtp[0]}", f"--port={smtp[1]}", f"--domain={HELO}", f"--from={letter.sender}"]
        return said([*command, "--auth=off", *tls, "--", *letter.recipients], letter.text)

    yield deliver


@contextmanager
def curl(smtp: tuple[str, int], folder: Path) -> Iterator[Deliver]:
    program = str(peer("curl"))

    def deliver(letter: Letter) -> str:
        url = f"smtp://{smtp[0]}:{smtp[1]}/{HELO}"
        to = [word for recipient in letter.recipients for word in ("--mail-rcpt", recipient)]
        tls = ["--ssl-reqd", "--insecure"] if letter.tls else []
        file = written(folder, letter.message)
        command = [program, "--silent", "--show-error", url, "--mail-from", letter.sender, *to]
        return said([*command, "--upload-file", str(file), *tls])

    yield deliver


@contextmanager
def opensmtpd(smtp: tuple[str, int], folder: Path) -> Iterator[Deliver]:
    program = str(peer("opensmtpd"))

    def deliver(letter: Letter) -> str:
        scheme = "smtp+tls" if letter.tls else "smtp+notls"
        command = [program, "-C", "-H", HELO, "-F", letter.sender, "-s", f"{scheme}://{smtp[0]}:{smtp[1]}"]
        return said([*command, *letter.recipients], letter.text)

    yield deliver


@contextmanager
def nullmailer(smtp: tuple[str, int], folder: Path) -> Iterator[Deliver]:
    """What nullmailer-send starts for each mail of its queue and each relay."""
    program = str(peer("nullmailer").parents[1] / "lib" / "nullmailer" / "smtp")

    def deliver(letter: Letter) -> str:
        queued = "\n".join([letter.sender, *letter.recipients, "", ""]).encode() + letter.text
        file = written(folder, queued)
        tls = ["--starttls", "--insecure"] if letter.tls else []
        command = [program, f"--host={smtp[0]}", f"--port={smtp[1]}", *tls]
        return said(["env", f"HELOHOST={HELO}", "sh", "-c", 'exec 3<"$0" && exec "$@"', str(file), *command])

    yield deliver


def send(letter: Letter, smtp: tuple[str, int], *, source: str = "127.0.0.1") -> str:
    """Python's own client, from the address ``source``."""
    with smtplib.SMTP(*smtp, local_hostname=HELO, timeout=SECONDS, source_address=(source, 0)) as client:
        if letter.tls:
            client.starttls(context=ssl._create_unverified_context())
        options = ["SMTPUTF8"] if letter.utf8 else []
        refused = client.sendmail(letter.sender, letter.recipients, letter.message, mail_options=options)
    assert not refused, refused
    return ""


@contextmanager
def python(smtp: tuple[str, int], folder: Path) -> Iterator[Deliver]:
    yield lambda letter: send(letter, smtp)
