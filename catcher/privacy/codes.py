"""Codes in the addresses for answers to notices: each identifies its notice, and proves that we made the address.

::

    CODE = base32( 6 octets of the notice's id, 10 octets of HMAC-SHA256 )     26 letters and digits

Nobody can guess 80 bits of HMAC, so nobody can forge a code. Upper and lower case are equal, since MTAs and people
change the case. The key is kept as long as answers are accepted; it identifies no person.
"""

from __future__ import annotations

import base64
import hmac
import re
from pathlib import Path

from catcher.model.telling.answer import AnswerAddresses, Verb
from catcher.privacy.keyfile import key_of

_ID = re.compile(r"ntc-([0-9a-f]{12})\Z")
_CODE = re.compile(r"[a-z2-7]{26}\Z", re.IGNORECASE | re.ASCII)
_LABEL = b"catcher notice code"
_ID_OCTETS, _MAC_OCTETS = 6, 10


class NoticeCodes:
    """Makes and checks the codes of notices."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = hmac.digest(key, _LABEL, "sha256")

    def __repr__(self) -> str:
        return "NoticeCodes()"

    def code(self, notice: str) -> str:
        """The code of the notice with the id ``ntc-…``, lower case. Raises ValueError if ``notice`` isn't an id of this
        form."""
        found = _ID.match(notice)
        if found is None:
            raise ValueError("this is no notice's id")
        octets = bytes.fromhex(found[1])
        return base64.b32encode(octets + self._mac(octets)).decode("ascii").rstrip("=").lower()

    def notice(self, code: str) -> str | None:
        """The id of the notice that ``code`` was made for; None for a forged or damaged code."""
        if not _CODE.match(code):
            return None
        octets = base64.b32decode(code.upper() + "======")
        name, mac = octets[:_ID_OCTETS], octets[_ID_OCTETS:]
        # The last character has two bits without meaning: a code is valid only in the form that ``code`` gives.
        if not hmac.compare_digest(mac, self._mac(name)) or self.code(f"ntc-{name.hex()}") != code.lower():
            return None
        return f"ntc-{name.hex()}"

    def address(self, verb: Verb, notice: str, domain: str) -> str:
        """``VERB+CODE@domain``."""
        return f"{verb}+{self.code(notice)}@{domain}"

    def addresses(self, notice: str, domain: str) -> AnswerAddresses:
        """The addresses to which the party may send its answers."""
        return AnswerAddresses(
            got_it=self.address(Verb.GOT_IT, notice, domain),
            wrong=self.address(Verb.WRONG, notice, domain),
            stop=self.address(Verb.STOP, notice, domain),
            transfer=self.address(Verb.TRANSFER, notice, domain),
        )

    def answer(self, local_part: str) -> tuple[Verb, str] | None:
        """Parses ``VERB+CODE``: the answer, and the id of its notice; None for a local-part that isn't ours."""
        word, plus, code = local_part.partition("+")
        try:
            verb = Verb(word.lower())
        except ValueError:
            return None
        notice = self.notice(code) if plus else None
        return None if notice is None else (verb, notice)

    def _mac(self, octets: bytes) -> bytes:
        return hmac.digest(self._key, octets, "sha256")[:_MAC_OCTETS]


def notice_codes(keys: Path) -> NoticeCodes:
    """The codes made with ``notices.key`` in the folder ``keys``; an absent key is made. Raises EnvironmentFailure."""
    return NoticeCodes(key_of(keys / "notices.key", loss="lose the answers to notices that are out"))
