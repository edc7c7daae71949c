"""Runs random tests with fresh seeds until the minutes are over: ``python -m tests.soak MINUTES``.

::

    rounds.jsonl ─▶ the next soak in turn, with a fresh seed ─▶ pytest ─▶ rounds.jsonl: soak, seed, result
                    (a round that was cut off: the same again)       └──▶ NAME-SEED.log where it failed

Both lie in .cache/soak, so a second call goes on where the first ended. The first failure is told with its seed and
ends the call with 1; where every soak lacks its peers it ends with 3. The last round is played to its end: that takes
minutes more, longest where it is ``mail-everything`` (twenty minutes without a break).
"""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from tests.support.tree import ROOT

FOLDER = ROOT / ".cache" / "soak"


class Soak(NamedTuple):
    """Tests that draw from a seed."""

    name: str
    tests: tuple[str, ...]
    """Arguments of the module; ``{seed}`` stands for the seed."""
    module: str = "pytest"
    """What Python runs. Another module than pytest prints "1 passed", or ends with 3 where a right is missing."""


SOAKS = (
    Soak("dns-beside-peers", ("tests/conformance/test_differential.py",)),
    Soak("dns-noise", ("tests/e2e/test_dns_bad_input.py",)),
    Soak("properties", ("tests/unit", "-m", "hypothesis", "--hypothesis-seed={seed}")),
    Soak("body-hash", ("tests/conformance/test_body_hash.py",)),
    Soak("kills", ("tests/e2e/test_durability.py", "tests/e2e/test_durability_store.py", "-k", "kill")),
    Soak("dns-everything", ("5",), "tests.soak_dns"),
    Soak("mail-everything", ("20",), "tests.soak_mail"),
)


class Round(NamedTuple):
    """A line of rounds.jsonl."""

    soak: str
    seed: int
    result: str
    """begun, passed, failed, or absent: a peer that the tests need isn't there."""


def soak(minutes: float) -> int:
    """Plays rounds until the time is over; returns the exit status."""
    end = time.monotonic() + 60 * minutes
    FOLDER.mkdir(parents=True, exist_ok=True)
    rounds, absent = _read(), set[str]()
    _tell(rounds)
    while time.monotonic() < end and len(absent) < len(SOAKS):
        this = _next(rounds)
        done = _play(this)
        rounds += [this, done]
        print(f"{done.soak}, seed {done.seed}: {done.result}", flush=True)
        if done.result == "failed":
            print(f"see {_log(done)}; repeat: {_command(done, shown=True)}")
            return 1
        if done.result == "absent":
            absent.add(done.soak)
    return 3 if len(absent) == len(SOAKS) else 0


def _next(rounds: list[Round]) -> Round:
    """The round that was cut off, else the next soak in turn with a fresh seed."""
    if rounds and rounds[-1].result == "begun":
        return rounds.pop()
    names = [each.name for each in SOAKS]
    before = names.index(rounds[-1].soak) if rounds and rounds[-1].soak in names else -1
    return Round(names[(before + 1) % len(names)], secrets.randbelow(1 << 32), "begun")


def _play(this: Round) -> Round:
    _note(this)
    with _log(this).open("w") as log:
        status = subprocess.run(
            _command(this), cwd=ROOT, env=os.environ | _environment(this), stdout=log, stderr=subprocess.STDOUT
        ).returncode
    said = _log(this).read_text(errors="replace")
    absent = 3 if _soak(this).module != "pytest" else 0  # pytest ends with 0 where all is skipped
    passed = not status and re.search(r"\d+ passed", said)
    result = "passed" if passed else "absent" if status == absent else "failed"
    if result != "failed":
        _log(this).unlink()
    done = this._replace(result=result)
    _note(done)
    return done


def _command(this: Round, *, shown: bool = False) -> list[str] | str:
    chosen = _soak(this)
    limits = ("-q", "--timeout=1800", "-o", "faulthandler_timeout=2400") if chosen.module == "pytest" else ()
    tests = (word.format(seed=this.seed) for word in chosen.tests)
    words = [sys.executable, "-m", chosen.module, *limits, *tests]
    if not shown:
        return words
    return " ".join([*(f"{name}={value}" for name, value in _environment(this).items()), *words])


def _soak(this: Round) -> Soak:
    return next(each for each in SOAKS if each.name == this.soak)


def _environment(this: Round) -> dict[str, str]:
    return {"CATCHER_SEED": str(this.seed), "CATCHER_HYPOTHESIS": "soak"}


def _log(this: Round) -> Path:
    return FOLDER / f"{this.soak}-{this.seed}.log"


def _note(this: Round) -> None:
    with (FOLDER / "rounds.jsonl").open("a") as file:
        file.write(json.dumps(this._asdict()) + "\n")


def _read() -> list[Round]:
    file = FOLDER / "rounds.jsonl"
    return [Round(**json.loads(line)) for line in file.read_text().splitlines()] if file.exists() else []


def _tell(rounds: list[Round]) -> None:
    """Where the earlier calls ended."""
    failed = [each for each in rounds if each.result == "failed"]
    print(f"rounds so far: {sum(each.result == 'passed' for each in rounds)} passed, {len(failed)} failed")
    for each in failed:
        print(f"failed before: {each.soak}, seed {each.seed}; repeat: {_command(each, shown=True)}")


if __name__ == "__main__":
    sys.exit(soak(float(sys.argv[1])))
