"""Exim as a sender's host: unpacked, not installed, so that it stands beside any other MTA of the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.peers import need_root, peer

_USER = "Debian-exim"
"""Who the package's binary insists on running as."""
_ID = 65533

_CONF = """\
exim_path = {exim}
primary_hostname = mail.contractor.example
spool_directory = {folder}/spool
log_file_path = {folder}/%slog
keep_environment =
hosts_connection_nolog = *
log_selector = +smtp_confirmation
smtputf8_advertise_hosts = *
acl_smtp_rcpt = everybody
acl_smtp_data = everybody
message_size_limit = 50M
begin acl
everybody:
  accept
begin routers
{bounces}sink:
  driver = manualroute
  transport = sink
  route_list = * {host}
  self = send
begin transports
sink:
  driver = smtp
  port = {port}
  allow_localhost
  hosts_try_chunking = *
  {tls} = *
back:
  driver = smtp
  port = {back}
  allow_localhost
begin retry
* * F,1m,5s
"""

_BOUNCES = """\
back:
  driver = manualroute
  senders = :
  transport = back
  route_list = * 127.0.0.1
  self = send
"""

_AS_IF_INSTALLED = 'mount --bind "$1/passwd" /etc/passwd && mount --bind "$1/group" /etc/group && shift && exec "$@"'


@dataclass(frozen=True, slots=True)
class Exim:
    """An Exim that hands everything to one host."""

    folder: Path

    def send(self, message: bytes, *, sender: str, recipient: str) -> str:
        """Submits a message (bare LF) and tries to deliver it at once; returns what it logged of it."""
        self._run("conf", "-odi", "-oi", "-f", sender, "--", recipient, spoken=message)
        return self.log

    def submit(self, message: bytes, *, sender: str, recipients: Sequence[str], tls: bool) -> str:
        """The same by SMTP with a message in CRLF, and on by STARTTLS or without; returns what it logged of it."""
        before = len(self.log)
        stuffed = b"".join(b"." * line.startswith(b".") + line for line in message.splitlines(keepends=True))
        utf8 = "" if sender.isascii() else " SMTPUTF8"
        commands = ["EHLO client", f"MAIL FROM:<{sender}>{utf8}", *(f"RCPT TO:<{r}>" for r in recipients), "DATA"]
        head = "".join(command + "\r\n" for command in commands).encode()
        self._run("tls" if tls else "conf", "-odi", "-bs", spoken=head + stuffed + b".\r\nQUIT\r\n")
        return self.log[before:]

    def asking(self, conf: str) -> list[str]:
        """The command that runs Exim with the configuration file ``conf`` of its folder; options follow it."""
        command = (str(peer("exim")), "-C", str(self.folder / conf))
        return ["unshare", "--mount", "sh", "-c", _AS_IF_INSTALLED, "sh", str(self.folder), *command]

    def _run(self, conf: str, *options: str, spoken: bytes) -> None:
        subprocess.run(
            [*self.asking(conf), *options],
            input=spoken,
            check=True,
            timeout=60,
            stdout=subprocess.DEVNULL,
        )

    @property
    def log(self) -> str:
        file = self.folder / "mainlog"
        return file.read_text() if file.exists() else ""


@contextmanager
def exim(smtp: tuple[str, int], *, bounces: int = 0) -> Iterator[Exim]:
    """An Exim that delivers to ``smtp``; its user exists in a mount namespace of its own only.

    ``bounces``: the port on loopback that its own notices go to.
    """
    need_root("give Exim its user")
    program = peer("exim")
    folder = Path(tempfile.mkdtemp(prefix="catcher-exim-", dir="/var/tmp"))
    try:
        folder.chmod(0o755)
        for name, tls in (("conf", "hosts_avoid_tls"), ("tls", "hosts_require_tls")):
            conf = _CONF.format(
                exim=program,
                folder=folder,
                host=smtp[0],
                port=smtp[1],
                tls=tls,
                back=bounces,
                bounces=_BOUNCES if bounces else "",
            )
            (folder / name).write_text(conf)
        for name, line in (("passwd", f"{_USER}:x:{_ID}:{_ID}::/:/bin/false"), ("group", f"{_USER}:x:{_ID}:")):
            (folder / name).write_text(Path("/etc", name).read_text() + line + "\n")
        (folder / "spool").mkdir()
        for path in (folder, folder / "spool"):
            os.chown(path, _ID, _ID)
        yield Exim(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
