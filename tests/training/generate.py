"""The recipe of catcher/lookalike/sliprates.py, and its table: ``python -m tests.training.generate [--write]``.

A conditional log-linear model. Each typo of the shared files that one slip explains is a draw from the labels that one
slip makes of the label meant; the rates maximise the log-probability of the draws. A Gaussian prior keeps a rate near
zero where few draws tell: there each kind is equally likely at each place, and divided among its targets.

The registry's log isn't asked what it can't tell:

- its filter counts a transposition as two edits, and holds two edits next to one in short labels only seldom (of 1,700
  draws in five to nine letters three are transpositions; of 950 from ten letters on, 76): slips of two edits count from
  ten letters on;
- no typed label has fewer than four letters;
- one letter beside the right one in a short label is often another name, which somebody meant (in five letters *any*
  other letter is a third as frequent as a neighbour on the keyboard, in fifteen letters a thirtieth): such letters
  count from ten letters on, too.

Out of sample: a sample of the registry is judged by rates found without its names and without whatever was typed for
them; the freemail typos by rates found with the registry's log alone. The prior's width is chosen by folds inside what
the rates are found with. No randomness beyond the samples' seeds.
"""

from __future__ import annotations

import random
import sys
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from math import exp, log
from pathlib import Path

import numpy as np

from catcher.directory import Suffixes
from catcher.lookalike import generate, sliprates
from catcher.lookalike.slips import Slip, slipped
from tests.support.typos import Pair, freemail, registry

RIDGES = (0.3, 1.0, 3.0)
"""Inverse variances of the rates' prior, from which the folds choose."""
FOLDS = 3
STEPS = 50
"""Most steps of Newton's method; it takes about ten."""
LONG = 10
"""Letters of a label from which on the registry's log tells slips of two edits, and any letter for another."""
SHORTEST_TYPED = 4
"""Letters of the shortest typed label in the registry's log."""
HOSTS = ("host.www", "host.mail", "host.ftp", "host.webmail", "host.smtp", "host.mx", "host.owa")
ENDS = (20, 50, 100)

Typed = Mapping[str, frozenset[str]]
"""Label that was meant → labels that were typed for it."""
Drawn = Mapping[str, tuple[str, frozenset[str], bool]]
"""A key → (label that was meant, labels that were typed for it, whether the registry's filter was over them)."""


class Draws:
    """The draws as arrays. A row stands for the labels of one target that share a kind and places; ``table`` has a row
    for each such combination, and a column for each rate."""

    def __init__(self, typed: Drawn) -> None:
        self.features: dict[str, int] = {}
        combinations: dict[tuple[str, ...], int] = {}
        rows: list[tuple[int, float, int]] = []
        sizes: list[int] = []
        self.drawn: list[float] = []
        for meant, labels, filtered in typed.values():
            told = _rows(meant, labels, filtered)
            drawn = sum(seen for _, _, seen in told)
            if drawn:
                sizes.append(len(told))
                self.drawn.append(drawn)
                rows += [(combinations.setdefault(names, len(combinations)), much, seen) for names, much, seen in told]
        columns = [[self.features.setdefault(name, len(self.features)) for name in names] for names in combinations]
        self.table = np.zeros((len(combinations), len(self.features)))
        for number, own in enumerate(columns):
            self.table[number, own] = 1.0
        self.combination = np.array([row[0] for row in rows])
        self.base = np.array([row[1] for row in rows])
        self.seen = np.array([row[2] for row in rows], dtype=float)
        self.target = np.repeat(np.arange(len(sizes)), sizes)

    def probabilities(self, rates: np.ndarray) -> np.ndarray:
        """Of each row, among the rows of its target."""
        scores = self.base + (self.table @ rates)[self.combination]
        likely = np.exp(scores - scores.max())
        return likely / np.bincount(self.target, likely)[self.target]

    def fit(self, ridge: float) -> dict[str, float]:
        """The rates of highest posterior, by Newton's method; the posterior has one maximum."""
        rates = np.zeros(len(self.features))
        drawn = np.array(self.drawn)
        each = drawn[self.target]
        # (row, rate) of each rate that a row has, and where it is summed in a table of targets and rates.
        entry, rate = np.nonzero(self.table[self.combination])
        place, sums = self.target[entry] * len(rates) + rate, len(drawn) * len(rates)
        for _ in range(STEPS):
            likely = self.probabilities(rates)
            expected = likely * each
            means = np.bincount(place, likely[entry], sums).reshape(len(drawn), len(rates))
            weighted = self.table * self._by_combination(expected)[:, None]
            slope = self.table.T @ self._by_combination(self.seen - expected) - ridge * rates
            curve = self.table.T @ weighted - (means * drawn[:, None]).T @ means + ridge * np.eye(len(rates))
            step = np.linalg.solve(curve, slope)
            step *= min(1.0, 2.0 / max(float(abs(step).max()), 1e-300))
            rates += step
            if float(abs(step).max()) < 1e-9:
                break
        return {name: float(rates[column]) for name, column in sorted(self.features.items())}

    def _by_combination(self, numbers: np.ndarray) -> np.ndarray:
        """The sum of ``numbers``, one a row, for each combination of kind and places."""
        return np.bincount(self.combination, numbers, len(self.table))

    def surprise(self, rates: Mapping[str, float]) -> float:
        """The mean negative log-probability of a draw."""
        likely = self.probabilities(np.array([rates.get(name, 0.0) for name in self.features]))
        return -float(self.seen @ (np.log(likely) - self.base)) / float(self.seen.sum())


