"""Letters of the world's mail systems count, mails of programs don't, decoys are judged right (tests.persons).

``python -m tests.persons.measure`` prints the same by kind.
"""

from __future__ import annotations

import re

import pytest

from catcher.model.mail.fingerprint import Tier
from tests.persons import decoys, programs, systems
from tests.persons.decoys.sealed_decoys import DECOYS as SEALED_DECOYS
from tests.persons.honest import letters
from tests.persons.measure import counted, tally_decoys, tally_letters, tally_programs, total
from tests.persons.programs.catalogue import Variant, mails, turns
from tests.persons.programs.sealed_programs import SEALED as SEALED_PROGRAMS
from tests.persons.systems.sealed_systems import SEALED as SEALED_SYSTEMS
from tests.persons.verdict import verdict
from tests.support.seeds import seed

MAILS = 1000
AMOUNTS = [pytest.param(250, id="a quarter"), pytest.param(MAILS, marks=pytest.mark.long, id="all")]
"""Letters, or mails of programs: of every system, and of every kind of program, some in each amount."""
_WORD_LEFT = re.compile(rb"\{[A-Za-z0-9]+(?::\w+)?\}")


@pytest.mark.parametrize("number", AMOUNTS)
def test_honest_fresh_letters_count(number: int) -> None:
    """A tenant's binding is asked when a notice is drafted: here the world's tenants are all bound."""
    found = tally_letters(systems.OPEN, number, seed(1))
    assert len(found) == len(systems.OPEN)
    assert counted(found, bound=True) >= 0.98 * total(found), dict(found)


@pytest.mark.parametrize("number", AMOUNTS)
def test_no_mail_of_a_program_counts(number: int) -> None:
    found = tally_programs(programs.OPEN, number, seed(1))
    assert len(found) == len(programs.OPEN)
    assert not {kind: dict(reasons) for kind, reasons in found.items() if counted({kind: reasons})}


def test_decoys_are_judged_right() -> None:
    found = tally_decoys(decoys.OPEN, 66, seed(1))
    wrong = [kind for kind, reasons in found.items() if any(reason.startswith("wrong") for reason in reasons)]
    assert not wrong, {kind: dict(found[kind]) for kind in wrong}


def test_the_catalogue_is_as_wide_as_it_says() -> None:
    kinds = [*programs.OPEN, *SEALED_PROGRAMS]
    assert len({kind.number for kind in kinds}) == len(kinds) >= 60
    assert len({language for kind in kinds for language in kind.subjects}) >= 20
    assert len({system.number for system in (*systems.OPEN, *SEALED_SYSTEMS)}) >= 12
    variants = {(program.number, variant) for program, _, variant in turns(programs.OPEN, MAILS, seed=1)}
    assert len(variants) > 0.9 * len(programs.OPEN) * len(Variant)


def test_every_shape_names_its_source() -> None:
    shapes = [*systems.OPEN, *SEALED_SYSTEMS, *programs.OPEN, *SEALED_PROGRAMS, *decoys.OPEN, *SEALED_DECOYS]
    clients = [client for system in (*systems.OPEN, *SEALED_SYSTEMS) for client in system.clients]
    assert not [shape.name for shape in (*shapes, *clients) if len(shape.source) < 10]


@pytest.mark.parametrize(
    ("open_ones", "sealed"),
    [(systems.OPEN, SEALED_SYSTEMS), (programs.OPEN, SEALED_PROGRAMS), (decoys.OPEN, SEALED_DECOYS)],
    ids=["systems", "programs", "decoys"],
)
def test_every_third_is_sealed(open_ones: tuple[systems.System, ...], sealed: tuple[systems.System, ...]) -> None:
    assert not [each.name for each in open_ones if each.number % 3 == 0]
    assert not [each.name for each in sealed if each.number % 3]
    assert len(sealed) >= 0.3 * (len(open_ones) + len(sealed))


def test_letters_are_signed_and_sent_as_their_dns_says() -> None:
    """What looks like the real thing must prove its sender: else nothing is measured."""
    post, found = letters(systems.OPEN, 4 * len(systems.OPEN), seed=2)
    unproven = {
        letter.system.name
        for letter in found
        if verdict(letter.sent, post.table).fingerprint.sender.tier not in (Tier.VERIFIED, Tier.AUTHENTICATED)
    }
    assert not unproven


def test_programs_pass_for_the_innocent_organisation() -> None:
    """The danger: they prove it as its own people do."""
    post, found = mails(programs.OPEN, 2 * len(programs.OPEN), seed=2)
    unproven = {
        mail.program.name
        for mail in found
        if verdict(mail.sent, post.table).fingerprint.sender.tier not in (Tier.VERIFIED, Tier.AUTHENTICATED)
    }
    assert not unproven


def test_no_word_of_a_template_is_left() -> None:
    """The sealed ones, too: only their octets are looked at, no judgement."""
    left = set()
    for some_systems in (systems.OPEN, SEALED_SYSTEMS):
        post, written = letters(some_systems, 3 * len(some_systems))
        left |= {letter.system.name for letter in written if _WORD_LEFT.search(_header(letter.sent.octets))}
        left |= {key for key, records in post.table.items() if "{" in f"{key} {records}"}
    for some_programs in (programs.OPEN, SEALED_PROGRAMS):
        post, sent = mails(some_programs, 2 * len(some_programs))
        left |= {mail.program.name for mail in sent if _WORD_LEFT.search(_header(mail.sent.octets))}
        left |= {key for key, records in post.table.items() if "{" in f"{key} {records}"}
    for some_decoys in (decoys.OPEN, SEALED_DECOYS):
        _, made = decoys.cases(some_decoys, len(some_decoys))
        left |= {case.decoy.name for case in made if _WORD_LEFT.search(_header(case.sent.octets))}
    assert not left


def _header(octets: bytes) -> bytes:
    return octets.partition(b"\r\n\r\n")[0]
