"""The remedy kit on the systems themselves: Postfix and Exim refuse mail to the typo domain, unbound lacks it."""

from __future__ import annotations

import os
import re
import smtplib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import dns.message
import dns.query
import dns.rcode
import pytest

from catcher.model.telling.remedy import System
from catcher.supervise.ports import own_port
from tests.support.exim import exim
from tests.support.kits import TYPOS, kit
from tests.support.netns import HERE
from tests.support.peers import need_root, peer
from tests.support.postfix import Postfix, postfix

REFUSED = ("someone@army.ml", "someone@mail.army.ml", "someone@ARMY.ML", "someone@xn--bcher-kva.example")
LET_THROUGH = ("someone@army.mil", "someone@salvationarmy.ml", "someone@army.ml.example", "someone@ml")


# ── Postfix ──


_RELAYING = """\
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
transport_maps = inline:{army.mil=discard:}
"""
_RELAYS = """\
127.0.0.1:{port} inet n - n - - smtpd
anvil     unix  - - n - 1 anvil
proxymap  unix  - - n - - proxymap
discard   unix  - - n - - discard
"""


@pytest.fixture(scope="module")
def relay() -> Iterator[tuple[Postfix, int]]:
    """A Postfix of this machine with the kit put in by the kit's own commands, and the port where it takes mail."""
    need_root("run a private Postfix")
    port = own_port()
    master = _RELAYS.format(port=port)
    with postfix(HERE, "mail.contractor.example", main=_RELAYING, master=master) as running:
        install(running)
        yield running, port


def install(running: Postfix) -> None:
    """As the report says: the first text into a file, the commands of the second beside it."""
    work = running.folder / "kit"
    work.mkdir()
    for name, text in kit(System.POSTFIX, TYPOS).items():
        (work / name).write_text(text, encoding="ascii")
    sbin = str(peer("postfix").parent)
    environment = {**os.environ, "MAIL_CONFIG": str(running.folder / "conf"), "PATH": f"{sbin}:{os.environ['PATH']}"}
    subprocess.run(["sh", "-e", "postfix.sh"], cwd=work, env=environment, check=True, timeout=60, capture_output=True)


@pytest.mark.parametrize("recipient", REFUSED)
def test_postfix_refuses_the_typo_domain_at_once_and_says_why(relay: tuple[Postfix, int], recipient: str) -> None:
    code, text = rcpt(relay[1], recipient)
    assert code == 550
    assert text.startswith("5.1.2 ")
    assert ("army.ml is not army.mil" if "army" in recipient.lower() else "goes astray") in text


@pytest.mark.parametrize("recipient", LET_THROUGH)
def test_postfix_takes_mail_for_everyone_else(relay: tuple[Postfix, int], recipient: str) -> None:
    assert rcpt(relay[1], recipient)[0] == 250


def rcpt(port: int, recipient: str) -> tuple[int, str]:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="client.contractor.example", timeout=30) as client:
        client.ehlo()
        client.mail("writer@contractor.example")
        code, text = client.rcpt(recipient)
    return code, text.decode()


def test_postfix_keeps_the_tables_that_it_had(relay: tuple[Postfix, int]) -> None:
    """The rule goes before them."""
    conf = str(relay[0].folder / "conf")
    shown = subprocess.run(
        [str(peer("postfix").with_name("postconf")), "-c", conf, "-h", "transport_maps"],
        capture_output=True, text=True, check=True, timeout=20,
    ).stdout  # fmt: skip
    assert shown.split()[0].startswith("texthash:") and "inline:{army.mil=discard:}" in shown


# ── Exim ──


@pytest.fixture(scope="module")
def routed() -> Iterator[tuple[Path, list[str]]]:
    """The configuration of an Exim with the kit's router in front of its others, and the command that asks it."""
    with exim(("127.0.0.1", 25)) as running:
        folder = running.folder
        files = kit(System.EXIM, TYPOS)
        (folder / "exim_typo_domains").write_text(files["exim_typo_domains"], encoding="ascii")
        router = files["exim_router"].replace("/etc/exim4/", f"{folder}/")
        conf = (folder / "conf").read_text()
        (folder / "kit").write_text(conf.replace("begin routers\n", "begin routers\n" + router))
        yield folder, running.asking("kit")


