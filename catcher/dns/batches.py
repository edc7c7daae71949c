"""UDP messages by the batch: what is done for each of them is done by C for all of them, as far as they are known."""

from __future__ import annotations

import socket
from collections.abc import Collection, Sequence
from operator import itemgetter

from catcher.dns.authority import Authority
from catcher.dns.compiled import PARTS, Answers, Entry, shows_its_address
from catcher.dns.limit import Limits, RateLimit, Verdict, truncated
from catcher.dns.mmsg import SLOTS, Batch, address_of
from catcher.dns.responder import Responder
from catcher.dns.tally import Tally, answer_class, cell_of
from catcher.dns.wire import Transport
from catcher.model.clock import Clock

_TURN = 4
"""Batches answered before other work of the loop gets its turn."""
_UNCOUNTED = cell_of(None, 0)
_SILENCE: Entry = (PARTS.pack(*[0] * 8), _UNCOUNTED, b"", b"")
_SLOTS = range(SLOTS)

_where, _counted_as = itemgetter(0), itemgetter(1)


class Batches:
    """Receives, answers and sends on one socket."""

    def __init__(
        self,
        sock: socket.socket,
        authority: Authority,
        responder: Responder,
        clock: Clock,
        tally: Tally,
        limits: Limits,
    ) -> None:
        self._batch = Batch(sock)
        self._clock = clock
        self._tally = tally
        self.limit = RateLimit(limits)
        self._answers = Answers(
            authority,
            lambda message, client: responder.reply(message, Transport.UDP, client),
            address_of,
            self._batch.address,
        )
        self.unsent = 0

    def turn(self) -> None:
        """Answers what has arrived, a bounded number of batches."""
        batch, answers, tally = self._batch, self._answers, self._tally
        for _ in range(_TURN):
            try:
                count = batch.receive()
            except OSError:
                continue  # an ICMP error of an earlier reply, reported here
            if not count:
                return
            now = self._clock.now()
            answers.at(now)
            data, starts = batch.data, batch.starts
            messages = [
                data[after_id : start + length]
                for after_id, start, length in zip(batch.after_ids, starts, batch.lengths(count), strict=False)
            ]
            entries: list[Entry | None] = list(map(answers.exact.get, messages))
            silent = () if all(entries) else self._find(messages, entries)
            found: Sequence[Entry] = entries  # type: ignore[assignment]
            prefixes = batch.prefixes(count)
            tally.add_all(prefixes, map(_counted_as, found), now)
            suspects = self.limit.suspects(prefixes, now.timestamp())
            if suspects:
                found, silent = self._judge(suspects, prefixes, messages, found, silent, now.timestamp())
            self.unsent += batch.send(list(map(_where, found)), silent)
            if count < SLOTS:
                return

    def _find(self, messages: Sequence[bytes], entries: list[Entry | None]) -> list[int]:
        """Completes ``entries``; returns the slots that get silence."""
        batch, silent, find, questions = self._batch, [], self._answers.find, self._batch.questions
        for slot, entry in enumerate(entries):
            if entry is None:
                entries[slot] = entry = find(messages[slot], questions[slot], slot)
            if entry is None:
                start = batch.starts[slot]
                whole = batch.data[start : start + 2] + messages[slot]
                entries[slot] = entry = self._answers.ask(whole, batch.client(slot)) or _SILENCE
                if entry is _SILENCE:
                    silent.append(slot)
        return silent

    def _judge(
        self,
        suspects: Collection[bytes],
        prefixes: Sequence[bytes],
        messages: Sequence[bytes],
        entries: Sequence[Entry],
        silent: Sequence[int],
        now: float,
    ) -> tuple[list[Entry], list[int]]:
        """Holds replies to suspects back where they are over the rate."""
        judged, quiet = list(entries), list(silent)
        for slot, prefix in enumerate(prefixes):
            if prefix not in suspects or judged[slot] is _SILENCE or shows_its_address(judged[slot], messages[slot]):
                continue
            verdict = self.limit.judge(prefix, answer_class(judged[slot][1]), now)
            if verdict is Verdict.TRUNCATE:
                judged[slot] = self._truncated(slot)
            elif verdict is Verdict.DROP:
                quiet.append(slot)
        return judged, quiet

    def _truncated(self, slot: int) -> Entry:
        start = self._batch.starts[slot]
        message = self._batch.data[start : start + self._batch.lengths(slot + 1)[slot]]
        octets = truncated(message)[2:]
        return PARTS.pack(address_of(octets), len(octets), *[0] * 6), _UNCOUNTED, octets, b""
