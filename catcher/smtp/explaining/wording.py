"""One language's explanation: a template file, parsed and checked line by line. Pure.

::

    # A comment.
    [explain]                                       the reply after the data, when it is recorded
    $domain is not $intended: ...                   a sentence; those of a section make one line of the reply
        Nobody takes mail at $domain: ...           indented: replaces the sentence above where that lacks a value
                                                    (an empty line begins another line of the reply)
    [unrecorded]                                    the reply after the data, when it could not be recorded
    [refuse]                                        the reply at RCPT, before the message
    [also]                                          comes first, for each further domain of the same message

A reply is ASCII in every language (RFC 5321 §4.2): a client that didn't ask for UTF-8 must not get it, and many MTAs
would garble it in their notice to the sender.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from string import Template

from catcher.model.errors import ConfigurationError, Fault

ROOM = 500
"""Most octets of text in a reply line: 512 (RFC 5321 §4.5.3.1.5) without the code, the enhanced status and CRLF."""
LINES_MOST = 6
"""Most lines of a reply. One line is best: some clients show only the first line or the last."""
REF_LETTERS = 14
"""Characters of a reference."""
_USUAL = {"domain": "d" * 16 + ".example", "intended": "i" * 16 + ".example", "ref": "R" * REF_LETTERS}
"""Values of usual length. A line must fit when it holds these values; longer values break the line in two."""


class Situation(StrEnum):
    """The occasion of an explanation; each has a section in the file."""

    EXPLAIN = "explain"
    UNRECORDED = "unrecorded"
    REFUSE = "refuse"
    ALSO = "also"


PLACEHOLDERS = ("domain", "intended", "operator", "page", "ref")
_WITH_REF = (Situation.EXPLAIN, Situation.REFUSE)
"""Sections with a reference: ``$ref`` must stand in these sections, and may not stand in others."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Alternatives of one sentence, best first; the first alternative whose placeholders all have values is used."""

    line: int
    alternatives: tuple[Template, ...]

    def text_for(self, values: Mapping[str, str]) -> str | None:
        for alternative in self.alternatives:
            if all(name in values for name in alternative.get_identifiers()):
                return alternative.substitute(values)
        return None


@dataclass(frozen=True, slots=True)
class Wording:
    """The sentences of a language, by situation and line of the reply."""

    sections: Mapping[Situation, tuple[tuple[Sentence, ...], ...]]

    def lines(self, situation: Situation, values: Mapping[str, str]) -> list[str]:
        """A text for each line of the reply. ``values``: placeholder → text; placeholders may be absent."""
        return [said for line in self.sections[situation] if (said := _joined(line, values))]


def read(text: bytes, name: str, measured: Mapping[str, str] | None = None) -> Wording:
    """The wording in ``text``, the content of the file ``name``.

    ``measured``: values of ``operator`` and ``page``; with these and with domains of usual length the lines must fit.
    None: lines may be too long, and are broken. Raises ConfigurationError with all faults.
    """
    reader = _Reader(name)
    for number, line in enumerate(text.split(b"\n"), 1):
        reader.take(number, line.rstrip())
    wording = reader.wording()
    faults = [*reader.faults, *_faults_of(wording, name)]
    if measured is not None:
        faults += _too_long(wording, name, {**_USUAL, **measured})
    if faults:
        raise ConfigurationError(sorted(faults, key=lambda fault: int(fault.where.rpartition(":")[2])))
    return wording


