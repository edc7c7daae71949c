"""security.txt (RFC 9116): which mail addresses it names, if it may be believed now and here."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import datetime
from urllib.parse import unquote

from catcher.model.contact import StepReason
from catcher.notify.find.http import Page
from catcher.notify.find.https import Fetcher
from catcher.notify.find.said import Said, found, none, refused
from catcher.notify.find.url import Url

PATH = "/.well-known/security.txt"
MOST_OCTETS = 64 * 1024
_MOST_LINES = 1000
_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]*):[ \t]*(\S.*?)[ \t]*\Z")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)\Z")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3}\Z")
_TYPE = re.compile(r"text/plain[ \t]*(?:;[ \t]*charset=\"?(?:utf-8|us-ascii)\"?[ \t]*)?\Z")
"""RFC 9116 §3: text/plain, whose character set is UTF-8 where it is named."""
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
"""What a bare domain says whose web site is at www."""


async def ask(fetcher: Fetcher, party: str, now: datetime) -> Said:
    """What the security.txt of ``party`` says, or else that of its host www.

    A redirect from the one to the other is not followed: a redirect to another host never is. www is asked itself.
    """
    first = await _at(fetcher, party, party, now)
    if first.reason not in _GO_ON:
        return first
    second = await _at(fetcher, f"www.{party}", party, now)
    silent = second.reason in (StepReason.NO_SUCH_NAME, StepReason.NO_SUCH_RECORD)
    return first if silent else second


async def _at(fetcher: Fetcher, host: str, party: str, now: datetime) -> Said:
    url = Url(host, PATH)
    page = await fetcher.get(url, accept="text/plain", most=MOST_OCTETS, on_behalf_of=party)
    return read(page, url, now) if isinstance(page, Page) else page


def read(page: Page, asked: Url, now: datetime) -> Said:
    """What ``page``, which ``asked`` led to, says at ``now``. Pure."""
    host = page.url.host
    if not _TYPE.match(page.content_type):
        return refused(StepReason.CONTENT_TYPE, host)
    lines = _lines(page.body)
    if lines is None:
        return refused(StepReason.MALFORMED, host)
    fields: defaultdict[str, list[str]] = defaultdict(list)
    for line in lines:
        if not line.startswith("#") and (field := _FIELD.match(line)):
            fields[field[1].lower()].append(field[2])
    if not fields["contact"]:
        return refused(StepReason.MALFORMED, host)
    if (reason := _unusable(fields, {str(asked), str(page.url)}, now)) is not None:
        return refused(reason, host)
    addresses = tuple(address for uri in fields["contact"] if (address := _address(uri)))
    return found(addresses, host, _language(fields)) if addresses else none(StepReason.NO_ADDRESS, host)


def _unusable(fields: dict[str, list[str]], here: set[str], now: datetime) -> StepReason | None:
    """Why a file with these fields isn't to be believed at ``now``; None when it is."""
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
    """The lines, or of a signed file (RFC 9116 §2.3) those that are signed; None for what is no such text.

    The signature isn't verified: there is no key that we could know to be theirs. What stands before or behind the
    signed text is not part of it.
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
    """RFC 3339 §5.6."""
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
    """The mail address of a Contact. A bare address, which many write, is no URI, and clear all the same."""
    scheme, colon, rest = uri.partition(":")
    if colon and scheme.lower() == "mailto":
        return unquote(rest.partition("?")[0].partition("#")[0], errors="replace")
    return uri if not colon and "@" in uri else None


def _language(fields: dict[str, list[str]]) -> str | None:
    """The first of the preferred languages."""
    tags = [tag.strip() for value in fields.get("preferred-languages", ()) for tag in value.split(",")]
    return next((tag for tag in tags if _LANGUAGE.match(tag)), None)
