"""Reads a message in one pass. Header facts, counts and DKIM body digests remain, and no octet of the body.

::

    octets ─▶ line ends
       └────▶ header reader ─(blank line)─▶ the body digests that the DKIM signatures need

The drawing shows all readers of a body. No parameter, plug-in or configuration can add another (promise 1).
"""

from __future__ import annotations

from catcher.fingerprint import BodyDigest, wanted_digests
from catcher.model.mail.transaction import BodyFacts, DigestWanted, Header
from catcher.smtp.message.header import HeaderReader
from catcher.smtp.message.packedheader import OBJECT_OCTETS, PackedHeader
from catcher.smtp.wire.lineends import LineEnds

FEW_FIELDS = 40
"""Most fields of a header that stays unpacked: their objects take 7.5 KiB. To pack and unpack a header takes a
microsecond a field."""
_NONE = Header()


class MessageStream:
    """Takes a message in pieces of any size. Memory is bounded: 64 KiB of header, a line, and the digests' states.

    The owner calls ``rest`` when the next octets may take long to come, so that a waiting message takes little memory.

    ``repr`` shows nothing of the message.
    """

    __slots__ = (
        "_body_octets",
        "_digests",
        "_header",
        "_header_crlfs",
        "_kept",
        "_line_ends",
        "_nul",
        "_packed",
        "_reader",
        "hops",
    )

    def __init__(self) -> None:
        self._reader: HeaderReader | None = HeaderReader()
        self._header = _NONE
        self._packed: PackedHeader | None = None
        """The complete header, if it has many fields, while the body arrives; ``_header`` is then empty."""
        self._kept = 0
        self._line_ends = LineEnds()
        self._header_crlfs = 0
        self._digests: dict[DigestWanted, BodyDigest] = {}
        self._body_octets = 0
        self._nul = False
        self.hops = 0
        """Number of Received fields; set when the header ends."""

    def __repr__(self) -> str:
        return "MessageStream(…)"

    @property
    def kept(self) -> int:
        """Octets of memory for what is kept of the header, and for its objects unless ``rest`` packs them."""
        return self._kept if self._reader is None else self._reader.kept

    def rest(self) -> None:
        """Packs the header if it has many fields."""
        if len(self._header.fields) > FEW_FIELDS:
            self._packed, self._header = PackedHeader(self._header), _NONE

    def feed(self, data: bytes) -> None:
        """Takes the next octets of the message, dot-unstuffed. After ``finish`` the stream can't be used again."""
        if self._reader is None:
            self._line_ends.feed(data)
            self._body(data)
            return
        body = self._reader.feed(data)
        if body is None:
            self._line_ends.feed(data)
        else:
            header_octets = len(data) - len(body)
            if header_octets > 0:
                self._line_ends.feed(data[:header_octets])
                self._header_crlfs = self._line_ends.crlfs
                self._line_ends.feed(body)
            else:  # the body's first line began in an earlier piece
                self._line_ends.feed(data)
                self._header_crlfs = self._line_ends.crlfs - body.count(b"\r\n")
            self._header_ended(self._reader, body)

    def finish(self) -> tuple[Header, BodyFacts]:
        """Ends the message; returns its header and the facts of its body.

        ``BodyFacts.bare_cr`` and ``bare_lf`` are about the whole message, ``nul`` about the body; a NUL in the header
        is a defect of the header. ``Header.octets`` includes the blank line, so the sum of both ``octets`` is the
        length of the message.
        """
        self._line_ends.end()
        if self._reader is not None:
            body = self._reader.end()
            self._header_crlfs = self._line_ends.crlfs - body.count(b"\r\n")
            self._header_ended(self._reader, body)
        ends = self._line_ends
        facts = BodyFacts(
            octets=self._body_octets,
            lines=ends.crlfs - self._header_crlfs + (self._body_octets > 0 and ends.unended),
            bare_cr=ends.bare_cr,
            bare_lf=ends.bare_lf,
            nul=self._nul,
            digests={wanted: octets for wanted, digest in self._digests.items() if (octets := digest.digest())},
        )
        header = self._header if self._packed is None else self._packed.header()
        self._header, self._packed, self._digests = _NONE, None, {}
        if len(header.fields) > FEW_FIELDS:
            self._kept += len(header.fields) * OBJECT_OCTETS
        return header, facts

    def _header_ended(self, reader: HeaderReader, body: bytes) -> None:
        self._reader = None
        self._header = reader.header()
        self._kept = reader.kept
        if len(self._header.fields) <= FEW_FIELDS:
            self._kept += len(self._header.fields) * OBJECT_OCTETS
        self.hops = reader.hops
        self._digests = {wanted: BodyDigest(wanted) for wanted in wanted_digests(self._header)}
        self._body(body)

    def _body(self, data: bytes) -> None:
        self._body_octets += len(data)
        self._nul = self._nul or b"\0" in data
        for digest in self._digests.values():
            digest.feed(data)
