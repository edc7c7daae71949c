"""Imports a pure room and runs it with the outside shut out: ``python -m tests.house.pure_runs ROOM``, by test_purity.

Each run prints what it made, so that the test sees that something was run.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Callable
from pathlib import Path

from tests.support.purity import Guard


def import_all(package: str) -> int:
    """Imports every module of ``package``; returns how many."""
    found = importlib.import_module(package)
    modules = list(pkgutil.walk_packages(found.__path__, f"{package}."))
    for module in modules:
        importlib.import_module(module.name)
    return len(modules)


def model(guard: Guard) -> object:
    """Values, their JSON and their checks."""
    import_all("catcher.model")
    from catcher.model.domain import to_alabel
    from catcher.model.mail.mailbox import Mailbox
    from catcher.model.mail.observation import field_dictionary
    from tests.support.observations import observation

    return (
        to_alabel("Bücher.example."),
        Mailbox("alice", "contractor.example"),
        observation().to_json(),
        len(field_dictionary()),
    )


def lookalike(guard: Guard) -> object:
    """Typed names matched, and names worth holding."""
    import_all("catcher.lookalike")
    from catcher.lookalike import Lookalikes, generate

    def registrable(name: str) -> str | None:
        return ".".join(name.split(".")[-2:]) if "." in name else None

    lookalikes = Lookalikes(["army.mil", "navy.mil"], registrable)
    matches = [lookalikes.match(typed).to_json() for typed in ("army.ml", "xn--rmy-5cd.mil", "nvay.mil")]
    return matches, [worth.domain for worth in generate(["army.mil"], ["ml"], registrable, limit=3)]


def incident(guard: Guard) -> object:
    """Observations folded and merged, their life and the effect of a notice."""
    import_all("catcher.incident")
    from datetime import date

    from catcher.incident import effect, fold, life, merge
    from tests.support.observations import observation

    folded = fold([observation(), observation(retry_of=1)], party_of=str)
    days = [date(2026, 11, 10)]
    return [(merge(i, i).mails, life(i, date(2027, 3, 1)), effect(i, days, date(2027, 3, 1))) for i in folded.values()]


def fingerprint(guard: Guard) -> object:
    """A message with a signature: body digests, then questions, then a result from answers."""
    import_all("catcher.fingerprint")
    from datetime import UTC, datetime

    from catcher.fingerprint import BodyDigest, fingerprint, wanted_digests
    from catcher.fingerprint.context import Context
    from catcher.model.mail.fingerprint import Basis, Fingerprint, Intended
    from catcher.model.mail.lookup import LookupResult, Question, Status
    from catcher.model.mail.mailbox import Mailbox
    from catcher.model.mail.transaction import BodyFacts, Header, HeaderField, Transaction

    now = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
    signature = (
        b" v=1; a=rsa-sha256; c=relaxed/relaxed; d=contractor.example; s=s1; t=1793700000; x=1794700000;\r\n"
        b" h=from:to; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA"
    )
    header = Header(
        fields=(
            HeaderField(b"DKIM-Signature", signature),
            HeaderField(b"From", b" Alice <alice@contractor.example>"),
            HeaderField(b"To", b" someone@army.ml"),
            HeaderField(b"Date", b" Tue, 03 Nov 2026 11:59:00 +0000"),
        ),
        octets=300,
    )
    digests = {}
    for wanted in wanted_digests(header):
        digest = BodyDigest(wanted)
        digest.feed(b"hello\r\n")
        if (made := digest.digest()) is not None:
            digests[wanted] = made
    transaction = Transaction(
        received_at=now,
        client="192.0.2.25",
        helo="mail.contractor.example",
        tls=False,
        reverse_path=Mailbox("alice", "contractor.example"),
        forward_paths=(Mailbox("someone", "army.ml"),),
        header=header,
        body=BodyFacts(octets=7, lines=1, digests=digests),
    )
    context = Context(
        now=now,
        intended=lambda typed: Intended(typed, "army.mil", None, Basis.DECLARED),
        organizational_domain=lambda name: ".".join(name.split(".")[-2:]),
        organisation=lambda name: None,
    )
    answers: dict[Question, LookupResult] = {}
    asked = 0
    while not isinstance(found := fingerprint(transaction, answers, context), Fingerprint):
        for question in found.questions:
            asked += 1
            text = b"v=spf1 ip4:192.0.2.25 -all" if question.name == "contractor.example" else b""
            answers[question] = LookupResult(Status.FOUND, (text,)) if text else LookupResult(Status.NXDOMAIN)
    assert asked, "nothing was looked up: the run proves little"
    return found.sender.to_json()


def dns(guard: Guard) -> object:
    """Answers from what was loaded before the world was shut out."""
    with guard.lifted():  # the rooms that read files aren't pure, and needn't be
        import_all("catcher.config")
        import_all("catcher.catalogue")
    import_all("catcher.dns")
    from datetime import UTC, datetime

    from dns.message import make_query

    from catcher import catalogue, config, dns
    from catcher.dns.wire import Transport

    now = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
    with guard.lifted():
        loaded = config.load_config(Path(sys.argv[2]))
        authority = dns.load_authority(loaded, catalogue.read_catalogue(loaded.catalogue.files), now=now)
    sizes = []
    for name in ("army.ml", "a.b.army.ml", "sink.example", "nothing.sink.example", "example.net"):
        for qtype in ("MX", "A", "SOA", "NS", "TXT", "ANY"):
            for transport in Transport:
                reply = authority.answer(make_query(name, qtype).to_wire(), transport=transport, now=now)
                assert reply is not None
                sizes.append(len(reply.wire))
    return sizes


def smtp(guard: Guard) -> object:
    """A whole session from octets to replies, and the admission of its client; the texts were loaded before."""
    with guard.lifted():  # serving does I/O, and the texts of explanations are files
        import_all("catcher.smtp")
        from catcher.smtp import load_explanations

        texts = load_explanations(None)
    from datetime import UTC, datetime

    from catcher.catalogue import Catalogue, Entry
    from catcher.model.mail.policy import Policy
    from catcher.smtp import Gate, SmtpLimits, SmtpSettings
    from catcher.smtp.admission.place import Place
    from catcher.smtp.dialogue.dialogue import Dialogue
    from catcher.smtp.dialogue.pool import EnvelopePool
    from catcher.smtp.dialogue.results import MessageTaken, ReceiveData
    from catcher.smtp.dialogue.verbs import answer
    from catcher.smtp.message.data import DataPhase
    from catcher.smtp.wire.commands import CommandReader
    from catcher.smtp.wire.replies import Reply

    class Clock:
        def now(self) -> datetime:
            return datetime(2026, 11, 3, 12, 0, tzinfo=UTC)

    held = Catalogue.of([Entry("army.ml", "army.mil", Policy.EXPLAIN, None, Policy.OBSERVE, "", "catalogue.csv:2")])
    settings = SmtpSettings("mx.sink.example", explanations=texts)
    session = Dialogue(
        settings,
        catalogue=held,
        clock=Clock(),
        new_ref=lambda: "REF",
        address="192.0.2.7",
        pool=EnvelopePool(settings.limits.envelopes_octets),
    )
    assert isinstance(Gate(SmtpLimits()).enter("192.0.2.7", 0.0), Place)
    reader, said = CommandReader(), [session.greeting().wire]
    reader.feed(b"EHLO client.example\r\nMAIL FROM:<a@sender.example>\r\nRCPT TO:<b@army.ml>\r\nDATA\r\n")
    while (command := reader.next()) is not None:
        result = answer(session, command)
        assert isinstance(result, Reply | ReceiveData)
        said.append(result.wire if isinstance(result, Reply) else result.reply.wire)
    assert session.transactions.message is not None
    phase = DataPhase(session.transactions.message)
    phase.feed(b"From: a@sender.example\r\n\r\nhello\r\n.\r\n")
    assert phase.ended
    taken = session.transactions.message_ended()
    assert isinstance(taken, MessageTaken)
    return [*said, taken.recorded.wire]


def socket_at_work(guard: Guard) -> object:
    """Not pure."""
    import socket

    return socket.socket()


def file_at_work(guard: Guard) -> object:
    """Not pure."""
    return Path(sys.argv[2]).read_text()


def environment_at_work(guard: Guard) -> object:
    """Not pure."""
    import os

    return os.environ.get("HOME")


def clock_at_work(guard: Guard) -> object:
    """Not pure."""
    from datetime import UTC, datetime

    return datetime.now(UTC)


def timer_at_work(guard: Guard) -> object:
    """Not pure."""
    import time

    return time.time()


PURE = (model, lookalike, incident, fingerprint, dns, smtp)
IMPURE = (socket_at_work, file_at_work, environment_at_work, clock_at_work, timer_at_work)
RUNS: dict[str, Callable[[Guard], object]] = {run.__name__: run for run in (*PURE, *IMPURE)}


def main() -> None:
    """Once with the outside, so that other people's libraries are loaded; then again, from the import on, without."""
    run, guard = RUNS[sys.argv[1]], Guard()
    run(guard)
    for name in [name for name in sys.modules if name.split(".")[0] == "catcher" or "observations" in name]:
        del sys.modules[name]
    with guard.closed():
        made = run(guard)
    print(made)


if __name__ == "__main__":
    main()
