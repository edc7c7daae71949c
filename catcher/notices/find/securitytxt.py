"""security.txt (RFC 9116): the mail addresses in a file that is valid at this time and for this host."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import datetime
from urllib.parse import unquote

from catcher.model.telling.contact import StepReason
from catcher.notices.find.finding import SourceFinding
from catcher.notices.find.http import Page
from catcher.notices.find.https import Fetcher
from catcher.notices.find.url import Url

PATH = "/.well-known/security.txt"
MAX_SECURITY_TXT_OCTETS = 64 * 1024
"""Most octets of a file."""
_MOST_LINES = 1000
_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]*):[ \t]*(\S.*?)[ \t]*\Z")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)\Z")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3}\Z")
_TYPE = re.compile(r"text/plain[ \t]*(?:;[ \t]*charset=\"?(?:utf-8|us-ascii)\"?[ \t]*)?\Z")
"""RFC 9116 §3: text/plain; a character set, if it is named, is UTF-8."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = "-----BEGIN PGP SIGNATURE-----"
_GO_ON = frozenset(
    {
        StepReason.NO_SUCH_NAME,
        StepReason.NO_SUCH_RECORD,
        StepReason.NO_CONNECTION,
        StepReason.NOT_THERE,
        StepReason.OTHER_HOST,
        StepReason.NOT_HTTPS,
        StepReason.OTHER_CANONICAL,
    }
)
"""Reasons after which the host www is asked: a domain whose web site is only at www gives these reasons."""


async def ask(fetcher: Fetcher, party: str, now: datetime) -> SourceFinding:
    """The finding in the security.txt of ``party``, or else in that of its host www.

    A redirect to another host is never followed, so www needs its own request.
    """
    first = await _at(fetcher, party, party, now)
    if first.reason not in _GO_ON:
        return first
    second = await _at(fetcher, f"www.{party}", party, now)
    silent = second.reason in (StepReason.NO_SUCH_NAME, StepReason.NO_SUCH_RECORD)
    return first if silent else second


async def _at(fetcher: Fetcher, host: str, party: str, now: datetime) -> SourceFinding:
    url = Url(host, PATH)
    page = await fetcher.get(url, accept="text/plain", most=MAX_SECURITY_TXT_OCTETS, on_behalf_of=party)
    return read(page, url, now) if isinstance(page, Page) else page


def read(page: Page, asked: Url, now: datetime) -> SourceFinding:
    """The finding at ``now`` in ``page``, which a request for ``asked`` returned. Pure."""
    host = page.url.host
    if not _TYPE.match(page.content_type):
        return SourceFinding.refused(StepReason.CONTENT_TYPE, host)
    lines = _lines(page.body)
    if lines is None:
        return SourceFinding.refused(StepReason.MALFORMED, host)
    fields: defaultdict[str, list[str]] = defaultdict(list)
    for line in lines:
        if not line.startswith("#") and (field := _FIELD.match(line)):
            fields[field[1].lower()].append(field[2])
    if not fields["contact"]:
        return SourceFinding.refused(StepReason.MALFORMED, host)
    if (reason := _unusable(fields, {str(asked), str(page.url)}, now)) is not None:
        return SourceFinding.refused(reason, host)
    addresses = tuple(address for uri in fields["contact"] if (address := _address(uri)))
    return (
        SourceFinding.found(addresses, host, _language(fields))
        if addresses
        else SourceFinding.none(StepReason.NO_ADDRESS, host)
    )


def _unusable(fields: dict[str, list[str]], here: set[str], now: datetime) -> StepReason | None:
    """The reason why a file with these fields isn't valid at ``now``; None when it is."""
    expires = fields.get("expires", [])
    if len(expires) != 1:
        return StepReason.NO_EXPIRY
    moment = _moment(expires[0])
    if moment is None:
        return StepReason.MALFORMED
    if moment <= now:
        return StepReason.EXPIRED
    canonical = fields.get("canonical", [])
    return StepReason.OTHER_CANONICAL if canonical and here.isdisjoint(canonical) else None


def _lines(body: bytes) -> list[str] | None:
    """The lines of the file, or the signed lines of a signed file (RFC 9116 §2.3); None for a malformed file.

    The signature isn't verified: catcher knows no key of the party. Text before or after the signed text is ignored.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    if len(lines) > _MOST_LINES or any(map(_CONTROL.search, lines)):
        return None
    if _SIGNED not in lines:
        return lines
    begin = lines.index(_SIGNED) + 1
    if _SIGNATURE not in lines[begin:] or "" not in lines[begin:]:
        return None
    begin = lines.index("", begin) + 1
    return [line.removeprefix("- ") for line in lines[begin : lines.index(_SIGNATURE, begin)]]


def _moment(text: str) -> datetime | None:
    """The moment of a date-time (RFC 3339 §5.6); None for another text."""
    if not _MOMENT.match(text):
        return None
    text = text.upper().replace("Z", "+00:00")
    whole, point, rest = text.partition(".")
    zone = rest.lstrip("0123456789") if point else ""
    try:
        return datetime.fromisoformat(whole + zone)
    except ValueError:
        return None


def _address(uri: str) -> str | None:
    """The mail address of a Contact. Many files have a bare address, which is no URI but has a clear meaning."""
    scheme, colon, rest = uri.partition(":")
    if colon and scheme.lower() == "mailto":
        return unquote(rest.partition("?")[0].partition("#")[0], errors="replace")
    return uri if not colon and "@" in uri else None


def _language(fields: dict[str, list[str]]) -> str | None:
    """The first of the preferred languages; None without one."""
    tags = [tag.strip() for value in fields.get("preferred-languages", ()) for tag in value.split(",")]
    return next((tag for tag in tags if _LANGUAGE.match(tag)), None)
