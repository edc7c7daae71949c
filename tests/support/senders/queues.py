"""Senders that are mail servers: a letter is put into their queue, and is delivered when their log says so."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catcher.supervise.ports import own_port
from tests.support import exim as exims
from tests.support import postfix as postfixes
from tests.support.netns import HERE
from tests.support.peers import peer
from tests.support.senders.commands import send
from tests.support.senders.letter import HELO, Deliver, Letter

SECURE = "secure@contractor.example"
"""Mail of this sender goes by STARTTLS or not at all; that of others goes without."""

_POSTFIX_MAIN = """\
default_transport = plain:[{host}]:{port}
sender_dependent_default_transport_maps = inline:{{ {{ {secure} = secure:[{host}]:{port} }} }}
message_size_limit = 50000000
mailbox_size_limit = 0
"""
_POSTFIX_MASTER = """\
plain     unix  -       -       n       -       -       smtp -o smtp_tls_security_level=none
secure    unix  -       -       n       -       -       smtp -o smtp_tls_security_level=encrypt
"""


@contextmanager
def postfix(smtp: tuple[str, int], folder: Path) -> Iterator[Deliver]:
    main = _POSTFIX_MAIN.format(host=smtp[0], port=smtp[1], secure=SECURE)
    with postfixes.postfix(HERE, HELO, main=main, master=_POSTFIX_MASTER) as mta:
        sent = 0

        def deliver(letter: Letter) -> str:
            nonlocal sent
            assert letter.tls == (letter.sender == SECURE)
            mta.submit(letter.text, sender=letter.sender, recipients=letter.recipients)
            sent += len(letter.recipients)
            mta.await_sent(sent, seconds=30)
            return mta.log

        yield deliver


@contextmanager
def exim(smtp: tuple[str, int], folder: Path) -> Iterator[Deliver]:
    with exims.exim(smtp) as mta:

        def deliver(letter: Letter) -> str:
            log = mta.submit(letter.message, sender=letter.sender, recipients=letter.recipients, tls=letter.tls)
            delivered = [line for line in log.splitlines() if " => " in line or " -> " in line]
            assert len(delivered) == len(letter.recipients), log
            return log

        yield deliver


_HARAKA_PLUGIN = """\
exports.hook_connect_init = (next, connection) => { connection.relaying = true; next(); };
exports.hook_get_mx = function (next, mail) {
  this.haraka_require("outbound/config").cfg.enable_tls = mail.todo.mail_from.address() === "SECURE";
  next(OK, [{ exchange: "HOST", port: PORT, priority: 0 }]);
};
"""


@contextmanager
def haraka(smtp: tuple[str, int], folder: Path) -> Iterator[Deliver]:
    """Haraka with one plugin: whoever connects may send, and every domain's MX is the sink."""
    node, program = peer("node"), peer("haraka")
    port = own_port()
    for name in ("config", "plugins", "queue"):
        (folder / name).mkdir()
    plugin = _HARAKA_PLUGIN.replace("SECURE", SECURE).replace("HOST", smtp[0]).replace("PORT", str(smtp[1]))
    (folder / "plugins" / "sink.js").write_text(plugin)
    for name, text in {
        "plugins": "sink",
        "me": HELO,
        "smtp.ini": f"listen=127.0.0.1:{port}\nnodes=0",
        "connection.ini": (program.parents[1] / "Haraka" / "config" / "connection.ini").read_text(),
        "log.ini": "[main]\nlevel=INFO\n",
    }.items():
        (folder / "config" / name).write_text(text + "\n")
    with subprocess.Popen(
        [str(node), str(program), "-c", str(folder)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        log: list[str] = []
        watch = threading.Timer(60, process.kill)

        def await_line(*wanted: str) -> None:
            assert process.stdout is not None
            for line in process.stdout:
                log.append(line)
                if all(word in line for word in wanted):
                    return
            raise AssertionError("".join(log[-20:]))

        def deliver(letter: Letter) -> str:
            assert letter.tls == (letter.sender == SECURE)
            sent = Letter(letter.sender, letter.recipients, letter.message, utf8=letter.utf8)
            send(sent, ("127.0.0.1", port))
            await_line(" delivered ", f"rcpts={len(letter.recipients)}/0/0")
            return log[-1]

        watch.start()
        try:
            await_line("Listening on")
            yield deliver
        finally:
            watch.cancel()
            process.kill()