class _Reader:
    def __init__(self, name: str) -> None:
        self._name = name
        self._sections: dict[Situation, list[list[Sentence]]] = {}
        self._lines: list[list[Sentence]] | None = None
        self.faults: list[Fault] = []

    def wording(self) -> Wording:
        return Wording({s: tuple(tuple(line) for line in lines if line) for s, lines in self._sections.items()})

    def take(self, number: int, line: bytes) -> None:
        """Takes line ``number`` of the file, without white space at its end."""
        if line.startswith(b"#"):
            return
        shown = line.decode("utf-8", "replace")
        if not (shown.isascii() and shown.isprintable()):
            odd = next(c for c in shown if not (c.isascii() and c.isprintable()))
            self._fault(
                number,
                f"{odd!r} is not printable ASCII, and a reply is (RFC 5321 §4.2)",
                "write without accents, or choose words that have none",
            )
        elif line.startswith(b"["):
            self._begin(number, shown)
        elif self._lines is None:
            if line:
                self._fault(number, "this text belongs to no section", "put [explain], [refuse] or another before it")
        elif not line:
            self._lines.append([])
        else:
            self._sentence(number, shown, self._lines)

    def _begin(self, number: int, line: str) -> None:
        try:
            situation = Situation(line.strip("[] "))
        except ValueError:
            self._fault(number, f"{line} is no section", f"write one of {', '.join(f'[{s}]' for s in Situation)}")
            self._lines = [[]]
            return
        if situation in self._sections:
            self._fault(number, f"{line} stands above already", "keep one of the two")
        self._lines = self._sections[situation] = [[]]

    def _sentence(self, number: int, line: str, lines: list[list[Sentence]]) -> None:
        template = Template(line.strip())
        if not template.is_valid():
            self._fault(number, "a $ is followed by no name", "write $$ for a dollar sign")
            return
        for unknown in (name for name in template.get_identifiers() if name not in PLACEHOLDERS):
            known = ", ".join(f"${name}" for name in PLACEHOLDERS)
            self._fault(number, f"${unknown} is unknown", f"write one of {known}")
        if not line.startswith((" ", "\t")):
            lines[-1].append(Sentence(number, (template,)))
        elif lines[-1]:
            above = lines[-1][-1]
            lines[-1][-1] = Sentence(above.line, (*above.alternatives, template))
        else:
            self._fault(number, "an indented line has no sentence above it", "begin a sentence at the margin")

    def _fault(self, number: int, what: str, remedy: str) -> None:
        self.faults.append(Fault(f"{self._name}:{number}", what, remedy))


def _faults_of(wording: Wording, name: str) -> Iterator[Fault]:
    for situation in Situation:
        lines = wording.sections.get(situation, ())
        if not any(lines):
            what, remedy = f"[{situation}] is missing, or says nothing", "copy it from the text that catcher brings"
            yield Fault(f"{name}:1", what, remedy)
            continue
        first = lines[0][0].line
        if len(lines) > LINES_MOST:
            remedy = "remove empty lines: sentences that follow each other share a line"
            yield Fault(
                f"{name}:{first}", f"[{situation}] has {len(lines)} lines, a reply at most {LINES_MOST}", remedy
            )
        if situation not in _WITH_REF:
            for sentence in (s for line in lines for s in line if _mentions(s, "ref")):
                yield Fault(f"{name}:{sentence.line}", f"there is no $ref in [{situation}]", "leave it out")
        least = {"domain": "\0", **({"ref": "\1"} if situation in _WITH_REF else {})}
        said = " ".join(wording.lines(situation, least))
        for needed, mark in least.items():
            if mark not in said:
                remedy = f"say ${needed} in a sentence that needs nothing else, or indent one below"
                yield Fault(f"{name}:{first}", f"[{situation}] doesn't always say ${needed}", remedy)


def _too_long(wording: Wording, name: str, values: Mapping[str, str]) -> Iterator[Fault]:
    for line in (line for lines in wording.sections.values() for line in lines):
        octets = len(_joined(line, values))
        if octets > ROOM:
            what = f"the line that begins here has {octets} octets with names of usual length, and room for {ROOM}"
            yield Fault(f"{name}:{line[0].line}", what, "say less, or put an empty line between two sentences")


def _joined(line: tuple[Sentence, ...], values: Mapping[str, str]) -> str:
    return " ".join(filter(None, (sentence.text_for(values) for sentence in line)))


def _mentions(sentence: Sentence, name: str) -> bool:
    return any(name in alternative.get_identifiers() for alternative in sentence.alternatives)
