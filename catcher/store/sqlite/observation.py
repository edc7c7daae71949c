"""SQL of observations: adds rows to the parts of their days, recognises retries and replays, reads rows in pages.

Longer than others: one row's way in, its comparison with earlier ones, and the ways out belong together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar, cast

from catcher.model.leak.unstored import UnstoredKey
from catcher.model.mail.counting import reason_of, uses_up_signatures
from catcher.model.mail.observation import Observation, Stored
from catcher.model.ports import ColumnValue, ObservationRow
from catcher.privacy.retention import RETRY_AFTER
from catcher.store.codec import (
    OBSERVATION_COLUMNS,
    Undecodable,
    bound_to_text,
    from_row,
    moment_from_text,
    moment_to_text,
    nature_from,
    sender_from,
    texts,
    to_row,
)
from catcher.store.rules import (
    SPLIT_MOST,
    SignedDelivery,
    handing_organisation,
    is_replay,
    proven_organisation,
    with_revision,
)
from catcher.store.sqlite.byday import unstored
from catcher.store.sqlite.byday.clients import ClientNotes
from catcher.store.sqlite.byday.indexing import MOST_WAITING, index_rows, tag_key, waiting_keys
from catcher.store.sqlite.byday.layout import (
    MAIL_COLUMNS,
    RESTS_ON_ADDRESS,
    PartLines,
    client_network,
    create_part,
    moment_or,
    part_source,
    part_statements,
    recent_of,
    select,
    split_row,
    stop_counting,
)
from catcher.store.sqlite.byday.registry import MOST_ROWS, MailPart, checked_day
from catcher.store.sqlite.byday.stopping import stop_resting
from catcher.store.sqlite.connection import PatientDatabase, read_transaction, write_transaction

_judged = itemgetter(
    *map(
        OBSERVATION_COLUMNS.index,
        (
            *("transaction", "observed_at", "client", "retry_tag", "retry_tag_before", "signatures"),
            *("signatures_before", "sender", "nature", "fresh", "fresh_reason", "recipients"),
        ),
    )
)


def add(db: PatientDatabase, rows: Sequence[ObservationRow], counted: Mapping[UnstoredKey, int]) -> list[Stored]:
    """Adds rows and counts as ``SqliteStore.add_rows``, in one transaction; they are durable when the function
    returns."""
    if not rows and not counted:
        return []
    with write_transaction(db):
        unstored.add(db, counted)
        adding = _Adding(db)
        stored = [adding.add(id, row) for id, row in enumerate(rows, db.registry.last_id + 1)]
        adding.write()
        adding.note_growth()
        adding.index()
        return stored


class _Adding:
    """The parts to which the rows of one transaction are added, and with which they are compared.

    Rows are written together, table by table: before a stored row is looked at, and at the end.
    """

    def __init__(self, db: PatientDatabase) -> None:
        self._db = db
        self._clients = ClientNotes(db, db.registry)
        self._recent = _RecentMails(db, self.write)
        self._open: dict[str, MailPart] = {}
        """Day → the part that takes rows of this day."""
        self._lines: dict[int, PartLines] = {}
        """Number of a part → what isn't written yet."""
        self._grown: dict[int, tuple[int, int]] = {}
        """Number of a part → the last id, the number of added rows."""
        self._made: set[int] = set()
        """Numbers of the new parts."""

    def add(self, id: int, row: ObservationRow) -> Stored:
        """Adds one row, and compares it with earlier rows. A statement costs little; a page in the log costs much."""
        transaction, at, client, tag, tag_before, signed, signed_before, sender, nature, fresh, reason, to = _judged(
            row
        )
        by, day = sender_from(sender), at[:10]
        part = self._open.get(day) or self._part(day, id)
        number, recent = part.number, self._recent
        key = None if tag is None else tag_key(tag)
        organisation = proven_organisation(by)
        signatures = () if signed == _NONE else texts(signed)
        first, replayed = None, False
        if tag is not None or tag_before is not None:
            keys = (key,) if tag_before is None else (key, tag_key(tag_before))
            first = recent.first_delivery(transaction, at, keys, organisation)
        if first is None and (signatures or signed_before != _NONE):
            looked_for = {*signatures, *texts(signed_before)}
            if alike := recent.deliveries(transaction, at, looked_for):
                replayed = is_replay(SignedDelivery(moment_from_text(at), client_network(client), texts(to)), alike)
        resting = bool(fresh) and reason == RESTS_ON_ADDRESS
        handing = organisation if fresh else handing_organisation(by, fresh=False)
        shared = _is_shared(self._db, self._clients, client, day, handing, resting=resting, before=self.write)
        lines = self._lines.get(number)
        if lines is None:
            lines = self._lines[number] = PartLines([], [], [], [])
        mail, trace, token = split_row(row, id, first, replayed=replayed)
        if shared:
            stop_counting(mail)
        lines.mail.append(mail)
        lines.trace.append((id, *trace, resting and not shared))
        lines.token.append((id, *token))
        used = bool(signatures) and uses_up_signatures(
            nature_from(nature).mail_class, by.tier, fresh=bool(fresh), reason=reason_of(reason)
        )
        if tag is not None or signatures:
            lines.recent.append((id, *recent_of(row), used))
        recent.note(number, id, None if first is not None else key, signatures if used else ())
        self._grown[number] = (id, self._grown[number][1] + 1 if number in self._grown else 1)
        return Stored(id, first, replayed, shared)

    def _part(self, day: str, id: int) -> MailPart:
        """The part that takes rows of ``day``; made where there is none, where it is full, or where some of its tables
        are gone."""
        parts = [part for part in self._db.registry.parts() if part.day == day and part.is_whole]
        if parts and parts[-1].rows < MOST_ROWS:
            part = parts[-1]
        else:
            part = self._db.registry.add_part(checked_day(day), id)
            create_part(self._db, part.number)
            self._recent.add_part(part)
            self._made.add(part.number)
        self._open[day] = part
        return part

    def write(self) -> None:
        """Writes what was added so far."""
        for number, lines in self._lines.items():
            tables = cast("tuple[list[Sequence[ColumnValue]], ...]", lines)
            for statement, values in zip(part_statements(number), tables, strict=True):
                if values:
                    self._db.conn.executemany(statement, values)
        self._lines.clear()

    def note_growth(self) -> None:
        for number, (last, rows) in self._grown.items():
            self._db.registry.grown(number, last, rows)
            self._db.registry.waiting[number].up_to = last

    def index(self) -> None:
        """Indexes the rows of a part once they are many, and those of earlier parts as soon as there is a new one."""
        registry = self._db.registry
        for part in registry.parts():
            if not self._made and part.number not in self._grown:
                continue
            behind = part.last_id - part.indexed
            if behind >= MOST_WAITING or (behind and self._made and part.number not in self._made):
                index_rows(self._db, registry, part)


