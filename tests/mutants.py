"""Changes code that holds promises, a place at a time, and prints what no test noticed: ``python -m tests.mutants``.

::

    PROMISES: file, functions, tests ─▶ mutants ─▶ two processes: the tests of that file, until one fails
                                                       └─▶ survivors, without those in tests/survivors/*.toml

``python -m tests.mutants [--most N] [--seed S] [--only TEXT …] [--together N]``: N drawn mutants instead of all; only
files whose name has one of the texts. It ends with 1 if a survivor has no reason, or one with a reason doesn't survive.
A survivor without a reason is printed as the files in tests/survivors want it.

``python -m tests.mutants --named`` runs the mutants of NAMED alone, each under the one test that has to notice it.

Longer than others: PROMISES and NAMED are tables, a row for each file and each named mutant.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.support.mutantruns import TestRun, prepare_runs
from tests.support.mutants import Mutant, mutants_of, replaced
from tests.support.tree import ROOT

SURVIVORS = Path("tests/survivors")
"""Files of ``[[survivor]]``: file, function, line (its text), mutation (what stands there instead), reason."""
_LEAST_SECONDS, _FACTOR = 20.0, 10.0
"""A run that takes longer than this, and than ten times the run over the unchanged code, hangs: the mutant is found."""


class Promise(NamedTuple):
    """Code that holds a promise, and the tests that must notice a change of it."""

    name: str
    file: str
    tests: tuple[str, ...]
    functions: tuple[str, ...] = ()


_KEYS = ("tests/unit/privacy/test_keys.py",)
_KEYFILE = ("tests/unit/privacy/test_keyfile.py",)
_TOKENS = ("tests/unit/privacy/test_tokens.py",)
_UPKEEP = ("tests/unit/desk/test_upkeep.py",)
_SURE = ("tests/unit/privacy/test_sureclock.py",)
_RETENTION = ("tests/unit/privacy/test_retention.py",)
_REMOTE = ("tests/unit/store/remote",)
_FORGETTING = (
    "tests/unit/store/sqlite/byday",
    "tests/unit/store/test_contract_forgetting.py",
    "tests/unit/store/sqlite/test_forgetting_rewrites.py",
    "tests/unit/store/sqlite/test_forgetting.py",
    "tests/unit/store/test_contract.py",
)
_SQLITE = (
    "tests/unit/store/sqlite/test_file.py",
    *_FORGETTING,
    "tests/unit/store/test_rows.py",
    "tests/unit/store/test_revisions.py",
    "tests/unit/store/test_contract_addresses.py",
    "tests/unit/store/test_contract_repeats.py",
)
_ADMISSION = ("tests/unit/smtp/admission",)
_SERVING = (
    "tests/unit/smtp/serving/test_front.py",
    "tests/unit/smtp/serving/test_recorder.py",
    "tests/unit/smtp/serving/test_recording.py",
    "tests/unit/smtp/serving/test_session.py",
    "tests/unit/smtp/serving/test_between_sessions.py",
    "tests/unit/smtp/serving/test_timing.py",
    "tests/unit/smtp/serving/test_server.py",
    "tests/unit/smtp/serving/test_tls.py",
)
_WIRE = "tests/unit/smtp/wire"
_SHARES = ("tests/unit/resolve/test_shares.py", "tests/unit/resolve/test_fairness.py")
_BOUNDS = ("tests/unit/resolve/test_bounds.py",)
_LATE = ("tests/unit/intake/test_completion.py", "tests/unit/intake/test_completion_under_attack.py")
PROMISES = (
    Promise("commit", "catcher/store/remote/client.py", _REMOTE),
    Promise("commit", "catcher/store/remote/server.py", _REMOTE),
    Promise("commit", "catcher/store/remote/groupwriter.py", _REMOTE),
    Promise("commit", "catcher/store/remote/forgetter.py", _REMOTE),
    Promise("commit", "catcher/store/sqlite/connection.py", _SQLITE),
    Promise("commit", "catcher/store/sqlite/observation.py", _SQLITE),
    Promise("commit", "catcher/smtp/serving/recorder.py", _SERVING),
    Promise("keys", "catcher/privacy/keys.py", _KEYS),
    Promise("keys", "catcher/privacy/keyfile.py", (*_KEYFILE, *_KEYS)),
    Promise("keys", "catcher/privacy/tokens.py", (*_TOKENS, *_KEYS)),
    Promise("keys", "catcher/privacy/sureclock.py", _SURE),
    Promise("keys", "catcher/desk/upkeep.py", _UPKEEP),
    Promise("retention", "catcher/privacy/retention.py", _RETENTION),
    Promise("retention", "catcher/store/sqlite/retention.py", _FORGETTING),
    Promise("retention", "catcher/store/sqlite/byday/dropping.py", _FORGETTING),
    Promise("retention", "catcher/store/sqlite/byday/scrubbing.py", _FORGETTING),
    Promise("retention", "catcher/intake/storable.py", ("tests/unit/intake/test_storable.py",)),
    Promise("admission", "catcher/smtp/admission/gate.py", (*_ADMISSION, "tests/unit/smtp/serving/test_server.py")),
    Promise("admission", "catcher/smtp/admission/flood.py", _ADMISSION),
    Promise("admission", "catcher/smtp/admission/networks.py", _ADMISSION),
    Promise("admission", "catcher/smtp/admission/place.py", _ADMISSION),
    Promise("admission", "catcher/smtp/admission/evictions.py", _ADMISSION),
    Promise("admission", "catcher/smtp/serving/front.py", (*_SERVING, f"{_WIRE}/test_proxy.py")),
    Promise("admission", "catcher/smtp/serving/server.py", ("tests/unit/smtp/serving/test_server.py", *_ADMISSION)),
    Promise("admission", "catcher/smtp/dialogue/budgets.py", ("tests/unit/smtp/serving/test_loops.py",)),
    Promise("line ends", "catcher/smtp/wire/lineends.py", (f"{_WIRE}/test_lineends.py",)),
    Promise("line ends", "catcher/smtp/wire/dots.py", (f"{_WIRE}/test_dots.py",)),
    Promise("line ends", "catcher/smtp/wire/crlf.py", (f"{_WIRE}/test_crlf.py",)),
    Promise("line ends", "catcher/smtp/wire/commands.py", (f"{_WIRE}/test_commands.py",)),
    Promise("line ends", "catcher/smtp/message/data.py", ("tests/unit/smtp/message",)),
    Promise("look-ups", "catcher/resolve/turns.py", _SHARES),
    Promise("look-ups", "catcher/resolve/shares.py", _SHARES),
    Promise("look-ups", "catcher/resolve/budget.py", _BOUNDS),
    Promise("look-ups", "catcher/resolve/silence.py", _BOUNDS),
    Promise("look-ups", "catcher/resolve/cache.py", _BOUNDS),
    Promise("look-ups", "catcher/resolve/live.py", ("tests/unit/resolve/test_live.py",)),
    Promise("look-ups", "catcher/intake/completion.py", _LATE),
    Promise("look-ups", "catcher/intake/asking.py", ("tests/unit/intake/test_asking.py", *_LATE)),
)


class Named(NamedTuple):
    """A mutant that once survived, and the test that notices it now."""

    what: str
    file: str
    before: str
    after: str
    test: str

    @property
    def mutant(self) -> Mutant:
        return replaced(self.file, self.before, self.after)


NAMED = (
    Named(
        "pause_writing is ignored",
        "catcher/smtp/serving/connection.py",
        "        self._waits.add(Wait.READER)\n",
        "        pass\n",
        "tests/unit/smtp/serving/test_front.py::test_a_client_that_does_not_read_its_replies_gets_no_more_of_them",
    ),
    Named(
        "an idle worker keeps an ended key",
        "catcher/privacy/keys.py",
        "            return False\n        self._tokens = None\n",
        "            return False\n",
        "tests/unit/privacy/test_keys.py::test_an_idle_process_forgets_the_tokens_of_an_ended_period",
    ),
    Named(
        "a destroyed key's folder isn't synced",
        "catcher/privacy/keys.py",
        "                sync_folder(self._folder)\n",
        "                pass\n",
        "tests/unit/privacy/test_keys.py::test_what_was_destroyed_is_synced_with_its_folder",
    ),
    Named(
        "pages of dropped tables aren't overwritten",
        "catcher/store/sqlite/connection.py",
        '"secure_delete": 1,',
        '"secure_delete": 0,',
        "tests/unit/store/sqlite/test_forgetting.py::test_a_purged_row_leaves_no_byte",
    ),
    Named(
        "the log keeps what was purged",
        "catcher/store/sqlite/byday/scrubbing.py",
        "wal_checkpoint(TRUNCATE)",
        "wal_checkpoint(PASSIVE)",
        "tests/unit/store/sqlite/test_forgetting.py::test_a_purged_row_leaves_no_byte",
    ),
    Named(
        "the read buffer isn't wiped",
        "catcher/smtp/serving/front.py",
        "        self.view[:count] = self._zeros[:count]\n",
        "        pass\n",
        "tests/unit/smtp/serving/test_front.py::test_what_is_taken_is_overwritten",
    ),
    Named(
        "TLS 1.3 gives session tickets",
        "catcher/smtp/serving/certificate.py",
        "    context.num_tickets = 0",
        "    pass",
        "tests/unit/smtp/serving/test_tls.py::test_no_session_is_resumed_and_no_ticket_is_given",
    ),
    Named(
        "signature tokens and retry tags have one subkey",
        "catcher/privacy/tokens.py",
        'b"catcher signature token"',
        'b"catcher retry tag"',
        "tests/unit/privacy/test_tokens.py::test_tokens_of_two_kinds_never_agree_on_the_same_octets",
    ),
)


class Job(NamedTuple):
    """A mutant with its tests and the seconds that they may take."""

    mutant: Mutant
    tests: tuple[str, ...]
    seconds: float


def outcomes(jobs: Iterator[Job], together: int) -> Iterator[tuple[Mutant, str]]:
    """The result of each job; ``together`` run at a time."""
    running: dict[TestRun, Mutant] = {}
    more = True
    while running or more:
        while more and len(running) < together:
            job = next(jobs, None)
            more = job is not None
            if job is not None:
                running[TestRun(job.mutant, job.tests, job.seconds)] = job.mutant
        for run in list(running):
            result = run.result()
            if result is not None:
                yield running.pop(run), result
        time.sleep(0.01)


def check_named() -> int:
    """Whether each of NAMED is noticed by its test; returns the exit status."""
    prepare_runs()
    _seconds_of(dict.fromkeys((named.test,) for named in NAMED))
    jobs = (Job(named.mutant, (named.test,), 120) for named in NAMED)
    found = {mutant.name: result for mutant, result in outcomes(jobs, 2)}
    for named in NAMED:
        print(f"{found[named.mutant.name]:8} {named.what}")
    return int(set(found.values()) != {"failed"})


def main() -> int:
    options = _options()
    if options.named:
        return check_named()
    prepare_runs()
    promises = [promise for promise in PROMISES if any(text in promise.file for text in options.only)]
    seconds = _seconds_of(dict.fromkeys(promise.tests for promise in promises))
    jobs = [
        Job(mutant, promise.tests, max(_LEAST_SECONDS, _FACTOR * seconds[promise.tests]))
        for promise in promises
        for mutant in mutants_of(promise.file, promise.functions)
    ]
    drawn = random.Random(options.seed).sample(jobs, min(options.most, len(jobs))) if options.most else jobs
    reasons = survivors()
    counts: Counter[str] = Counter()
    survived: set[str] = set()
    for mutant, result in outcomes(iter(drawn), options.together):
        counts[result] += 1
        if result == "passed":
            survived.add(mutant.name)
            counts["without"] += mutant.name not in reasons
            if mutant.name not in reasons:
                print(_entry(mutant), flush=True)
    gone = sorted({job.mutant.name for job in drawn} & set(reasons) - survived)
    for name in gone:
        print(f"has a reason and doesn't survive: {name}")
    killed, unexplained = counts["failed"] + counts["too long"], counts["without"]
    print(
        f"{len(drawn)} mutants, {killed} killed, {counts['passed'] - unexplained} survivors with reasons, "
        f"{unexplained} without"
    )
    return int(bool(unexplained or gone))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("--named", action="store_true")
    parser.add_argument("--most", type=int, default=0)
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--only", nargs="+", default=[""])
    parser.add_argument("--together", type=int, default=2)
    return parser.parse_args()


def _seconds_of(each: Iterable[tuple[str, ...]]) -> dict[tuple[str, ...], float]:
    """Seconds of each set of tests over the code as it is. They have to pass."""
    seconds = {}
    for tests in each:
        begun = time.monotonic()
        run = TestRun(None, tests, 600)
        while (result := run.result()) is None:
            time.sleep(0.01)
        seconds[tests] = time.monotonic() - begun
        if result != "passed":
            sys.exit(f"over the code as it is: {result}: {' '.join(tests)}")
    return seconds


def survivors() -> dict[str, str]:
    """Name of a mutant that may survive → why."""
    return {
        Mutant(each["file"], 0, each["function"], each["line"], each["mutation"], "").name: each["reason"]
        for path in sorted((ROOT / SURVIVORS).glob("*.toml"))
        for each in tomllib.loads(path.read_text())["survivor"]
    }


def _entry(mutant: Mutant) -> str:
    """A survivor as the files in tests/survivors have it."""
    said = {"file": mutant.file, "function": mutant.function, "line": mutant.before, "mutation": mutant.after}
    lines = [f"{key} = {json.dumps(text, ensure_ascii=False)}" for key, text in said.items()]
    return "\n".join([f"# line {mutant.line}", "[[survivor]]", *lines, 'reason = ""'])


if __name__ == "__main__":
    sys.exit(main())
