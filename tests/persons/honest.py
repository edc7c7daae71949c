"""Honest letters: a person writes to somebody at a typo domain, by any of the mail systems of the world."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta, timezone
from random import Random

from tests.persons import people
from tests.persons.clients.client import Client
from tests.persons.system import Organisation, Records, Sent, System
from tests.persons.template import Mailbox, Scene
from tests.support.fingerprints import NOW

ORGANISATIONS = 12
"""Organisations of each system."""
_PLACES: list[str] = """
riverside northfield harbour granite lakeview pinewood stonebridge fairmount westgate eastbrook clearwater oakridge
silverlake marchfield brookhaven
""".split()  # noqa: SIM905
_KINDS = ("clinic", "logistics", "council", "college", "engineering", "-marine", "-air.services", "works", "institute")
_TOPICS = """
minutes of Tuesday's meeting
Draft agreement
Lunch on Friday?
site visit
Question about the schedule
travel dates
Your request of 12 March
phone list
training slots in June
photos from the ceremony
Leave request
quick question
Meeting moved to 3pm
Invoice for the boats
Thank you!
interview Thursday
status
Parking
Report for the board
Besprechung am Montag
Angebot wie besprochen
Urlaub im Juli
Compte rendu de la réunion
Planning de la semaine
Reunión del jueves
Presupuesto revisado
Riunione di domani
Preventivo aggiornato
Ata da reunião
Vergadering morgen
Spotkanie w piątek
Zmiana terminu
Встреча во вторник
Зустріч у четвер
Schůzka ve středu
Möte på fredag
Møde mandag
Kokous maanantaina
Salı günkü toplantı
اجتماع الأحد
פגישה ביום שני
来週の打ち合わせ
会议纪要
회의 일정
""".strip().split("\n")
_ANSWERS = ("Re: ", "RE: ", "AW: ", "TR : ", "SV: ", "Fwd: ", "FW: ")


@dataclass(frozen=True)
class Letter:
    """One honest letter, and who sent it by which system and program."""

    sent: Sent
    system: System
    client: Client
    organisation: Organisation


def organisation(system: System, number: int, rng: Random) -> Organisation:
    """The ``number``-th organisation of ``system``; numbers are unique in the whole world."""
    unique = system.number * 20 + number
    if system.domain:
        return Organisation(system.domain, system.domain, unique)
    place, kind = rng.choice(_PLACES), rng.choice(_KINDS)
    domain = f"{place}{kind}{unique}.example"
    return Organisation(domain, f"{place.title()} {kind.strip('-').title()}", unique)


class Post:
    """The systems with their organisations, and the DNS of all."""

    def __init__(self, systems: Sequence[System], seed: int) -> None:
        rng = Random(seed)
        self.of: dict[str, tuple[Organisation, ...]] = {}
        self.table: Records = {}
        for system in systems:
            known = tuple(organisation(system, number, rng) for number in range(1 if system.domain else ORGANISATIONS))
            self.of[system.name] = known
            for each in known:
                self.table |= system.records(each)


def letters(systems: Sequence[System], count: int, *, seed: int = 1) -> tuple[Post, Iterator[Letter]]:
    """The world's DNS, and ``count`` letters, systems in turn."""
    post = Post(systems, seed)
    rng = Random(seed + 1)
    return post, (_letter(rng, systems[number % len(systems)], post) for number in range(count))


def _letter(rng: Random, system: System, post: Post) -> Letter:
    sender = rng.choice(post.of[system.name])
    author = people.person(rng, freemail=bool(system.domain))
    name = author.name if system.domain == "" or "(ENG)" not in author.name else author.name.removesuffix(" (ENG)")
    typed = people.person(rng, freemail=False)
    rcpt = f"{typed.local_part}@army.ml"
    first: Mailbox = (rng.choice((typed.name, "", rcpt)), rcpt)
    others = [_somebody(rng, sender.domain) for _ in range(rng.choice((0, 0, 0, 0, 1, 1, 2, 3)))]
    place = rng.randrange(len(others) + 1)
    in_cc = bool(others) and rng.random() < 0.2
    to = tuple(others) if in_cc else (first, *others[:place])
    cc = (first,) if in_cc else tuple(others[place:])
    topic = rng.choice(_TOPICS)
    answers = rng.random() < 0.12
    client = rng.choice(system.clients)
    scene = Scene(
        author=(name, f"{author.local_part}@{sender.domain}"),
        to=to,
        cc=cc,
        rcpt=rcpt,
        subject=rng.choice(_ANSWERS) + topic if answers else topic,
        at=(NOW - timedelta(seconds=rng.randrange(2, 1200))).astimezone(
            timezone(timedelta(hours=rng.randrange(-8, 10)))
        ),
        rng=rng,
        references=(f"<{rng.getrandbits(96):024x}@mail.army.mil>",) if answers else (),
    )
    return Letter(system.send(client.template, scene, sender, mail_from=client.envelope), system, client, sender)


def _somebody(rng: Random, domain: str) -> Mailbox:
    other = people.person(rng, freemail=False)
    return other.name, f"{other.local_part}@{rng.choice(('army.mil', domain, domain))}"
