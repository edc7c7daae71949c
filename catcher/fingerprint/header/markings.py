"""Reads protective markings from header fields: the scheme, and a level of a closed list, else ``other``.

A label's name is free text of the organisation that made the label; it is compared with the list and never stored.
Values are decoded before they are read (RFC 2047, RFC 2231). An empty value, ``none``, ``0``, ``normal`` and a label
without a name are no marking; a negated level (``Non-Secret``) doesn't count. ROWS has a row for each form of a field
with its public source:

=========================  ==============================================================================
``sensitivity``            Sensitivity (RFC 4021 §2.1.55): personal, private, company-confidential
``msip``                   msip_labels: Microsoft's labels; only a name that is a level word gives one
``protective-marking``     X-Protective-Marking, or ``[SEC=…]`` in the Subject: the Australian Government's Email
                           Protective Marking Standard, 2012 (with DLM) and 2018
``sio-label``              SIO-Label (RFC 7444): the display marking in ``marking=``
``classification``         X-Classification and its like, TITUS, Boldon James, an organisation's own field
                           (``X-NAME-Classification``), the other forms of Subjects (``subjectmarkings``), and the
                           fields of the operator's own list
``importance``             Importance (RFC 4021 §2.1.56): high or low; how urgent, not how grave
=========================  ==============================================================================
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType
from urllib.parse import unquote

from catcher.fingerprint.header.fieldtext import field_text, parameters
from catcher.fingerprint.header.levelwords import folded, gravest, named_level, word_set
from catcher.fingerprint.header.ownmarkings import own_level
from catcher.fingerprint.header.subjectmarkings import australian_marking, portion_level, subject_level
from catcher.model.mail.marking import NO_OWN_MARKINGS, Level, Marking, OwnMarkings, Scheme
from catcher.model.mail.transaction import Header, HeaderField
from catcher.model.value import value

_NO_LEVEL = "*"
"""A text that names no level: the marking is there, and its level is unknown."""
Texts = Callable[[str], Iterable[str]]
"""Decoded value → the texts in it that may name a level. No text: no marking."""

_READ = 16_384
"""Most octets of a field that are read: the labels of several organisations take 1 kB each."""
_MOST = 40
"""Most texts of one field that are read."""
_MOST_CHARACTERS = 2_000
"""Most characters of a text in which a level is sought."""
_MSIP_NAME = re.compile(r"MSIP_Label_([0-9a-f-]{36})_Name\s*=\s*([^;]{0,200})", re.IGNORECASE)
_MSIP_OFF = re.compile(r"MSIP_Label_([0-9a-f-]{36})_Enabled\s*=\s*false", re.IGNORECASE)
"""A label that was taken off."""
_AUSTRALIAN_TAG = re.compile(r"\b(?:SEC|DLM)\s*=\s*\"?([^,\]\"]{0,100})", re.IGNORECASE)
_AUSTRALIAN_FOUO = re.compile(r"for[ -]?official[ -]?use[ -]?only", re.IGNORECASE)
"""A marker before 2018: today OFFICIAL: Sensitive."""
_XML_LEVEL = re.compile(r"classification[^<>]{0,200}>\s*([^<>]{1,100})<", re.IGNORECASE)
_SISL_ELEMENT = re.compile(r"\b(?:uid|value)\s*=\s*\"([^\"]{0,100})\"")
_OWN_FIELD = re.compile(
    rb"x-[\w-]{1,40}-(?:classification|data-classification|security-classification|security-label|protective-marking"
    rb"|sensitivity(?:-label)?)\Z"
)
_OWN_FIELD_ENDS = (
    b"classification",
    b"-security-label",
    b"-protective-marking",
    b"-sensitivity",
    b"-sensitivity-label",
)
_OF_FILTERS = re.compile(rb"spam|virus|phish|malware|threat|bulk|junk|exchange|forefront|antiabuse|reputation")
"""Parts of the names of fields in which filters write their verdict."""
_NONE = word_set(
    "none|0|normal|no|false|null|nil|n/a|na|not set|notset|unset|unmarked|no marking|"
    "no label|not applicable|undefined|unknown|default|-|standard|not protectively marked|kein|"
    "keine|aucun|aucune|geen|ninguno|ninguna|nessuno|nessuna|nenhum|nenhuma",
    "|",
)
"""Values that say that there is no marking."""


def _whole(text: str) -> Iterable[str]:
    return (text,)


def _msip(text: str) -> Iterable[str]:
    off = {label.lower() for label in _MSIP_OFF.findall(text)}
    return [unquote(name) for label, name in _MSIP_NAME.findall(text) if label.lower() not in off]


def _australian(text: str) -> Iterable[str]:
    """``SEC=``, and ``DLM=`` of the standard of 2012, which stands beside ``SEC=UNCLASSIFIED``."""
    return [_AUSTRALIAN_FOUO.sub("official sensitive", found) for found in _AUSTRALIAN_TAG.findall(text)]


def _sio_label(text: str) -> Iterable[str]:
    found = parameters(text)
    if "marking" in found:
        return (found["marking"],)
    label = _from_base64(found.get("label", ""))
    return _XML_LEVEL.findall(label) or ((_NO_LEVEL,) if found else (text,))


def _titus(text: str) -> Iterable[str]:
    """The values in TITUS's metadata: JSON in base64,
    ``{"Metadata": {"props": [{"n": …, "vals": [{"value": …}]}]}}``."""
    try:
        metadata = json.loads(_octets_of_base64(text))
    except (ValueError, RecursionError):
        return _pairs(text)
    found: list[str] = []
    open_ = [metadata]
    while open_ and len(found) < _MOST:
        part = open_.pop()
        if isinstance(part, dict):
            open_ += [each for key, each in part.items() if isinstance(each, dict | list) or key in ("value", "v")]
        elif isinstance(part, list):
            open_ += part
        elif isinstance(part, str):
            found.append(part)
    return found


def _pairs(text: str) -> Iterable[str]:
    """The values of ``name=value;name=value``; the whole text if it has no such pairs."""
    pairs = [part.partition("=") for part in re.split("[;:]", text)]
    return [found for name, equals, found in pairs if equals and "root" not in name.lower()] or (text,)


def _boldon_james(text: str) -> Iterable[str]:
    """The elements of a label (``<sisl …><element uid="id_classification_secret" value=""/>``), or a plain value."""
    return [found.replace("_", " ") for found in _SISL_ELEMENT.findall(text)] or (text,)


def _from_base64(text: str) -> str:
    return _octets_of_base64(text).decode("utf-8", "replace")


def _octets_of_base64(text: str) -> bytes:
    octets = "".join(text.split()).encode("ascii", "replace").rstrip(b"=")
    try:
        return base64.b64decode(octets + b"=" * (-len(octets) % 4))
    except (binascii.Error, ValueError):
        return b""


@value
class MarkingRow:
    """A form of marking: the fields that have it, and how their value is read."""

    scheme: Scheme
    fields: tuple[bytes, ...]
    """Names in lower case."""
    texts: Texts
    source: str
    """The public text that describes it."""
    always: bool = True
    """Whether a value without a level is a marking (``other``)."""


ROWS = (
    MarkingRow(Scheme.SENSITIVITY, (b"sensitivity",), _whole, "RFC 4021 §2.1.55, RFC 2156 §5.3.4"),
    MarkingRow(Scheme.IMPORTANCE, (b"importance",), _whole, "RFC 4021 §2.1.56"),
    MarkingRow(Scheme.MSIP, (b"msip_labels",), _msip, "Microsoft Information Protection SDK, Metadata: MSIP_Label_…"),
    MarkingRow(
        Scheme.PROTECTIVE_MARKING,
        (b"x-protective-marking",),
        _australian,
        "Email Protective Marking Standard for the Australian Government 2012.3, 2018.4",
    ),
    MarkingRow(Scheme.SIO_LABEL, (b"sio-label", b"sio-label-history"), _sio_label, "RFC 7444; label: STANAG 4774"),
    MarkingRow(
        Scheme.CLASSIFICATION,
        (
            b"x-classification",
            b"x-security-classification",
            b"x-security-label",
            b"x-security-marking",
            b"x-classification-level",
            b"x-data-classification",
            b"classification",
        ),
        _whole,
        "no standard: the names under which classification programs and mail-flow rules write a level",
    ),
    MarkingRow(
        Scheme.CLASSIFICATION,
        (b"x-microsoft-classification", b"x-microsoft-classdesc"),
        _whole,
        "MS-OXCMAIL §2.2.3.2.22: Classification Properties",
    ),
    MarkingRow(
        Scheme.CLASSIFICATION,
        (b"x-titus-metadata-40",),
        _titus,
        "TITUS Message Classification, as real mails of public lists have it",
        always=False,
    ),
    MarkingRow(
        Scheme.CLASSIFICATION,
        (b"x-tituslabs-classifications-30", b"x-ctpclassification"),
        _pairs,
        "TITUS Message Classification 3.0, as real mails of public lists have it",
        always=False,
    ),
    MarkingRow(
        Scheme.CLASSIFICATION,
        (b"x-bjclassification", b"x-dss-classification"),
        _boldon_james,
        "Boldon James Classifier's properties, by its documentation, not read again",
        always=False,
    ),
)
SCHEME_OF_FIELD: Mapping[bytes, Scheme] = MappingProxyType({name: row.scheme for row in ROWS for name in row.fields})
_ROW_OF_FIELD = {name: row for row in ROWS for name in row.fields}
_BOLDON_JAMES = (b"x-bjlabel", b"bjdocument", b"bjlabel")
"""The starts of the names of Boldon James's other fields (``bjDocumentSecurityLabel``, ``bjDocumentLabelXML-0``)."""
_OWN_ROW = MarkingRow(
    Scheme.CLASSIFICATION, (), _whole, "an organisation's own field, X-NAME-Classification", always=False
)


