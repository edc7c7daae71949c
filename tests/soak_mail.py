"""Mail of every habit at one running server: ``python -m tests.soak_mail MINUTES [ROWS]``. It needs no root.

::

    60 mails a second: new and kept connections, TLS, BDAT,   ─┐
      pipelining; accept, explain, refuse; signed or not       │
    upkeep of a month's due, and `store purge` each 2 minutes  ├─▶ catcher serve, 2 workers, ─▶ the table; 1 if a
    for MINUTES: a reload each 15 s, two in three with a new   │   2,000,000 observations       promise broke
      row; SIGKILL each 20 s: a worker, the store, upkeep      │
    then, calm: a fifth as long without reloads and kills     ─┘

At the end the server is stopped as by an init system, and its store is read. These fail the soak:

- A reply that was sent after its rows were stored (250, and the 550 after the data) hasn't exactly its rows, by REF. A
  550 to RCPT with a REF is sent before: it may have no row if the store or a worker was away within two seconds.
- A 550 without REF, unless the process that stores was away: it promises no row.
- More REFs with rows that no client heard than replies that never came and 451s: a killed process may have stored
  what it didn't answer.
- A 451, unless the process that stores was away: from its kill until two seconds after it was back.
- Fewer than 99 of a hundred 250s within 300 ms, kills included.
- A connection that ended without a word while no worker was killed.
- Memory (``RssAnon``) or descriptors that aren't level. Two things are compared. Lives: of the processes with one name,
  those of the first half with those of the second, all at an age of 6 to 10 s. One life: of each process that lived
  through the calm span, or as long (the parent: the whole run), the second third of its life with the last. A leak
  of less than the slack (4 MB, or a tenth) in a third of the span isn't seen.
- A failed reload or purge, unless a process was away; last month's key; a canary in a file.
"""

from __future__ import annotations

import multiprocessing
import os
import secrets
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from catcher.privacy import KeyRing
from catcher.wiring import SystemClock
from tests.support.server import Server
from tests.support.soaking import mailload
from tests.support.soaking.disturb import Repeat
from tests.support.soaking.mailload import CANARIES
from tests.support.soaking.mailserver import (
    ROWS,
    MailKills,
    MailReloads,
    ProcessSizes,
    Purges,
    Size,
    files_with,
    mail_server,
    middle,
    place_database,
)
from tests.support.soaking.mailsession import Replies
from tests.support.tree import ROOT

RATE = 60.0
"""Mails a second."""
KILL_SECONDS, RELOAD_SECONDS, PURGE_SECONDS, LOOK_SECONDS = 20.0, 15.0, 120.0, 2.0
P99_MS = 300.0
CALM_PART = 1 / 5
"""The calm span by the span with reloads and kills."""
YOUNG_SECONDS = 6.0, 10.0
"""The age at which the lives of a name are compared: the start is over, and most haven't been replaced yet."""
LEAST_LIVES = 3
"""Lives in each half; a name with fewer isn't compared so."""
LEVEL, SLACK_MB, SLACK_DESCRIPTORS = 1.1, 4.0, 8
"""Memory is level if the later median is at most so many times the earlier, and a process of a few MB may differ by the
slack; descriptors come and go with the clients."""


def soak(minutes: float, rows: int) -> int:
    """Runs for ``minutes``; returns the exit status: 0, or 1 for a broken promise."""
    seed = int(os.environ.get("CATCHER_SEED") or secrets.randbelow(1 << 32))
    cache = ROOT / ".cache" / "soak"
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="running-", dir=cache) as name:
        server = mail_server(Path(name))
        place_database(server, rows, SystemClock().now())
        server.start()
        try:
            failures = _play(server, 60 * minutes, seed)
        finally:
            if server.process is not None:
                server.kill()
        print(f"seed {seed}")
        for failure in failures[:20]:
            print("FAILED:", failure)
        if failures:
            log = cache / f"mail-everything-{seed}-server.log"
            log.write_bytes(server.log.read_bytes())
            print(f"the server's log: {log}")
        print("1 failed" if failures else "1 passed")
        return int(bool(failures))


