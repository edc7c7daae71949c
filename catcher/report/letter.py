"""The report as a letter (PDF). The one module here that touches the untyped WeasyPrint (extra ``pdf``)."""

from __future__ import annotations

import io
import logging
import warnings
from contextlib import redirect_stdout
from typing import Any, NoReturn

from catcher.model.errors import EnvironmentFailure
from catcher.model.language import Language
from catcher.model.telling.report import Report
from catcher.report.render import Layout, html


def letter(report: Report, language: Language = Language.ENGLISH) -> bytes:
    """``report`` as PDF on A4.

    The same report gives the same octets where the system library HarfBuzz-Subset cuts the fonts; without it WeasyPrint
    cuts them itself, and its fonts hold the time.

    Raises EnvironmentFailure where WeasyPrint or the system library Pango, which it sets text with, is missing.
    """
    weasyprint = _weasyprint()
    document = weasyprint.HTML(string=html(report, Layout.LETTER, language), url_fetcher=_nothing)
    return bytes(document.write_pdf(pdf_identifier=report.ref.encode("ascii")))


def _weasyprint() -> Any:
    # Imported here: it takes a second and a system library, and only a letter needs it.
    # Without Pango it prints a page of advice; our stdout carries results alone, and the error below says the same.
    # Without HarfBuzz-Subset it warns of its own future, and its letters say the same.
    try:
        with redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            import weasyprint  # type: ignore[import-untyped]
    except ImportError as error:
        raise EnvironmentFailure("no letters: WeasyPrint is not installed; pip install 'catcher[pdf]'") from error
    except OSError as error:
        raise EnvironmentFailure(
            "no letters: the system library Pango is not installed; Debian: apt install libpangoft2-1.0-0"
        ) from error
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    logging.getLogger("fontTools").setLevel(logging.CRITICAL)
    return weasyprint


def _nothing(url: str, *args: object, **more: object) -> NoReturn:
    """A report names nothing to fetch; a name that tried to is not followed."""
    raise ValueError("a report fetches nothing")