@value
class MarkedField:
    """A marking and its field."""

    marking: Marking
    field: HeaderField


def judge_markings(header: Header | None, own: OwnMarkings = NO_OWN_MARKINGS) -> tuple[MarkedField, ...]:
    """The markings of distinct fields, in the order of the header. ``own``: the operator's list, which is asked
    first."""
    if header is None:
        return ()
    found: dict[MarkedField, None] = {}
    for name, fields in header.by_name.items():
        row = _ROW_OF_FIELD.get(name) or _row_of_own_field(name)
        if row is None and name != b"subject" and name not in own.fields:
            continue
        for field in fields:
            text = field_text(field.value[:_READ], raw="latin-1")
            level = own_level(own, name, text)
            if level is not None:
                marking: Marking | None = Marking(row.scheme if row else Scheme.CLASSIFICATION, level)
            elif name == b"subject":
                marking = _in_subject(text)
            else:
                marking = None if row is None else _marking(row, text)
            if marking is not None:
                found[MarkedField(marking, field)] = None
    return tuple(found)


def signed_markings(found: Iterable[Marking], covered: Collection[Marking] = frozenset()) -> tuple[Marking, ...]:
    """``found``; those that an aligned DKIM signature covers (``covered``) are signed."""
    return tuple([Marking(each.scheme, each.level, signed=each in covered) for each in found])


