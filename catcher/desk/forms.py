"""Makes every form of a report: files for readers, for machines, and texts to paste."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from catcher.model.errors import EnvironmentFailure
from catcher.model.telling.report import Report
from catcher.report import Language, ReportForm, is_address, letter, picture, render, report_message

KIT_FOLDER = "kit"
"""The remedy kit: a folder with one file for each text to paste."""


@dataclass(frozen=True, slots=True)
class Forms:
    """A report in every form that this installation can make."""

    files: Mapping[str, str | bytes]
    """Ending (``html``) or ``kit/FILE`` → content."""
    left_out: tuple[str, ...]
    """For each missing form, one sentence with the reason."""


def forms(report: Report, *, language: Language, now: datetime) -> Forms:
    """All forms of ``report``. The mail is a draft: its sender is the operator's contact, and it has no recipient."""
    files: dict[str, str | bytes] = {form.value: render(report, form, language) for form in ReportForm}
    left_out = []
    for ending, make in _MORE.items():
        try:
            files[ending] = make(report, language, now)
        except EnvironmentFailure as failure:
            left_out.append(str(failure))
    files |= {f"{KIT_FOLDER}/{name}": text for name, text in kit(report).items()}
    return Forms(files, tuple(left_out))


def form(report: Report, ending: str, *, language: Language, now: datetime) -> str | bytes:
    """The form with that ending. Raises EnvironmentFailure when this installation can't make it."""
    if ending == KIT_FOLDER:
        return "\n".join(f"==> {name} <==\n{text}" for name, text in kit(report).items())
    if ending in _MORE:
        return _MORE[ending](report, language, now)
    return render(report, ReportForm(ending), language)


def kit(report: Report) -> dict[str, str]:
    """File name → text to paste, for every part of every remedy."""
    return {part.file: part.text + "\n" for remedy in report.remedies for part in remedy.parts}


def _mail(report: Report, language: Language, now: datetime) -> bytes:
    contact = report.operator.contact
    if not is_address(contact):
        raise EnvironmentFailure("no mail: [operator] contact in catcher.toml is no mail address to send from")
    id_ = f"{report.ref}.{report.period}.{language}@{contact.rpartition('@')[2]}".lower()
    return report_message(report, sender=contact, date=now, message_id=id_, language=language).as_bytes()


def _letter(report: Report, language: Language, now: datetime) -> bytes:
    return letter(report, language)


def _picture(report: Report, language: Language, now: datetime) -> bytes:
    drawn = picture(report, language)
    if drawn is None:
        raise EnvironmentFailure("no charts: matplotlib is not installed; pip install 'catcher[charts]'")
    return drawn


_MORE: Mapping[str, Callable[[Report, Language, datetime], bytes]] = {"eml": _mail, "pdf": _letter, "png": _picture}

ENDINGS = (*(form.value for form in ReportForm), *_MORE, KIT_FOLDER)
