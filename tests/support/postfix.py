"""A private Postfix: its own configuration, queue and log, as a sender's host of one network namespace."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.netns import Host
from tests.support.peers import need_root, peer

_MAIN = """\
compatibility_level = 3.6
myhostname = {hostname}
myorigin = $myhostname
mydestination =
local_transport = error:nobody lives here
inet_interfaces = loopback-only
inet_protocols = ipv4
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
alias_maps =
alias_database =
smtp_host_lookup = dns
smtp_tls_security_level = may
minimal_backoff_time = 5s
maximal_backoff_time = 5s
queue_run_delay = 5s
"""

_MASTER = """\
pickup    unix  n       -       n       1       1       pickup
cleanup   unix  n       -       n       -       0       cleanup
qmgr      unix  n       -       n       5       1       qmgr
rewrite   unix  -       -       n       -       -       trivial-rewrite
bounce    unix  -       -       n       -       0       bounce
defer     unix  -       -       n       -       0       bounce
trace     unix  -       -       n       -       0       bounce
tlsmgr    unix  -       -       n       1000?   1       tlsmgr
smtp      unix  -       -       n       -       -       smtp
error     unix  -       -       n       -       -       error
retry     unix  -       -       n       -       -       error
showq     unix  n       -       n       -       -       showq
scache    unix  -       -       n       -       1       scache
postlog   unix-dgram n  -       n       -       1       postlogd
"""


@dataclass(frozen=True, slots=True)
class Postfix:
    """A running Postfix of ``host``."""

    host: Host
    folder: Path

    def submit(self, message: bytes, *, sender: str, recipients: tuple[str, ...]) -> None:
        """Puts a message (bare LF) into its queue, as a program on that host does."""
        self.host.run(
            str(peer("postfix").with_name("sendmail")),
            *("-C", str(self.folder / "conf"), "-i", "-f", sender, "--", *recipients),
            input=message,
        )

    def await_sent(self, count: int, seconds: int) -> None:
        """Returns when ``count`` mails were delivered, as its log says; fails after ``seconds`` or at a bounce."""
        self.await_log("status=sent", count=count, seconds=seconds, never="status=bounced")

    def await_log(self, wanted: str, *, count: int = 1, seconds: int = 60, never: str = "\0") -> None:
        """Returns when ``count`` lines of its log hold ``wanted``; fails after ``seconds`` or at a line with ``never``.

        Postfix writes its log through a process of its own, later than it does what it logs.
        """
        follow = ["timeout", str(seconds), "tail", "--lines=+1", "--follow=name", "--retry", str(self._file)]
        found = 0
        with subprocess.Popen(
            follow, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, errors="replace"
        ) as tail:
            assert tail.stdout is not None
            for line in tail.stdout:
                found += wanted in line
                if found == count or never in line:
                    tail.terminate()
                    break
        assert found == count, f"{found} of {count} lines with {wanted!r}; the log ends with:\n{self.log[-3000:]}"

    @property
    def _file(self) -> Path:
        return self.folder / "mail.log"

    @property
    def log(self) -> str:
        """Empty until it has logged something."""
        return self._file.read_text(errors="replace") if self._file.exists() else ""


@contextmanager
def postfix(host: Host, hostname: str, *, main: str = "", master: str = "") -> Iterator[Postfix]:
    """A Postfix that runs on ``host`` under the name ``hostname``, and is gone afterwards with its files.

    ``main`` and ``master``: more lines of main.cf and master.cf.
    """
    need_root("run a private Postfix")
    program = str(peer("postfix"))
    # Postfix drops its rights: its folders can't lie below pytest's, which are the user's own.
    folder = Path(tempfile.mkdtemp(prefix="catcher-postfix-", dir="/var/tmp"))
    try:
        folder.chmod(0o755)
        (folder / "conf").mkdir()
        (folder / "queue").mkdir()
        (folder / "data").mkdir()
        shutil.chown(folder / "data", "postfix")
        (folder / "conf" / "main.cf").write_text(_MAIN.format(hostname=hostname, folder=folder) + main)
        (folder / "conf" / "master.cf").write_text(_MASTER + master)
        command = (program, "-c", str(folder / "conf"))
        host.run(*command, "start", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield Postfix(host, folder)
        finally:
            host.run(*command, "stop", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
