"""The letter: a PDF that says what the report says, on as many pages as it needs, and fetches nothing."""

from __future__ import annotations

import builtins
import re
import subprocess
import zlib
from pathlib import Path
from typing import Any

import pytest

from catcher.model.errors import EnvironmentFailure
from catcher.model.telling.report import Report
from catcher.report import Language, letter, subject
from tests.support import reports
from tests.support.peers import peer


@pytest.fixture(params=["intended-hostile", "intended-many", "sender-daily", "sender-hostile"])
def report(request: pytest.FixtureRequest) -> Report:
    peer("pango")
    peer("dejavu")
    return reports.composed(reports.case(request.param))


def words(pdf: bytes, folder: Path) -> str:
    """The text as a reader of PDF finds it, in one line."""
    (folder / "letter.pdf").write_bytes(pdf)
    command = [str(peer("pdftotext")), "-q", str(folder / "letter.pdf"), "-"]
    return " ".join(subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout.split())


def unpacked(pdf: bytes) -> bytes:
    """With its compressed objects in the clear."""
    assert pdf.startswith(b"%PDF-")
    streams = re.findall(rb"/FlateDecode.*?stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    assert streams
    return pdf + b"".join(zlib.decompress(stream) for stream in streams)


@pytest.mark.parametrize("language", Language)
def test_it_says_what_the_report_says(report: Report, language: Language, tmp_path: Path) -> None:
    text = words(letter(report, language), tmp_path)
    title = subject(report, language).rpartition(" [")[0]
    assert re.sub(r"\s", "", title) in re.sub(r"\s", "", text)
    assert report.ref in text
    assert reports.TOKEN not in text
    for row in report.evidence:
        assert row.ref in text


def test_it_runs_and_opens_nothing(report: Report) -> None:
    """Names of others are text; a link, a script, a file or a form would be an object of these kinds."""
    pdf = unpacked(letter(report))
    assert b"/MediaBox" in pdf
    for kind in (b"/URI", b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/AcroForm", b"/OpenAction", b"/Link"):
        assert kind not in pdf


def test_the_same_report_gives_the_same_letter(report: Report) -> None:
    peer("harfbuzz-subset")
    assert letter(report) == letter(report)


def without(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    real = builtins.__import__

    def importing(name: str, *args: Any, **more: Any) -> Any:
        if name == "weasyprint":
            raise error
        return real(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", importing)


@pytest.mark.parametrize(
    ("error", "remedy"), [(ImportError(), r"pip install 'catcher\[pdf\]'"), (OSError(), "apt install libpango")]
)
def test_what_is_missing_is_named_with_the_remedy(
    error: Exception, remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, error)
    with pytest.raises(EnvironmentFailure, match=remedy):
        letter(reports.composed(reports.case("sender-one")))