def _row_of_own_field(name: bytes) -> MarkingRow | None:
    if name.startswith(_BOLDON_JAMES):
        return _ROW_OF_FIELD[b"x-bjclassification"]
    if not name.endswith(_OWN_FIELD_ENDS) or not _OWN_FIELD.match(name) or _OF_FILTERS.search(name):
        return None
    return _OWN_ROW


def _marking(row: MarkingRow, text: str) -> Marking | None:
    if _is_none(text):
        return None
    texts = [found[:_MOST_CHARACTERS] for found in list(row.texts(text))[:_MOST]]
    texts = [found for found in texts if not _is_none(found)]
    if not texts:
        return None
    # One message may carry the labels of several organisations: the gravest label counts.
    levels = [level for found in texts if (level := named_level(found) or portion_level(found)) is not None]
    level = gravest(levels)
    if level is None and not row.always:
        return None
    return Marking(row.scheme, level or Level.OTHER)


def _in_subject(text: str) -> Marking | None:
    australian = australian_marking(text)
    if australian is not None:
        return _marking(_ROW_OF_FIELD[b"x-protective-marking"], australian)
    level = subject_level(text)
    return None if level is None else Marking(Scheme.CLASSIFICATION, level)


def _is_none(text: str) -> bool:
    plain = folded(text[:_MOST_CHARACTERS]).strip(" \t\"'.;")
    return not plain or plain in _NONE