T = TypeVar("T")
_NONE = "[]"
"""A column that holds no text."""


@lru_cache(maxsize=64)
def _earliest(observed_at: str) -> str:
    """The earliest moment of a mail whose retry or replay may come at ``observed_at``."""
    return moment_to_text(moment_from_text(observed_at) - RETRY_AFTER)


TAGGED_MOST = 20
"""Most mails with the same retry tag that are looked at: each is of another organisation, and each look costs. Only
somebody with as many domains gets more, and then each mail counts as a new one."""


class _RecentMails:
    """The mails of the last days, by retry tag and signature, together with those that aren't written yet."""

    def __init__(self, db: PatientDatabase, write: Callable[[], None]) -> None:
        self._db = db
        self._write = write
        self._parts = {part.number: part for part in db.registry.parts() if part.recent}
        self._numbers: dict[str, list[tuple[int, ...]]] = {}
        self._waiting = {
            number: waiting_keys(db, db.registry, part)
            for number, part in self._parts.items()
            if part.last_id > part.indexed
        }

    def add_part(self, part: MailPart) -> None:
        self._parts[part.number] = part
        self._numbers.clear()

    def note(self, number: int, id: int, key: int | None, used: Iterable[str]) -> None:
        """Notes a row that will be written: the key of its tag unless it is a retry, the signatures that it uses up."""
        waiting = self._waiting.get(number)
        if waiting is None:
            registry = self._db.registry
            waiting = self._waiting[number] = waiting_keys(self._db, registry, self._parts[number])
        if key is not None:
            waiting.retry.setdefault(key, []).append(id)
        for token in used:
            waiting.signature.setdefault(token, []).append(id)

    def _since(self, earliest: str) -> list[tuple[int, ...]]:
        """The parts of the day of ``earliest`` and later ones, as many together as one query takes."""
        day = earliest[:10]
        if day not in self._numbers:
            numbers = [number for number, part in self._parts.items() if part.day >= day]
            self._numbers[day] = [tuple(some) for some in _some_at_once(numbers)]
        return self._numbers[day]

    def first_delivery(
        self, transaction: str, at: str, keys: tuple[int | None, ...], organisation: str | None
    ) -> int | None:
        """The id of the mail of which a mail with tags of these keys is a retry."""
        earliest = _earliest(at)
        found = []
        for numbers in self._since(earliest):
            found += self._db.conn.execute(_with_tag(numbers, len(keys)), keys).fetchall()
        for number, waiting in self._waiting.items():
            for key in keys:
                if key in waiting.retry:
                    found += [(id, number) for id in waiting.retry[key]]
        for id, number in sorted(found)[:TAGGED_MOST]:
            moment, other, sender = self._line(id, number, "m.sender")
            if other == transaction or moment < earliest:
                continue
            if organisation is None or proven_organisation(sender_from(sender)) == organisation:
                return int(id)
        return None

    def deliveries(self, transaction: str, at: str, tokens: Set[str]) -> list[SignedDelivery]:
        """The mails of other transactions of the last days with one of these signatures."""
        earliest = _earliest(at)
        queries = [_with_signature(numbers) for numbers in self._since(earliest)]
        found: set[tuple[int, int]] = set()
        for token in tokens:
            for sql in queries:
                found.update(self._db.conn.execute(sql, (token,)))
            for number, waiting in self._waiting.items():
                if token in waiting.signature:
                    found.update((id, number) for id in waiting.signature[token][: SPLIT_MOST + 1])
        others = []
        for id, number in found:
            recipients = "k.recipients" if self._parts[number].token else "NULL"
            moment, other, network, to, used, signed = self._line(
                id, number, f"m.client, {recipients}, r.used, r.signatures", recent=True
            )
            if other != transaction and moment >= earliest and used and not tokens.isdisjoint(texts(signed)):
                others.append(SignedDelivery(moment_from_text(moment), network, texts(to or _NONE)))
        return others

    def _line(self, id: int, number: int, columns: str, *, recent: bool = False) -> Any:
        """Of a mail its moment, its transaction, and ``columns``."""
        self._write()
        part = self._parts[number]
        moment = moment_or("observed_at", part.trace)
        source = part_source(number, part.trace, part.token, recent)
        return self._db.conn.execute(
            f'SELECT {moment}, m."transaction", {columns} FROM {source} WHERE m.id = ?', (id,)
        ).fetchone()