def _play(server: Server, seconds: float, seed: int) -> list[str]:
    begun_at = SystemClock().now()
    ours, theirs = multiprocessing.get_context("fork").Pipe()
    load = multiprocessing.get_context("fork").Process(
        target=mailload.run, args=(server.smtp[1], seed, RATE, theirs), daemon=True
    )
    load.start()
    assert ours.recv() == "begun"
    kills, reloads, purges, sizes = MailKills(server), MailReloads(server), Purges(server), ProcessSizes(server)
    repeats = [
        Repeat(KILL_SECONDS, kills),
        Repeat(RELOAD_SECONDS, reloads),
        Repeat(PURGE_SECONDS, purges),
        Repeat(LOOK_SECONDS, sizes),
    ]
    for repeat in repeats:
        repeat.start()
    time.sleep(seconds)
    for repeat in repeats[:2]:
        repeat.end()
    calm = time.monotonic()
    time.sleep(seconds * CALM_PART)
    for repeat in repeats[2:]:
        repeat.end()
    calm_seconds = time.monotonic() - calm
    ours.send("over")
    replies: Replies = ours.recv()
    load.join()
    ended = KeyRing(server.folder / "var" / "keys").ended(SystemClock().now())
    status = server.stop()
    failures = [f"{type(repeat.error).__name__}: {repeat.error}" for repeat in repeats if repeat.error]
    failures += [f"the server ended with {status}"] if status else []
    stored = Counter(
        observation.ref
        for observation in server.observations(since=begun_at - timedelta(minutes=1))
        if not observation.ref.replace("-", "").isdecimal()  # the database's own rows
    )
    failures += _judge(replies, kills, stored)
    failures += [
        f"reload: {why}" for moment, why in reloads.failed if not kills.near(moment, "store", "smtp-0", "smtp-1")
    ]
    failures += [f"purge: {why}" for moment, why in purges.failed if not kills.near(moment, "store")]
    levels, grown = _levels(sizes, calm_seconds - 4 * LOOK_SECONDS)
    failures += grown
    failures += [f"the key of {period} is there" for period in ended]
    failures += [f"a canary in {file}" for file in files_with(server.folder, [w.encode() for w in CANARIES.values()])]
    waits = sorted(each.seconds * 1000 for each in replies.acknowledged if each.code == 250)
    p99 = waits[len(waits) * 99 // 100]
    if p99 > P99_MS:
        failures.append(f"p99 of a 250: {p99:.0f} ms")
    by_code = Counter(each.code for each in replies.acknowledged)
    names = Counter(kill.name for kill in kills.done)
    table = {
        "acknowledged": f"{by_code[250]} by 250, {by_code[550]} by 550; rows with their REFs {sum(stored.values())}",
        "250": f"median {waits[len(waits) // 2]:.1f} ms, p99 {p99:.1f} ms, slowest {waits[-1]:.0f} ms",
        "250 above the limit": _slow(replies, kills, reloads),
        "451": f"{len(replies.deferred)}, outside of a store's restart {len(_deferred_beside(replies, kills))}",
        "without a reply": f"{len(replies.unanswered)}; rows of theirs {_unknown(replies, stored)}",
        "550 without REF": str(len(replies.without_ref)),
        "550 without its row": str(sum(not stored[each.ref] for each in replies.acknowledged if each.code == 550)),
        "connections": f"{replies.connections}, TLS {replies.tls}, AUTH {replies.logins}, "
        f"421 {replies.sent_away}, broken {len(replies.broken)}",
        "messages": f"pipelined {replies.pipelined}, BDAT {replies.chunked}",
        "kills": ", ".join(f"{name} {number}" for name, number in sorted(names.items())),
        "away after a kill": f"slowest {max((kill.back - kill.moment for kill in kills.done), default=0):.2f} s",
        "reloads": f"{reloads.done}, failed beside a kill {len(reloads.failed)}",
        "purges": f"{purges.done}, slowest {purges.slowest:.1f} s, failed {len(purges.failed)}",
        **levels,
    }
    for row, value in table.items():
        print(f"{row:24} {value}")
    return failures


def _judge(replies: Replies, kills: MailKills, stored: Counter[str]) -> Iterator[str]:
    """The promises that broke."""
    yield from replies.wrong
    for each in _deferred_beside(replies, kills):
        yield f"451 while the store was there: {each[1][:80]!r}"
    for moment, said in replies.without_ref:
        if not kills.near(moment, "store"):
            yield f"no REF while the store was there: {said[:80]!r}"
    for moment in replies.broken:
        if not kills.near(moment, "smtp-0", "smtp-1"):
            yield "a connection ended without a word while no worker was killed"
    for each in replies.acknowledged:
        found = stored[each.ref]
        excused = not each.after_storing and not found and kills.near(each.moment, "store", "smtp-0", "smtp-1")
        if found != each.domains and not excused:
            yield f"a {each.code} promised {each.domains} rows, and {found} are stored"
    unknown = _unknown(replies, stored)
    if unknown > len(replies.unanswered) + len(replies.deferred):
        yield f"{unknown} REFs are stored that no client heard; {len(replies.unanswered)} replies never came"


def _deferred_beside(replies: Replies, kills: MailKills) -> list[tuple[float, bytes]]:
    return [each for each in replies.deferred if not kills.near(each[0], "store")]


def _slow(replies: Replies, kills: MailKills, reloads: MailReloads) -> str:
    """What went on while a 250 was slower than its limit."""
    slow = [each for each in replies.acknowledged if each.code == 250 and 1000 * each.seconds > P99_MS]
    beside = Counter(
        "kill"
        if kills.near(each.moment, "store", "upkeep", "smtp-0", "smtp-1")
        else "reload"
        if any(begin <= each.moment + each.seconds and each.moment <= end for begin, end in reloads.spans)
        else "neither"
        for each in slow
    )
    return f"{len(slow)}: beside a kill {beside['kill']}, a reload {beside['reload']}, neither {beside['neither']}"


def _unknown(replies: Replies, stored: Counter[str]) -> int:
    """REFs that are stored, and that no client heard."""
    return len(stored.keys() - {each.ref for each in replies.acknowledged})


def _levels(sizes: ProcessSizes, long: float) -> tuple[dict[str, str], list[str]]:
    """Two rows at most for each name, lives and one life, and those that grew. ``long``: seconds of a long life."""
    rows, grown = {}, []

    def compare(row: str, what: str, earlier: Size, later: Size) -> None:
        rows[row] = (
            f"{what}: {earlier.mb:.1f} MB → {later.mb:.1f} MB, "
            f"descriptors {earlier.descriptors:.0f} → {later.descriptors:.0f}"
        )
        if later.mb > max(LEVEL * earlier.mb, earlier.mb + SLACK_MB) or (
            later.descriptors > earlier.descriptors + SLACK_DESCRIPTORS
        ):
            grown.append(f"{row} grew: {rows[row]}")

    for name in sorted(sizes.seen):
        lives = sizes.at_age(name, *YOUNG_SECONDS)
        half = len(lives) // 2
        if half >= LEAST_LIVES:
            compare(f"{name}, lives", f"{half} and {len(lives) - half}", *map(middle, (lives[:half], lives[half:])))
        for earlier, later in sizes.long_lives(name, long):
            compare(f"{name}, one life", f"{later.age:.0f} s old", earlier, later)
    return rows, grown


if __name__ == "__main__":
    sys.exit(soak(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else ROWS))
