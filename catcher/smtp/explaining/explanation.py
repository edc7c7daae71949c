"""The explanation in the 550 of policies ``explain`` and ``refuse``, in the language of the row.

The texts come from template files (``wording``): the files in ``explanations/``, or the operator's own. A text holds
nothing of the message, and of the recipient only the catalogued domain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache, partial
from importlib.resources import files
from pathlib import Path

from catcher.catalogue import Entry
from catcher.model.errors import ConfigurationError, Fault
from catcher.model.language import Language, is_language
from catcher.regularfile import read_regular
from catcher.smtp.explaining.plain import plain_address, plain_text
from catcher.smtp.explaining.wording import Situation, Wording, read
from catcher.smtp.wire.replies import Reply, reply

DEFAULT = Language.ENGLISH.value
BUILT_IN = tuple(language.value for language in Language)
"""Languages of the texts that come with catcher."""
_SUFFIX = ".txt"
_REF = "\0"
_PREPARED = 1_024


class Explanations:
    """The texts of every language. Immutable: a reload makes a new object."""

    def __init__(
        self, wordings: Mapping[str, Wording], *, language: str = DEFAULT, operator: str = "", page: str = ""
    ) -> None:
        """``language``: the language for rows that name none. ``operator`` or ``page`` is left out if it can't be
        written in ASCII."""
        self._wordings = wordings
        self._language = language
        self._named = _named(operator, page)
        self._keep_lines()

    def _keep_lines(self) -> None:
        # The kept function doesn't refer to this object: each reload leaves one, which has to go without a collection.
        self._lines = lru_cache(_PREPARED)(partial(_prepared, self._wordings, self._language, self._named))

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if name != "_lines"}

    def __setstate__(self, state: dict[str, object]) -> None:
        vars(self).update(state)
        self._keep_lines()

    def after_data(self, entries: Sequence[Entry], ref: str) -> Reply:
        """The reply once the message is recorded; ``entries``: the catalogued domains to which the message was sent."""
        return self._reply(Situation.EXPLAIN, entries, ref)

    def unrecorded(self, entries: Sequence[Entry]) -> Reply:
        """The reply after the data when the message could not be recorded."""
        return self._reply(Situation.UNRECORDED, entries, None)

    def at_rcpt(self, entry: Entry, ref: str | None) -> Reply:
        """The reply at RCPT. ``ref`` None: nothing can be recorded, so the reply names no reference."""
        return self._reply(Situation.REFUSE, (entry,), ref)

    def _reply(self, situation: Situation, entries: Sequence[Entry], ref: str | None) -> Reply:
        *others, last = entries
        lines = [line for entry in others for line in self._of(Situation.ALSO, entry)]
        prepared = self._of(situation, last, has_ref=ref is not None)
        lines += (line.replace(_REF, ref) for line in prepared) if ref is not None else prepared
        return reply(550, "5.1.2", *lines)

    def _of(self, situation: Situation, entry: Entry, *, has_ref: bool = False) -> tuple[str, ...]:
        return self._lines(situation, entry.domain, entry.intended, entry.lang or self._language, has_ref)


def _prepared(
    wordings: Mapping[str, Wording],
    default: str,
    named: Mapping[str, str],
    situation: Situation,
    domain: str,
    intended: str | None,
    language: str,
    has_ref: bool,
) -> tuple[str, ...]:
    """The lines with a mark in place of the reference: with the mark they are the same for every message."""
    wording = wordings.get(language) or wordings[default]
    values = {**named, "domain": domain}
    values |= ({"ref": _REF} if has_ref else {}) | ({"intended": intended} if intended else {})
    return tuple(wording.lines(situation, values))


def _named(operator: str, page: str) -> dict[str, str]:
    named = {"operator": plain_text(operator), "page": plain_address(page)}
    return {name: text for name, text in named.items() if text}


@cache
def built_in() -> Explanations:
    """The English texts, without the operator's name."""
    return Explanations({DEFAULT: read(text_of(DEFAULT), f"{DEFAULT}{_SUFFIX}")})


def text_of(language: str) -> bytes:
    """The content of catcher's own file for ``language``, one of BUILT_IN."""
    return files("catcher.smtp").joinpath("explanations", f"{language}{_SUFFIX}").read_bytes()


def load_explanations(
    folder: Path | None,
    *,
    language: str = DEFAULT,
    operator: str = "",
    page: str = "",
    needed: Mapping[str, str] | None = None,
) -> Explanations:
    """The texts of the files ``LANGUAGE.txt`` in ``folder``, and catcher's own texts for other languages.

    ``needed``: required languages, each with the place that requires it. Raises ConfigurationError with every fault of
    every file.
    """
    faults: list[Fault] = []
    own = set()
    texts = {tag: (text_of(tag), f"{tag}{_SUFFIX}") for tag in BUILT_IN}
    for file in sorted(folder.glob(f"*{_SUFFIX}")) if folder is not None else ():
        if not is_language(file.stem):
            what = "the name of the file is not a language"
            faults.append(Fault(f"{file.name}:1", what, "call it en.txt, fr.txt or pt-br.txt"))
            continue
        try:
            texts[file.stem] = read_regular(file), file.name
            own.add(file.stem)
        except OSError as error:
            faults.append(Fault(f"{file.name}:1", f"it can't be read: {error.strerror}", "make the file readable"))
    named = _named(operator, page)
    wordings = {}
    for tag, (text, name) in texts.items():
        try:
            wordings[tag] = read(text, name, named if tag in own else None)
        except ConfigurationError as error:
            faults += error.faults
    for tag, where in (needed or {}).items():
        if tag not in texts:
            remedy = f"put {tag}{_SUFFIX} into the folder of smtp.explanations, or write {' or '.join(sorted(texts))}"
            faults.append(Fault(where, f'there is no text in the language "{tag}"', remedy))
    if faults:
        raise ConfigurationError(faults)
    return Explanations(wordings, language=language, operator=operator, page=page)