@lru_cache(maxsize=64)
def _with_tag(numbers: tuple[int, ...], keys: int) -> str:
    wanted = " OR ".join(f"key = ?{n + 1}" for n in range(keys))
    tables = [f"SELECT id, {n} FROM retry_{n} WHERE {wanted}" for n in numbers]
    return f"{' UNION ALL '.join(tables)} LIMIT {TAGGED_MOST}"


@lru_cache(maxsize=64)
def _with_signature(numbers: tuple[int, ...]) -> str:
    tables = [f"SELECT id, {n} FROM signature_{n} WHERE token = ?1" for n in numbers]
    return f"{' UNION ALL '.join(tables)} LIMIT {SPLIT_MOST + 1}"


def _is_shared(
    db: PatientDatabase,
    clients: ClientNotes,
    client: str,
    day: str,
    organisation: str | None,
    *,
    resting: bool,
    before: Callable[[], None] = lambda: None,
) -> bool:
    """Whether a mail rests on its client's address, and another organisation's mail came from there. Notes its own
    ``organisation``; if it is the second one there, earlier mails stop counting by the address. ``before`` is called
    before these are looked for."""
    if organisation is None:
        return resting and clients.is_shared(client, None)
    others, second = clients.note(client, day, organisation)
    if second:
        before()
        clients.may_stop -= stop_resting(db, client, clients.may_stop)
    return resting and others


