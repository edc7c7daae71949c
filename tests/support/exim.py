"""Exim as a sender's host: unpacked, not installed, so that it stands beside any other MTA of the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
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
begin routers
sink:
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
begin retry
* * F,1m,5s
"""

_AS_IF_INSTALLED = 'mount --bind "$1/passwd" /etc/passwd && mount --bind "$1/group" /etc/group && shift && exec "$@"'


@dataclass(frozen=True, slots=True)
class Exim:
    """An Exim that hands everything to one host."""

    folder: Path

    def send(self, message: bytes, *, sender: str, recipient: str) -> str:
        """Submits a message (bare LF) and tries to deliver it at once; returns what it logged of it."""
        command = (str(peer("exim")), "-C", str(self.folder / "conf"), "-odi", "-oi", "-f", sender, "--", recipient)
        subprocess.run(
            ["unshare", "--mount", "sh", "-c", _AS_IF_INSTALLED, "sh", str(self.folder), *command],
            input=message,
            check=True,
            timeout=60,
        )
        return (self.folder / "mainlog").read_text()


@contextmanager
def exim(smtp: tuple[str, int]) -> Iterator[Exim]:
    """An Exim that delivers to ``smtp``; its user exists in a mount namespace of its own only."""
    need_root("give Exim its user")
    program = peer("exim")
    folder = Path(tempfile.mkdtemp(prefix="catcher-exim-", dir="/var/tmp"))
    try:
        folder.chmod(0o755)
        conf = _CONF.format(exim=program, folder=folder, host=smtp[0], port=smtp[1])
        (folder / "conf").write_text(conf)
        for name, line in (("passwd", f"{_USER}:x:{_ID}:{_ID}::/:/bin/false"), ("group", f"{_USER}:x:{_ID}:")):
            (folder / name).write_text(Path("/etc", name).read_text() + line + "\n")
        (folder / "spool").mkdir()
        for path in (folder, folder / "spool"):
            os.chown(path, _ID, _ID)
        yield Exim(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