@cache
def _rows(meant: str, labels: frozenset[str], filtered: bool) -> list[tuple[tuple[str, ...], float, int]]:
    """(kind and places, the logarithm of the labels' summed parts of the rate, draws), for each kind and places."""
    share: dict[tuple[str, ...], float] = defaultdict(float)
    seen: Counter[tuple[str, ...]] = Counter()
    for label, slip in slipped(meant).items():
        if not filtered or _told(slip, meant, label):
            share[slip.kind, *slip.places] += exp(-slip.divisor)
            seen[slip.kind, *slip.places] += label in labels
    return [(names, log(much), seen[names]) for names, much in share.items()]


def _told(slip: Slip, meant: str, typed: str) -> bool:
    """Whether the registry's log tells of this slip."""
    doubtful = slip.kind.startswith(("swap.", "pair.")) or slip.kind in ("insert.other", "substitute.other")
    return len(typed) >= SHORTEST_TYPED and (len(meant) >= LONG or not doubtful)


def labels_of(pairs: Iterable[Pair]) -> dict[str, dict[str, set[str]]]:
    """Intended name → {its label: labels typed for it under the same suffix}."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for pair in pairs:
        (typed, _, under), (meant, _, suffix) = pair.typed.partition("."), pair.meant.partition(".")
        if pair.is_typo and under == suffix:
            found[pair.meant][meant].add(typed)
    return found


def merged(names: Iterable[str], labels: Mapping[str, Mapping[str, set[str]]]) -> Typed:
    """Label that was meant → labels typed for it, over ``names``."""
    found: dict[str, set[str]] = defaultdict(set)
    for name in names:
        for meant, typed in labels[name].items():
            found[meant] |= typed
    return {meant: frozenset(typed) for meant, typed in found.items()}


def of_words(pairs: Sequence[Pair], slips: float) -> dict[str, float]:
    """The logarithms of the rates of lost dots and glued hosts, each relative to all slips in the label. Half a case is
    added to each: one that was never seen isn't impossible. The labels don't matter: by the log's rule ``www`` is no
    typo, but whoever typed it strayed."""
    seen = dict.fromkeys((*HOSTS, "host.hyphen", "dot.lost", "dot.hyphen"), 0.5)
    for pair in pairs:
        (typed, _, under), (meant, _, suffix) = pair.typed.partition("."), pair.meant.partition(".")
        first, _, above = suffix.partition(".")
        if under == suffix and typed.endswith(meant):
            kind = f"host.{typed.removesuffix(meant)}"
            kind = "host.hyphen" if kind.endswith("-") and kind[:-1] in HOSTS else kind
        elif under == above and typed in (f"{meant}{first}", f"{meant}-{first}"):
            kind = "dot.lost" if typed == f"{meant}{first}" else "dot.hyphen"
        else:
            continue
        if kind in seen:
            seen[kind] += 1
    return {kind: log(number / slips) for kind, number in seen.items()}


def train(bd: Sequence[Pair], mail: Sequence[Pair], ridge: float | None = None) -> dict[str, float]:
    """The rates; ``ridge`` None: the one of RIDGES that fits best in folds of these very pairs."""
    of_bd, of_mail = labels_of(bd), labels_of(mail)
    typed = {f"bd {meant}": (meant, labels, True) for meant, labels in merged(of_bd, of_bd).items()}
    typed |= {f"mail {meant}": (meant, labels, False) for meant, labels in merged(of_mail, of_mail).items()}
    draws = Draws(typed)
    found = draws.fit(ridge if ridge is not None else chosen_ridge(typed))
    return found | of_words(bd, float(sum(draws.drawn)))


def chosen_ridge(typed: Drawn) -> float:
    """Of RIDGES the one whose rates give the draws of the fold that is left out the highest probability."""
    folds = [{key: typed[key] for key in typed if zlib.crc32(key.encode()) % FOLDS == fold} for fold in range(FOLDS)]
    left_out = [Draws(fold) for fold in folds]
    rest = [Draws({key: typed[key] for key in typed if key not in fold}) for fold in folds]
    missed = {
        ridge: sum(out.surprise(of.fit(ridge)) for out, of in zip(left_out, rest, strict=True)) for ridge in RIDGES
    }
    return min(missed, key=lambda ridge: missed[ridge])


def registry_sample(bd: Sequence[Pair], seed: int) -> dict[str, set[str]]:
    """250 registered names of .com.bd drawn by ``seed`` → what was typed for each under .com.bd."""
    found: dict[str, set[str]] = defaultdict(set)
    for pair in bd:
        if pair.is_typo and pair.typed.partition(".")[2] == pair.meant.partition(".")[2] == "com.bd":
            found[pair.meant].add(pair.typed)
    names = random.Random(seed).sample(sorted(found), 250)
    return {name: found[name] for name in names}


def freemail_sample(mail: Sequence[Pair]) -> dict[str, set[str]]:
    """The names that the freemail typos of the same last label and number of labels mean → those typos."""
    found: dict[str, set[str]] = defaultdict(set)
    for pair in mail:
        (left, _, under), (right, _, suffix) = pair.typed.rpartition("."), pair.meant.rpartition(".")
        if under == suffix and left.count(".") == right.count("."):
            found[pair.meant].add(pair.typed)
    return found


def without(bd: Sequence[Pair], sample: Mapping[str, set[str]]) -> list[Pair]:
    """The pairs of ``bd`` about neither a name of ``sample`` nor a name that was typed for one."""
    typed = set().union(*sample.values())
    return [pair for pair in bd if pair.meant not in sample and pair.typed not in typed]


def found_by(lists: Mapping[str, Sequence[str]], sample: Mapping[str, set[str]]) -> tuple[int, ...]:
    """How many typos of ``sample`` stand among the first of their target's list, for each of ENDS."""
    return tuple(sum(len(typed & set(lists[name][:end])) for name, typed in sample.items()) for end in ENDS)


