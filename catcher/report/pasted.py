"""Checks the words of a text to paste into a shell, a configuration or a console: A-labels and references only."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from catcher.model.domain import DomainError, to_alabel
from catcher.report.names import UNSHOWABLE

if TYPE_CHECKING:
    from jinja2 import Environment

_REFERENCE = re.compile(r"[0-9A-Za-z]{1,16}(?:-[0-9A-Za-z]{1,16}){0,5}\Z")


class Unpasteable(ValueError):
    """A text that a shell or a configuration could take for more than one word."""


def word(domain: str) -> str:
    """``domain``, if it is a name of lower-case A-labels: letters, digits, hyphens, underscores, dots.

    None of these characters has a meaning in a shell, PowerShell, KQL, a master file, Postfix or Exim. Raises
    Unpasteable for every other text and for ``UNSHOWABLE``.
    """
    try:
        if domain != UNSHOWABLE and to_alabel(domain) == domain:
            return domain
    except DomainError:
        pass
    raise Unpasteable("no rule can be made for what is not a domain name in A-labels")


def pattern(domain: str) -> str:
    """A regular expression, valid in every dialect, that matches only ``domain``."""
    return word(domain).replace(".", "\\.")


def is_reference(text: str) -> bool:
    """Whether ``text`` has the form of the references in our replies."""
    return _REFERENCE.match(text) is not None


def fill(template: str, **values: object) -> str:
    """The file ``templates/TEMPLATE.j2`` filled with ``values``, without the last newline."""
    return _environment().get_template(f"{template}.j2").render(values).rstrip("\n")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("catcher.report"), undefined=StrictUndefined, trim_blocks=True, autoescape=False
    )