_REVISE = ",".join(f'"{column}" = ?' for column in MAIL_COLUMNS[1:])


def revise(db: PatientDatabase, observations: Sequence[Observation]) -> tuple[Observation, ...]:
    """As ``ports.Store.revise``, within the caller's transaction."""
    changed = []
    clients, recent = ClientNotes(db, db.registry), _RecentMails(db, lambda: None)
    for known in observations:
        try:
            found = _placed(db, known.id)
        except Undecodable:
            continue
        if found is None or not found.part.recent or not found.observation.may_be_revised:
            continue
        stored, n = found.observation, found.part.number
        new = SignedDelivery(stored.observed_at, client_network(stored.client), stored.recipients)
        alike = recent.deliveries(
            stored.transaction, moment_to_text(stored.observed_at), {*known.signatures, *known.signatures_before}
        )
        replayed = stored.retry_of is None and is_replay(new, alike)
        revised = with_revision(stored, known, replayed=replayed)
        used_up = revised.signatures if revised.uses_up_signatures else ()
        day, organisation = (
            stored.observed_at.date().isoformat(),
            handing_organisation(revised.sender, fresh=revised.fresh),
        )
        if _is_shared(db, clients, revised.client, day, organisation, resting=revised.rests_on_address):
            revised = revised.stopped()
        row = to_row(revised)
        lines = split_row(row, revised.id, revised.retry_of, replayed=revised.replayed)
        db.execute(f"UPDATE mail_{n} SET {_REVISE} WHERE id = ?", [*lines.mail[1:], revised.id])
        if found.part.trace:
            db.execute(f"UPDATE trace_{n} SET resting = ? WHERE id = ?", [revised.rests_on_address, revised.id])
        db.conn.executemany(
            f"DELETE FROM signature_{n} WHERE token = ? AND id = ?", [(token, stored.id) for token in stored.signatures]
        )
        db.execute(f"DELETE FROM recent_{n} WHERE id = ?", [stored.id])
        if revised.retry_tag is not None or revised.signatures:
            db.execute(part_statements(n).recent, [stored.id, *recent_of(row), bool(used_up)])
        db.conn.executemany(
            f"INSERT OR IGNORE INTO signature_{n} VALUES (?,?)", [(token, stored.id) for token in used_up]
        )
        db.execute("INSERT OR IGNORE INTO to_fold_again VALUES (?)", [revised.id])
        changed.append(revised)
    return tuple(changed)


def page(
    db: PatientDatabase,
    *,
    after: int | None = None,
    domain: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    ref: str | None = None,
    newest_first: bool = False,
    size: int,
) -> list[Observation]:
    """At most ``size`` observations by rising id, behind the id ``after``; with ``newest_first`` by falling id.

    Rows that can't be decoded are left out; fewer than ``size`` observations are the last ones.
    """
    found: list[Observation] = []
    while len(found) < size:
        wanted = size - len(found)
        rows = _rows(db, after, domain, since, until, ref, newest_first, wanted)
        for row in rows:
            with suppress(Undecodable):
                found.append(_decoded(row))
        if len(rows) < wanted:
            break
        after = rows[-1][0]
    return found


def _decoded(row: Sequence[Any]) -> Observation:
    """The observation of a stored row. Raises Undecodable, also for octets that aren't UTF-8 (``connect``)."""
    for column, value in zip(OBSERVATION_COLUMNS, row, strict=True):
        if isinstance(value, str) and not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise Undecodable(f"column {column}") from None
    return from_row(row)


def undecodable(db: PatientDatabase) -> Iterator[tuple[int, str]]:
    """The id of each row that can't be decoded, and the column. It reads in short transactions, part by part."""
    with read_transaction(db):
        parts = db.registry.parts()
    for part in parts:
        last = part.first_id - 1
        while rows := _some(db, part, last):
            for row in rows:
                try:
                    _decoded(row)
                except Undecodable as error:
                    yield row[0], str(error)
            last = rows[-1][0]


_SOME = 1_000
"""Rows that are read in one transaction."""


