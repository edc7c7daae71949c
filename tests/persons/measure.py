"""Measures letters, programs and decoys: ``python -m tests.persons.measure [--letters N] [--programs N] [--sealed]``.

Prints by kind what counts and what doesn't. ``--sealed`` looks at the sealed third: once, at the end of an issue.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Mapping

from catcher.model.mail.counting import CountReason
from catcher.model.mail.fingerprint import MailKind
from tests.persons import decoys, programs, systems
from tests.persons.decoys import Decoy, Expected
from tests.persons.honest import letters
from tests.persons.programs.catalogue import mails
from tests.persons.programs.program import Program
from tests.persons.system import System
from tests.persons.verdict import Verdict, verdict

Tally = Mapping[str, Counter[str]]
"""Kind → reason → mails; reasons of mails that count have a plus before."""


def tally_letters(known: tuple[System, ...], count: int, seed: int = 1) -> Tally:
    """By mail system."""
    post, all_letters = letters(known, count, seed=seed)
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for letter in all_letters:
        found[letter.system.name][_reason(verdict(letter.sent, post.table))] += 1
    return found


def tally_programs(known: tuple[Program, ...], count: int, seed: int = 1) -> Tally:
    """By program."""
    post, all_mails = mails(known, count, seed=seed)
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for mail in all_mails:
        found[f"{mail.program.number} {mail.program.name}"][_reason(verdict(mail.sent, post.table))] += 1
    return found


def tally_decoys(known: tuple[Decoy, ...], count: int, seed: int = 1) -> Tally:
    """By decoy: ``right`` or ``wrong``, with what came out."""
    table, all_cases = decoys.cases(known, count, seed=seed)
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for case in all_cases:
        judged = verdict(case.sent, table)
        right = is_right(case.decoy.expected, judged, case.setting.other.domain)
        found[f"{case.decoy.number} {case.decoy.name} ({case.decoy.expected})"][
            f"{'right' if right else 'wrong'} {_reason(judged)}"
        ] += 1
    return found


def is_right(expected: Expected, judged: Verdict, forwarder: str) -> bool:
    match expected:
        case Expected.NEVER:
            return not judged.counting.counts
        case Expected.FORWARD:
            found = judged.fingerprint
            by_rule = judged.counting.reason is CountReason.FORWARD or found.nature.kind is MailKind.JOURNAL
            return judged.counting.counts and by_rule and found.sender.domain == forwarder
        case Expected.RESIDUAL:
            return not judged.counting.counts or bool(judged.counting.reason.residuals)


def counted(tally: Tally, *, bound: bool = False) -> int:
    """Mails that count. ``bound``: those, too, of which only the tenant's binding is asked when a notice is drafted."""
    return sum(
        number
        for reasons in tally.values()
        for reason, number in reasons.items()
        if reason.startswith("+") or (bound and reason == CountReason.UNBOUND_TENANT)
    )


def total(tally: Tally) -> int:
    return sum(reasons.total() for reasons in tally.values())


def _reason(judged: Verdict) -> str:
    return f"{'+' if judged.counting.counts else ''}{judged.counting.reason}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=1000)
    parser.add_argument("--programs", type=int, default=1000)
    parser.add_argument("--decoys", type=int, default=110)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sealed", action="store_true")
    given = parser.parse_args()
    people, machines, tricks = _sealed() if given.sealed else (systems.OPEN, programs.OPEN, decoys.OPEN)
    honest = tally_letters(people, given.letters, given.seed)
    _show("letters", honest)
    print(
        f"letters that count: {counted(honest)} of {total(honest)};"
        f" once tenants are bound: {counted(honest, bound=True)}\n"
    )
    automatic = tally_programs(machines, given.programs, given.seed)
    _show("programs", automatic)
    print(f"programs that count: {counted(automatic)} of {total(automatic)}\n")
    tricked = tally_decoys(tricks, given.decoys, given.seed)
    _show("decoys", tricked)
    wrong = sum(n for reasons in tricked.values() for reason, n in reasons.items() if reason.startswith("wrong"))
    print(f"decoys judged wrong: {wrong} of {total(tricked)}")


def _sealed() -> tuple[tuple[System, ...], tuple[Program, ...], tuple[Decoy, ...]]:
    from tests.persons.decoys.sealed_decoys import DECOYS
    from tests.persons.programs.sealed_programs import SEALED
    from tests.persons.systems.sealed_systems import SEALED as SYSTEMS

    return SYSTEMS, SEALED, DECOYS


def _show(title: str, tally: Tally) -> None:
    print(title)
    for kind, reasons in tally.items():
        print(f"  {kind}: " + ", ".join(f"{reason} {number}" for reason, number in reasons.most_common()))


if __name__ == "__main__":
    main()