@pytest.mark.parametrize("recipient", REFUSED)
def test_exim_has_no_route_to_the_typo_domain_and_says_why(routed: tuple[Path, list[str]], recipient: str) -> None:
    shown = route(routed[1], recipient)
    words = "army.ml is not army.mil" if "army" in recipient.lower() else "goes astray"
    assert re.search(rf"is undeliverable: .*{words}", shown), shown


@pytest.mark.parametrize("recipient", LET_THROUGH)
def test_exim_routes_everyone_elses_mail_as_before(routed: tuple[Path, list[str]], recipient: str) -> None:
    assert "router = sink" in route(routed[1], recipient)


def route(command: list[str], recipient: str) -> str:
    """``exim -bt``."""
    done = subprocess.run([*command, "-bt", recipient], capture_output=True, text=True, timeout=30)
    return done.stdout + done.stderr


# ── a resolver ──


_UNBOUND = """\
server:
    interface: 127.0.0.1@{port}
    port: {port}
    do-daemonize: no
    username: ""
    chroot: ""
    directory: "{folder}"
    pidfile: ""
    use-syslog: no
    logfile: ""
    module-config: "respip iterator"
    do-ip6: no
    num-threads: 1
    verbosity: 1
remote-control:
    control-enable: no
auth-zone:
    name: "."
    zonefile: "root.zone"
    for-downstream: no
{rpz}
"""
_WORLD = """\
$TTL 300
. IN SOA ns.example. hostmaster.example. 1 3600 600 604800 300
. IN NS ns.example.
army.mil. IN MX 10 mx.army.mil.
salvationarmy.ml. IN MX 10 mx.salvationarmy.ml.
army.ml. IN MX 10 mx.sink.example.
mail.army.ml. IN MX 10 mx.sink.example.
xn--bcher-kva.example. IN MX 10 mx.sink.example.
"""
_RPZ = 'rpz:\n    name: "typos.rpz"\n    zonefile: "rpz.zone"\n'


@pytest.fixture(params=[True, False], ids=["with", "without"])
def resolver(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[bool, int]]:
    """An unbound that could answer for every name, with the response policy zone or without; and its port."""
    port = own_port()
    (tmp_path / "rpz.zone").write_text(kit(System.RPZ, TYPOS)["rpz.zone"], encoding="ascii")
    (tmp_path / "root.zone").write_text(_WORLD, encoding="ascii")
    conf = tmp_path / "unbound.conf"
    conf.write_text(_UNBOUND.format(port=port, folder=tmp_path, rpz=_RPZ if request.param else ""))
    command = [str(peer("unbound")), "-d", "-c", str(conf)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            said = ""
            while "start of service" not in said:
                line = process.stderr.readline()
                assert line, f"unbound ended: {said}"
                said += line
            yield bool(request.param), port
        finally:
            process.terminate()
            process.communicate(timeout=30)


def test_a_resolver_with_the_zone_does_not_know_the_typo_domain(resolver: tuple[bool, int]) -> None:
    """And without it does: it is the zone that blocks."""
    policed, port = resolver
    for name in ("army.ml", "mail.army.ml", "xn--bcher-kva.example"):
        assert asked(port, name) == (dns.rcode.NXDOMAIN if policed else dns.rcode.NOERROR), name
    for name in ("army.mil", "salvationarmy.ml"):
        assert asked(port, name) == dns.rcode.NOERROR, name


def asked(port: int, name: str) -> dns.rcode.Rcode:
    answer = dns.query.udp(dns.message.make_query(name, "MX"), "127.0.0.1", port=port, timeout=10)
    assert bool(answer.answer) == (answer.rcode() == dns.rcode.NOERROR)
    return answer.rcode()