def _some(db: PatientDatabase, part: MailPart, after: int) -> list[tuple[Any, ...]]:
    with read_transaction(db):
        there = next((each for each in db.registry.parts() if each.number == part.number), None)
        if there is None:  # dropped meanwhile
            return []
        return db.execute(select(there, "m.id > ?", "ORDER BY m.id LIMIT ?"), [after, _SOME]).fetchall()


def _rows(
    db: PatientDatabase,
    after: int | None,
    domain: str | None,
    since: datetime | None,
    until: datetime | None,
    ref: str | None,
    newest_first: bool,
    size: int,
) -> list[tuple[Any, ...]]:
    """The rows of a page. Parts whose ids overlap are merged; a part is read only as far as its rows may be needed."""
    sign = -1 if newest_first else 1
    first, last = (None if moment is None else bound_to_text(moment) for moment in (since, until))
    values = {"after": after, "domain": domain, "first": first, "last": last, "ref": ref}
    found: list[tuple[Any, ...]] = []
    with read_transaction(db):
        parts = [
            part
            for part in db.registry.parts()
            if (first is None or part.day >= first[:10])
            and (last is None or part.day <= last[:10])
            and (after is None or (part.first_id < after if newest_first else part.last_id > after))
        ]
        if ref is not None:
            parts = _with_ref(db, parts, ref)
        for part in sorted(parts, key=lambda part: -part.last_id if newest_first else part.first_id):
            begin = part.last_id if newest_first else part.first_id
            before = sum(sign * row[0] < sign * begin for row in found)
            if before >= size:
                break
            time = moment_or("observed_at", part.trace)
            conditions = {
                "after": "m.id < :after" if newest_first else "m.id > :after",
                "domain": "m.domain = :domain",
                "first": f"{time} >= :first",
                "last": f"{time} < :last",
                "ref": f"m.id IN ({_ids_of(part)})",
            }
            where = " AND ".join(condition for name, condition in conditions.items() if values[name] is not None)
            sql = select(part, where or "1", f"ORDER BY m.id {'DESC' if newest_first else 'ASC'} LIMIT :size")
            found += db.execute(sql, {**values, "size": size - before}).fetchall()
            found.sort(key=lambda row: sign * row[0])
    return found[:size]


def _with_ref(db: PatientDatabase, parts: list[MailPart], ref: str) -> list[MailPart]:
    """Those of ``parts`` that have a mail with this reference; one short query for many of them."""
    numbers = {
        number
        for some in _some_at_once(parts)
        for (number,) in db.execute(
            " UNION ALL ".join(f"SELECT {part.number} WHERE EXISTS ({_ids_of(part)})" for part in some),
            {"ref": ref},
        )
    }
    return [part for part in parts if part.number in numbers]


def _ids_of(part: MailPart) -> str:
    """A query for the ids of the mails with a reference. Rows that aren't indexed yet are read."""
    query = f"SELECT id FROM ref_{part.number} WHERE ref = :ref"
    if part.last_id > part.indexed:
        query += f" UNION ALL SELECT id FROM mail_{part.number} WHERE id > {part.indexed} AND ref = :ref"
    return query


_TABLES_AT_ONCE = 200
"""Parts in one query, each with two tables at most: SQLite takes 500."""


def _some_at_once(parts: Sequence[T]) -> list[Sequence[T]]:
    """``parts`` in lots of which one query takes the tables."""
    return [parts[begin : begin + _TABLES_AT_ONCE] for begin in range(0, len(parts), _TABLES_AT_ONCE)]


class _PlacedRow(NamedTuple):
    part: MailPart
    observation: Observation


def _placed(db: PatientDatabase, id: int) -> _PlacedRow | None:
    with read_transaction(db):
        for part in db.registry.parts():
            if part.first_id <= id <= part.last_id:
                row = db.execute(select(part, "m.id = ?"), [id]).fetchone()
                if row is not None:
                    return _PlacedRow(part, _decoded(row))
    return None


def one(db: PatientDatabase, id: int) -> Observation | None:
    """The observation with this id. Raises Undecodable for a row that no version of catcher wrote."""
    found = _placed(db, id)
    return None if found is None else found.observation
