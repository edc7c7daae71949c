"""A DMARC policy record and the tree walk that finds it (RFC 9989 §4.7, §4.10)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from catcher.fingerprint.lookups import Lookups
from catcher.model.mail.lookup import LookupType, Status

_POLICIES = frozenset({"none", "quarantine", "reject"})
_MAX_LABELS = 8
"""Most names that a tree walk queries (RFC 9989 §4.10)."""
_MAX_RECORD = 4096


@dataclass(frozen=True, slots=True)
class DmarcRecord:
    policy: str
    """``p=``."""
    subdomain_policy: str
    """``sp=``, else ``p=``."""
    nonexistent_policy: str
    """``np=``, else ``sp=``."""
    testing: bool
    """``t=y``: the policy in force is one level below the published policy."""
    strict_dkim: bool
    strict_spf: bool
    psd: str
    """``y``: a public suffix; ``n``: an organizational domain; ``u``: not stated."""


@dataclass(frozen=True, slots=True)
class Walk:
    """The records that a tree walk from ``start`` found."""

    start: str
    records: tuple[tuple[str, DmarcRecord], ...]
    """(name, its record), from ``start`` upwards."""
    failed: bool
    """Whether a look-up below a top-level domain failed: then an unknown record may exist."""

    @property
    def organizational_domain(self) -> str:
        """RFC 9989 §4.10.2."""
        for name, record in self.records:
            if record.psd == "n":
                return name
            if record.psd == "y" and name != self.start:
                return _one_label_below(self.start, name)
        return self.records[-1][0] if self.records else self.start

    def record_at(self, name: str) -> DmarcRecord | None:
        return next((record for at, record in self.records if at == name), None)


def walk(lookups: Lookups, start: str) -> Walk | None:
    """The tree walk of RFC 9989 §4.10, with all names queried at once; None when questions are open."""
    answers = [(name, lookups.get(f"_dmarc.{name}", LookupType.TXT)) for name in walked_names(start)]
    records: list[tuple[str, DmarcRecord]] = []
    failed = False
    for name, answer in answers:
        if answer is None:
            return None
        if answer.status is Status.FAILED:
            failed = failed or "." in name
            continue
        record = read_dmarc_record(answer.records)
        if record is not None:
            records.append((name, record))
            if record.psd != "u":
                break
    return Walk(start, tuple(records), failed)


def walked_names(start: str) -> list[str]:
    """``start``, then the names above it, for a long name those of at most seven labels (RFC 9989 §4.10 step 4)."""
    labels = start.split(".")
    first = 1 if len(labels) < _MAX_LABELS else len(labels) - (_MAX_LABELS - 1)
    return [start, *(".".join(labels[i:]) for i in range(first, len(labels)))]


def read_dmarc_record(records: Iterable[object]) -> DmarcRecord | None:
    """The single DMARC record among the TXT ``records``; None when there is none, or several (§4.10 step 2).

    A tag that can't be read gets its default (§4.7), an absent ``p=`` is ``none``. A record whose ``p=``, ``sp=`` or
    ``np=`` isn't valid counts as ``p=none`` when it asks for reports; else it counts as no record (§4.10.1).
    """
    found = [tags for record in records if isinstance(record, bytes) and (tags := _tags(record)) is not None]
    if len(found) != 1:
        return None
    tags = found[0]
    policy = tags.get("p", "none").lower()
    subdomains, nonexistent = tags.get("sp", policy).lower(), tags.get("np")
    nonexistent = subdomains if nonexistent is None else nonexistent.lower()
    if not _POLICIES.issuperset((policy, subdomains, nonexistent)):
        if "mailto:" not in tags.get("rua", "").lower():
            return None
        policy = subdomains = nonexistent = "none"
    psd = tags.get("psd", "u").lower()
    return DmarcRecord(
        policy=policy,
        subdomain_policy=subdomains,
        nonexistent_policy=nonexistent,
        testing=tags.get("t", "n").lower() == "y",
        strict_dkim=tags.get("adkim", "r").lower() == "s",
        strict_spf=tags.get("aspf", "r").lower() == "s",
        psd=psd if psd in ("y", "n") else "u",
    )


def _tags(record: bytes) -> dict[str, str] | None:
    """The tags of a record that begins with ``v=DMARC1``, the first of each name; None for any other text.

    The name of a tag may be in upper case, its value ``DMARC1`` may not (RFC 9989 §4.8).
    """
    if len(record) > _MAX_RECORD:
        return None
    pairs = [spec.partition("=") for spec in record.decode("utf-8", "replace").split(";")]
    if (pairs[0][0].strip().lower(), pairs[0][2].strip()) != ("v", "DMARC1"):
        return None
    tags: dict[str, str] = {}
    for name, equals, value in pairs:
        if equals:
            tags.setdefault(name.strip().lower(), value.strip())
    return tags


def _one_label_below(name: str, suffix: str) -> str:
    return ".".join(name.split(".")[-(suffix.count(".") + 2) :])
