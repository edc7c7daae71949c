"""Gives pure code the known DNS answers, and notes the questions that are still open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from catcher.model.mail.lookup import LookupResult, LookupResults, LookupType, Question, Status

MAX_ROUNDS = 24
"""Most rounds of questions; after them a caller uses ``failing_the_rest``. SPF's own limit of ten look-ups, each with
addresses to look up, needs at most 22 rounds; all other questions need at most three at the same time. The ways of
counting then ask once more, and twice for a mail that its author's organisation and a tenant signed."""

FAILED_LOOKUP = LookupResult(Status.FAILED)


class Lookups:
    """The known answers. A request for an unknown answer notes its question as open."""

    __slots__ = ("answers", "open")

    def __init__(self, answers: LookupResults) -> None:
        self.answers = answers
        self.open: set[Question] = set()

    def get(self, name: str, rrtype: LookupType) -> LookupResult | None:
        """The answer. Without one, notes the question and returns None. ``name`` as in Question."""
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
    """``answers``, and a failure for every other question: with them ``fingerprint`` always returns a result."""
    return _FailingTheRest(answers)


def presentation(name: str) -> str:
    """``name`` (labels split by dots, any characters) in the form of Question: escaped by RFC 1035 §5.1, lower case."""
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