def lists_of(sample: Mapping[str, set[str]], rates: Mapping[str, float]) -> dict[str, list[str]]:
    """Intended name → what `generate` lists under its own suffix, with the whole sample watched."""
    lists: dict[str, list[str]] = {name: [] for name in sample}
    registrable = Suffixes().registrable
    for suffix in sorted({name.partition(".")[2] for name in sample}):
        names = [name for name in sample if name.partition(".")[2] == suffix]
        for worth in generate(names, [suffix], registrable, limit=ENDS[-1], rates=rates):
            lists[worth.protected].append(worth.domain)
    return lists


def plain_lists(sample: Mapping[str, set[str]]) -> dict[str, list[str]]:
    """The plain order without rates: each omission, each swap, each doubling, each neighbouring key."""
    kinds = (
        ("omit",),
        ("swap.vowels", "swap.hands", "swap.hand"),
        ("insert.double",),
        ("substitute.row", "substitute.beside"),
    )
    lists = {}
    for name in sample:
        label, _, suffix = name.partition(".")
        slips = slipped(label)
        lists[name] = [
            f"{typed}.{suffix}" for kind in kinds for typed, slip in slips.items() if slip.kind.startswith(kind)
        ]
    return lists


def table(bd: Sequence[Pair], mail: Sequence[Pair]) -> Iterator[tuple[str, int, tuple[int, ...], tuple[int, ...]]]:
    """(sample, its typos, those among the first of ENDS by rates found without it, those by the plain order)."""
    for seed in (1, 2):
        sample = registry_sample(bd, seed)
        lists = lists_of(sample, train(without(bd, sample), mail))
        yield f"registry, seed {seed}", _size(sample), found_by(lists, sample), found_by(plain_lists(sample), sample)
    sample = freemail_sample(mail)
    lists = lists_of(sample, train(bd, ()))
    yield "freemail", _size(sample), found_by(lists, sample), found_by(plain_lists(sample), sample)


def _size(sample: Mapping[str, set[str]]) -> int:
    return sum(map(len, sample.values()))


def written(rates: Mapping[str, float]) -> str:
    """The committed table, as ``ruff format`` leaves it."""
    return "".join(f'    "{kind}": {round(rate, 2) + 0.0:.2f},\n' for kind, rate in sorted(rates.items()))


def main() -> None:
    bd, mail = registry(), freemail()
    if "--write" in sys.argv:
        write(train(bd, mail))
        return
    print("sample, typos; among the first", *ENDS, "out of sample; by the plain order")
    for row in table(bd, mail):
        print(*row)


def write(rates: Mapping[str, float]) -> None:
    """Puts the rates into the module."""
    file = Path(sliprates.__file__)
    before, mark, _ = file.read_text(encoding="utf-8").partition("SLIP_RATES: dict[str, float] = {")
    text = f'{before}{mark}\n{written(rates)}}}\n"""The rates that training found."""\n'
    file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
