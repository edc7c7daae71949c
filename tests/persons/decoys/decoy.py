"""One kind of decoy, and cases of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from random import Random

from tests.persons import people
from tests.persons.honest import Post
from tests.persons.system import Organisation, Records, Sent, System, zone_table
from tests.persons.template import Scene, fields_of
from tests.support.fingerprints import NOW

ATTACKER = """
attacker.example TXT v=spf1 ip4:192.0.2.250 -all
attacker.example MX 10 vps250.attacker.example
vps250.attacker.example A 192.0.2.250
250.2.0.192.in-addr.arpa PTR vps250.attacker.example
"""
"""A machine and a domain of nobody's in particular."""


class Expected(StrEnum):
    """What is right for a decoy."""

    NEVER = "never counts"
    FORWARD = "counts as a forward, of the forwarder"
    RESIDUAL = "may count: a named residual"


@dataclass(frozen=True)
class Setting:
    """A letter from its author to somebody at another organisation, before the decoy's hand."""

    letter: Sent
    author: Organisation
    author_address: str
    other: Organisation
    """The organisation that the letter goes to, and which passes it on."""
    other_address: str
    rcpt: str
    """The recipient at the typo domain."""
    rng: Random

    def scene(self, author: tuple[str, str], *, subject: str = "Plan for next week") -> Scene:
        """A mail of ``author`` to the typo domain."""
        return Scene(
            author=author, to=(("", self.rcpt),), rcpt=self.rcpt, subject=subject, at=self.letter.at, rng=self.rng
        )

    def on_top(self, template: str, **words: str) -> bytes:
        """The letter under the fields of ``template``."""
        scene = Scene(
            author=("", self.other_address),
            to=(),
            rcpt=self.rcpt,
            subject="",
            at=self.letter.at + timedelta(seconds=3),
            rng=self.rng,
            words=self.other.words
            | {"was_from": self.author_address, "author_domain": self.author.domain, "was": self.letter.client}
            | words,
        )
        fields = fields_of(template, scene)
        return "".join(f"{name}: {value}\r\n" for name, value in fields).encode() + self.letter.octets


@dataclass(frozen=True)
class Decoy:
    number: int
    name: str
    source: str
    expected: Expected
    author_system: System
    other_system: System
    make: Callable[[Setting], Sent]
    to_typo: bool = False
    """The letter was written to the typo domain itself (replays), not to ``other``."""
    zone: str = ""
    """Records that the decoy's maker adds."""


@dataclass(frozen=True)
class Case:
    sent: Sent
    decoy: Decoy
    setting: Setting


def cases(decoys: Sequence[Decoy], count: int, *, seed: int = 1) -> tuple[Records, Iterator[Case]]:
    """The DNS, and ``count`` cases, decoys in turn."""
    systems = {s.name: s for decoy in decoys for s in (decoy.author_system, decoy.other_system)}
    post = Post(list(systems.values()), seed)
    table = dict(post.table)
    for decoy in decoys:
        table |= zone_table(decoy.zone)
    rng = Random(seed + 1)
    return table, (_case(rng, decoys[number % len(decoys)], post) for number in range(count))


def _case(rng: Random, decoy: Decoy, post: Post) -> Case:
    author = rng.choice(post.of[decoy.author_system.name])
    other = rng.choice([each for each in post.of[decoy.other_system.name] if each != author])
    writer, reader, typed = (people.person(rng, freemail=False) for _ in range(3))
    rcpt = f"{typed.local_part}@army.ml"
    other_address = f"{reader.local_part}@{other.domain}"
    address = rcpt if decoy.to_typo else other_address
    scene = Scene(
        author=(writer.name, f"{writer.local_part}@{author.domain}"),
        to=((reader.name, address),),
        rcpt=address,
        subject="Plan for next week",
        at=NOW - timedelta(seconds=rng.randrange(30, 900)),
        rng=rng,
    )
    letter = decoy.author_system.send(rng.choice(decoy.author_system.clients).template, scene, author)
    setting = Setting(letter, author, scene.author[1], other, other_address, rcpt, rng)
    return Case(replace(decoy.make(setting), rcpt_to=(rcpt,)), decoy, setting)
