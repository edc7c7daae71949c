"""The words allowed in a text that is pasted into a shell, a configuration or a console: A-labels and references."""

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
    """A text that would not stay one word where it is pasted."""


def word(domain: str) -> str:
    """``domain`` when it is a name of lower-case A-labels: letters, digits, hyphens, underscores, dots.

    None of these means anything to a shell, PowerShell, KQL, a master file, Postfix or Exim. Raises Unpasteable for
    all else, which includes ``UNSHOWABLE``.
    """
    try:
        if domain != UNSHOWABLE and to_alabel(domain) == domain:
            return domain
    except DomainError:
        pass
    raise Unpasteable("no rule can be made for what is not a domain name in A-labels")


def pattern(domain: str) -> str:
    """``domain`` as a regular expression, of any dialect, that matches nothing else."""
    return word(domain).replace(".", "\\.")


def is_reference(text: str) -> bool:
    """Whether ``text`` looks like a reference that our replies carry."""
    return _REFERENCE.match(text) is not None


def fill(template: str, **values: object) -> str:
    """The file ``templates/TEMPLATE.j2`` with ``values`` in it, without the last newline."""
    return _environment().get_template(f"{template}.j2").render(values).rstrip("\n")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("catcher.report"), undefined=StrictUndefined, trim_blocks=True, autoescape=False
    )
