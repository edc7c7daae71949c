"""Recognises Subjects that programs write. A Subject is read in memory; at most words of ``facts.Fact`` are kept."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Callable, Mapping
from typing import TypeVar

_Key = TypeVar("_Key")

_ENCODED_WORD = re.compile(r"=\?([\w-]{1,40})(?:\*[\w-]{1,20})?\?([bq])\?([^?\s]*)\?=", re.IGNORECASE)


def finder(patterns: Mapping[_Key, str]) -> Callable[[str], list[_Key]]:
    """The function from a text to the keys of all ``patterns`` found in it, in upper or lower case.

    The patterns are in lower case. Most texts are ASCII, and a search in lower-case ASCII is several times as fast.
    """
    for_lower_case = [(key, re.compile(pattern).search) for key, pattern in patterns.items()]
    for_any_case = [(key, re.compile(pattern, re.IGNORECASE).search) for key, pattern in patterns.items()]

    def found(text: str) -> list[_Key]:
        if text.isascii():
            lower = text.lower()
            return [key for key, search in for_lower_case if search(lower)]
        return [key for key, search in for_any_case if search(text)]

    return found


def _any_of(*phrases: str, start: bool) -> str:
    return ("^" if start else r"\b") + "(?:" + "|".join(phrases) + ")"


DELIVERY = _any_of(
    r"undeliver(?:ed|able)\b",
    r"delivery[ -](?:status|failure|has failed|report|delayed)",
    r"(?:mail|message) delivery (?:failed|failure|has failed|status|system)",
    "returned mail",
    "failure notice",
    "failure delivery",
    r"mail (?:failure|failed|system error)",
    r"non[- ]?delivery",
    "mail could not be delivered",
    r"message (?:could not be|not) delivered",
    "delayed mail",
    "could not send",
    r"warning: (?:message|could not send)",
    "warning--could not send",
    "there was an error sending your mail",
    "unzustellbar",
    r"échec de (?:la )?remise",
    "no se puede entregar",
    "impossibile recapitare",
    "onbestelbaar",
    start=True,
)
"""Subjects of delivery notices, in the words of mail systems."""

AUTO_REPLY = _any_of(
    r"auto(?:matic)?[- ]?(?:reply|response|antwort)",
    "automatische antwort",
    r"out[- ]of[- ](?:the[- ])?office",
    r"away (?:from|until)\b",
    r"abwesen(?:d|heit)",
    "réponse automatique",
    "absence du bureau",
    "respuesta automática",
    "risposta automatica",
    r"vacation (?:reply|notice)",
    r"i am (?:currently )?(?:away|out of)\b",
    start=True,
)
"""Subjects of out-of-office answers."""

ACCOUNT = _any_of(
    r"(?:confirm|verify|activate|validate)\b.{0,30}\b(?:e-?mail|address|account|subscription|registration|sign-?up)",
    r"(?:e-?mail|account|address|subscription) (?:confirmation|verification|activation)",
    r"welcome to\b",
    r"thanks? (?:you )?for (?:signing up|registering|subscribing)",
    "password reset",
    "reset your password",
    "verification code",
    r"one-time (?:code|password)",
    r"bestätig\w{1,10}.{0,30}(?:e-?mail|anmeldung|konto|registrierung)",
    r"confirme[rz]?\b.{0,30}(?:e-?mail|adresse|compte|inscription)",
    start=False,
)
"""Requests to confirm an address, an account or a subscription; a sign-up bomb consists of them."""

COMPLAINT = _any_of("complaint about message from ", start=True)
"""Subjects of abuse reports in a form older than RFC 5965."""


TEST = (
    r"\A(?:(?:this is )?(?:a |just a )?(?:smtp |mail |e-?mail |relay )?(?:test(?:ing)?|tests?mail|probe|essai|prueba)"
    r"(?: ?(?:e-?mail|mail|message|nachricht|relay|\d{1,4}))?|ping|asdf+|hello world)[\s.!\d]*\Z"
)
"""Whole Subjects of test messages."""

RELAY_TEST = (
    r"\A\s*(?:open[- ]?relay|relay (?:test|check|probe)|smtp (?:relay|probe|scan|check))"
    r"|\A[^\w]*(?:\d{1,3}\.){3}\d{1,3}(?:[:;|, ]\s*\d{1,5})?[^\w]*\Z"
)
"""Subjects of programs that look for open relays: the server's address, or the word relay."""


def loud(subject: str) -> bool:
    """Whether ``subject`` is all capitals or has several exclamation marks."""
    return (subject.isupper() and letters(subject) > 9) or subject.count("!") > 1


def letters(text: str) -> int:
    """The number of letters in ``text``."""
    return sum(map(str.isalpha, text))


def decoded(value: bytes) -> str:
    """A field's text with its encoded words decoded (RFC 2047); undecodable text stays unchanged."""
    text = value.decode("utf-8", "replace")
    return _ENCODED_WORD.sub(_word, text) if "=?" in text else text


def _word(match: re.Match[str]) -> str:
    charset, encoding, payload = match.groups()
    octets = payload.encode("ascii", "replace")
    try:
        decode = base64.b64decode if encoding in "bB" else quopri.decodestring
        return decode(octets if encoding in "bB" else octets.replace(b"_", b" ")).decode(charset, "replace")
    except (binascii.Error, LookupError, ValueError):
        return match[0]
