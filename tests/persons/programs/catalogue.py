"""Mails of programs: each kind in each of its languages, plain and in answer to a provoking mail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from random import Random

from tests.persons import people
from tests.persons.honest import Post
from tests.persons.programs.program import Program
from tests.persons.system import Sent
from tests.persons.template import Fields, Scene
from tests.support.fingerprints import NOW

_TOPICS = ("Plan for next week", "Besprechung am Montag", "Question about the schedule", "Compte rendu", "打ち合わせ")
_MAIL_PROGRAMS = (
    ("X-Mailer", "Apple Mail (2.3826.400.131.1.6)"),
    ("X-Mailer", "iPhone Mail (22H124)"),
    ("X-Mailer", "Microsoft Outlook 16.0"),
    ("User-Agent", "Mozilla Thunderbird"),
    ("User-Agent", "Roundcube Webmail/1.6.9"),
    ("User-Agent", "K-9 Mail for Android"),
    ("X-Mailer", "HCL Notes Build V1201_09122021 September 12, 2021"),
)


class Variant(StrEnum):
    """What a program takes over from the mail that provoked it."""

    PLAIN = "plain"
    REPLY = "In-Reply-To and References"
    THREAD = "ten References"
    QUOTED = "the provoking mail's X-Mailer or User-Agent"


@dataclass(frozen=True)
class Mail:
    sent: Sent
    program: Program
    language: str
    variant: Variant


def mails(programs: Sequence[Program], count: int, *, seed: int = 1) -> tuple[Post, Iterator[Mail]]:
    """The world's DNS, and ``count`` mails in the order of ``turns``."""
    systems = {program.system.name: program.system for program in programs}
    post = Post(list(systems.values()), seed)
    rng = Random(seed + 1)
    return post, (_mail(rng, *turn, post) for turn in turns(programs, count, seed=seed))


def turns(programs: Sequence[Program], count: int, *, seed: int) -> Iterator[tuple[Program, str, Variant]]:
    """The kinds in turn, each through its languages and variants in an order of its own."""
    rng = Random(seed)
    orders = []
    for program in programs:
        order = [(language, variant) for language in program.subjects for variant in Variant]
        rng.shuffle(order)
        orders.append(order)
    for number in range(count):
        order = orders[number % len(programs)]
        yield programs[number % len(programs)], *order[number // len(programs) % len(order)]


def _mail(rng: Random, program: Program, language: str, variant: Variant, post: Post) -> Mail:
    organisation = rng.choice(post.of[program.system.name])
    person = people.person(rng, freemail=False)
    name, local = (
        text.replace("{person}", whole).replace("{shop}", organisation.name)
        for text, whole in zip(program.author, (person.name, person.local_part), strict=True)
    )
    typed = people.person(rng, freemail=False)
    rcpt = f"{typed.local_part}@army.ml"
    code, number = str(rng.randrange(1000, 999_999)), str(rng.randrange(10**6, 10**9))
    subject = program.subjects[language]
    words = {"code": code, "no": number, "shop": organisation.name, "topic": rng.choice(_TOPICS)}
    for word, value in words.items():
        subject = subject.replace(f"{{{word}}}", value)
    references = _references(rng, organisation.domain, variant, answers=program.answers)
    scene = Scene(
        author=(name, f"{local}@{organisation.domain}"),
        to=((rng.choice((typed.name, "", rcpt)), rcpt),),
        rcpt=rcpt,
        subject=subject,
        at=NOW - timedelta(seconds=rng.randrange(2, 900)),
        rng=rng,
        references=references,
        words={"code": code, "person": person.local_part},
    )
    quoted = rng.choice(_MAIL_PROGRAMS)
    sent = program.system.send(
        program.template,
        scene,
        organisation,
        text="This is a notice of a program.",
        mail_from=None if program.null else program.envelope,
        change=lambda fields: _changed(fields, variant, references, quoted),
    )
    return Mail(sent, program, language, variant)


def _references(rng: Random, domain: str, variant: Variant, *, answers: bool) -> tuple[str, ...]:
    if variant is Variant.THREAD:
        return tuple(f"<{rng.getrandbits(80):020x}@{rng.choice((domain, 'army.ml'))}>" for _ in range(10))
    if variant is Variant.REPLY or answers:
        return (f"<{rng.getrandbits(80):020x}@army.ml>",)
    return ()


def _changed(fields: Fields, variant: Variant, references: tuple[str, ...], quoted: tuple[str, str]) -> Fields:
    """The fields with what the variant adds; threads take the place after Message-ID, where most writers have them."""
    names = {name.lower() for name, _ in fields}
    added: Fields = []
    if references and variant in (Variant.REPLY, Variant.THREAD):
        if "in-reply-to" not in names:
            added.append(("In-Reply-To", references[-1]))
        if "references" not in names:
            added.append(("References", "\r\n ".join(references)))
    if variant is Variant.QUOTED:
        fields = [(name, value) for name, value in fields if name.lower() != quoted[0].lower()]
        added.append(quoted)
    place = next((n + 1 for n, (name, _) in enumerate(fields) if name.lower() == "message-id"), len(fields))
    return fields[:place] + added + fields[place:]
