"""Renders the report as a letter (PDF). Only this module imports WeasyPrint (extra ``pdf``), which has no types."""

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

    The same report gives the same octets if the system library HarfBuzz-Subset is installed. Without it, WeasyPrint
    subsets the fonts itself and writes the current time into them.

    Raises EnvironmentFailure if WeasyPrint is missing, or the system library Pango, which lays out its text.
    """
    weasyprint = _weasyprint()
    document = weasyprint.HTML(string=html(report, Layout.LETTER, language), url_fetcher=_nothing)
    return bytes(document.write_pdf(pdf_identifier=report.ref.encode("ascii")))


def _weasyprint() -> Any:
    # Imported here because the import takes a second and a system library, and only a letter needs it.
    # Without Pango, WeasyPrint prints a page of advice. Our stdout is for results only; the error below says the same.
    # Without HarfBuzz-Subset, WeasyPrint warns that it will need it in future; its letters are the same.
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
    """Refuses every fetch: a report has no URL to fetch, and an injected URL must not be followed."""
    raise ValueError("a report fetches nothing")
