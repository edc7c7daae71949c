"""What catalogued names publish, judged as a zone by other servers' checkers."""

from __future__ import annotations

import subprocess
from pathlib import Path

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import pytest

from catcher.dns.wire import name_to_wire
from catcher.dns.zones.publication import Publications
from catcher.dns.zones.template import Ours, load_template
from catcher.dns.zones.zone import Zone
from catcher.model.mail.policy import Policy
from tests.support.peers import peer

CHECKERS = {
    "nsd-checkzone": ("army.ml", "{file}"),
    "kzonecheck": ("-o", "army.ml", "{file}"),
    "named-checkzone": ("-k", "fail", "-i", "local", "army.ml", "{file}"),
}
OURS = Ours("mx.sink.example", ("ns1.sink.example", "ns2.sink.example"), ())
OWN = """$TTL 60
@ TXT "Ask registry@sink.example"
www TXT x
_tcp.a.b TXT y
@ CAA 0 iodef "mailto:registry@sink.example"
"""


def text(zone: Zone) -> str:
    """A master file with everything in ``zone``."""
    apex = name_to_wire("army.ml")
    lines = []
    for owner, rrset in zone:
        name = dns.name.from_wire(owner + apex, 0)[0]
        for rdata in rrset.rdatas:
            wire = rdata.octets
            told = dns.rdata.from_wire(
                dns.rdataclass.IN, dns.rdatatype.RdataType.make(rrset.rrtype), wire, 0, len(wire)
            )
            lines.append(f"{name} {rrset.ttl} IN {told.rdtype.name} {told.to_text()}")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("template", ["", OWN], ids=["built", "own"])
@pytest.mark.parametrize("policy", [Policy.ACCEPT, Policy.NULL, Policy.OBSERVE])
@pytest.mark.parametrize("checker", CHECKERS)
def test_the_zone_of_a_catalogued_name(checker: str, policy: Policy, template: str, tmp_path: Path) -> None:
    program = str(peer(checker))
    (tmp_path / "template.zone").write_text(template)
    made, faults = load_template(tmp_path / "template.zone", OURS)
    assert made is not None, faults
    file = tmp_path / "army.ml.zone"
    file.write_text(text(Publications(made, 2026110301).zone(policy)))
    arguments = [argument.format(file=file) for argument in CHECKERS[checker]]
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in done.stdout + done.stderr
