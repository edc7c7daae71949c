"""The answers at hand, and the questions still open: how pure code asks the DNS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from catcher.model.mail.lookup import LookupResult, LookupResults, LookupType, Question, Status

MAX_ROUNDS = 24
"""Rounds of asking after which a caller gives up with ``failing_the_rest``. SPF's own limit of ten look-ups, each with
addresses to look up, needs 22 at most; everything else is asked for within three."""

FAILED_LOOKUP = LookupResult(Status.FAILED)


class Lookups:
    """The answers at hand; asking for another notes it as an open question."""

    __slots__ = ("answers", "open")

    def __init__(self, answers: LookupResults) -> None:
        self.answers = answers
        self.open: set[Question] = set()

    def get(self, name: str, rrtype: LookupType) -> LookupResult | None:
        """The answer; None when it isn't at hand, and then the question is noted. ``name`` as in Question."""
        question = Question(name, rrtype)
        answer = self.answers.get(question)
        if answer is None:
            self.open.add(question)
        return answer


class _FailingTheRest(Mapping[Question, LookupResult]):
    def __init__(self, answers: LookupResults) -> None:
        self._answers = answers

    def __getitem__(self, question: Question) -> LookupResult:
        return self._answers.get(question, FAILED_LOOKUP)

    def __iter__(self) -> Iterator[Question]:
        return iter(self._answers)

    def __len__(self) -> int:
        return len(self._answers)


def failing_the_rest(answers: LookupResults) -> LookupResults:
    """``answers``, and to every other question a failure: with these ``fingerprint`` always returns a result."""
    return _FailingTheRest(answers)


def presentation(name: str) -> str:
    """``name`` (labels split by dots, any characters) as Question wants it: escaped by RFC 1035 §5.1, lower case."""
    if name.isascii() and name.replace("-", "").replace(".", "").replace("_", "").isalnum():
        return name.lower()
    return ".".join(
        "".join(map(_escaped, label)) for label in name.lower().encode("utf-8").decode("latin-1").split(".")
    )


def _escaped(character: str) -> str:
    code = ord(character)
    if not 0x20 < code < 0x7F:
        return f"\\{code:03d}"
    return f"\\{character}" if character in '"();@$\\' else character
