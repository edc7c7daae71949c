"""Reads header fields as they arrive, in bounded memory, and finds the start of the body (RFC 5322 §2.1, §2.2)."""

from __future__ import annotations

import re

from catcher.model.mail.transaction import Header, HeaderField
from catcher.smtp.message.packedheader import FIELD_OCTETS, PackedFields

KEPT = 64 * 1024
"""Most octets of header fields kept of one message."""
CUT_KEPT = 16 * 1024
"""Octets kept of a field that is cut. A longer field is kept whole if the fields around it leave room: the To of an
all-staff mail has over 40 kB, and a cut field breaks its DKIM signature."""
FIELDS_KEPT = 1000
"""Most fields kept of one message: a short field's objects take more memory than its octets once it is judged."""
NAME_MOST = 998
"""Octets at the start of a line that must hold the field's colon: a line may have no more (RFC 5322 §2.1.1)."""

_WHOLE = re.compile(rb"([^\x00-\x20\x7f:]{1,900})[ \t]{0,90}:([^\n]*+\n(?>(?:[ \t][^\n]*+\n)*))(?=[^ \t])")
"""A whole field with its folds: most fields arrive whole, and are taken at once instead of line by line."""
_MANY = re.compile(rb"(?>(?:" + _WHOLE.pattern + rb")+)")
"""Several whole fields in a row: this expression skips the fields after the first ``FIELDS_KEPT``."""
_NAME_AND_VALUE = re.compile(rb"([^\x00-\x20\x7f:]{1,900}[ \t]{0,90}):([^\n]*+(?>(?:\n[ \t][^\n]*+)*))\n(?=[^ \t])")
"""A whole field, split into name and value."""
_RECEIVED = re.compile(rb"^received[: \t]", re.IGNORECASE | re.MULTILINE)
_NAME = re.compile(rb"[^\x00-\x20\x7f:]+\Z")
_ENVELOPE_LINES = (b"From ", b">From ")
"""Starts of the line that a mailbox file puts before a message (RFC 4155)."""


class HeaderReader:
    """The header section, line by line. LF ends a line with or without CR before it: old senders send a bare LF.

    A line that is neither a field nor a fold ends the section: body text must not be read as fields.
    ``repr`` shows nothing.
    """

    __slots__ = (
        "_at_once",
        "_cut",
        "_defects",
        "_dropped",
        "_field",
        "_fields",
        "_in_field",
        "_in_known_line",
        "_line",
        "_long",
        "_room",
        "_skipping",
        "_unended",
        "hops",
        "octets",
    )

    def __init__(self) -> None:
        self.octets = 0
        """Octets of the header so far, the blank line included."""
        self.hops = 0
        """Received fields dropped so far; after ``header()``, all Received fields."""
        self._line = bytearray()
        """The start of a line that isn't classified yet: at most NAME_MOST octets and one packet."""
        self._in_known_line = False
        """Whether the present line is classified: its rest is then treated like its start."""
        self._in_field = False
        """Whether a fold may follow."""
        self._skipping = False
        """Whether the present line is malformed and is skipped with its folds."""
        self._field = bytearray()
        self._cut = False
        self._at_once: list[HeaderField] = []
        """The fields of a header that came in one piece."""
        self._fields = PackedFields()
        """The fields of a header that came in several pieces."""
        self._long: list[int] = []
        """The places of the kept fields that are longer than CUT_KEPT: at most three."""
        self._room = KEPT
        self._dropped = 0
        self._defects: set[str] = set()
        self._unended = b""
        """The octets of a UTF-8 character whose rest is in the next piece."""

    def __repr__(self) -> str:
        return "HeaderReader(…)"

    @property
    def kept(self) -> int:
        """Octets of memory for what is kept."""
        return KEPT - self._room + len(self._fields) * FIELD_OCTETS + len(self._field) + len(self._line)

    def feed(self, data: bytes) -> bytes | None:
        """Takes the next octets. Returns None while the header continues, else the octets of the body so far."""
        start = 0 if self.octets or self._line else self._take_at_once(data)
        if start and data.startswith(b"\r\n", start):
            self.octets += 2
            return data[start + 2 :]
        for field in self._at_once:
            self._fields.add(field.name, field.value)
        self._at_once = []
        while start < len(data):
            whole = None if self._in_known_line or self._line else _WHOLE.match(data, start)
            if whole is not None and len(self._fields) >= FIELDS_KEPT:
                start = self._pass_over(data, start)
                continue
            if whole is not None:
                self._close_field()
                start = whole.end()
                self._note(whole[0])
                self._keep(whole[0][:KEPT], cut=len(whole[0]) > KEPT)
                continue
            end = data.find(b"\n", start) + 1
            piece = data[start : end or len(data)]
            start += len(piece)
            if self._in_known_line:
                self._take(piece)
                continue
            self._line += piece
            body = self._classify(ended=end > 0)
            if body is not None:
                return body + data[start:]
        return None

    def end(self) -> bytes:
        """Ends a header without a blank line. If the last line is no field, it is returned as body."""
        self._defects.add("no-blank-line")
        return self._classify(ended=True) or b"" if self._line else b""

    def header(self) -> Header:
        """The header; call it once, after ``feed`` returned the start of the body or after ``end``."""
        self._close_field()
        if self._unended:
            self._defects.add("8bit")
        fields = tuple(self._at_once) or self._fields.fields()
        if not fields and not self._dropped:
            self._defects.add("no-header")
        header = Header(fields, self.octets, self._dropped, tuple(sorted(self._defects)))
        self.hops += len(header.by_name.get(b"received", ()))
        return header

    def _take_at_once(self, data: bytes) -> int:
        """Takes the whole fields at the start of ``data``; returns the offset of their end."""
        many = _MANY.match(data, 0, CUT_KEPT)
        if many is None:
            return 0
        found = _NAME_AND_VALUE.findall(data, 0, min(many.end() + 1, len(data)))
        if len(found) > FIELDS_KEPT:
            return 0
        self._note(many[0])
        self._room -= many.end()
        self._at_once = [HeaderField(name, value.removesuffix(b"\r")) for name, value in found]
        return many.end()

    def _pass_over(self, data: bytes, start: int) -> int:
        """Counts the whole fields from ``start`` on without keeping the fields; returns the offset of their end."""
        many = _MANY.match(data, start)
        assert many is not None
        self._close_field()
        fields = many[0]
        self._note(fields)
        self.hops += len(_RECEIVED.findall(fields))
        self._dropped += fields.count(b"\n") - fields.count(b"\n ") - fields.count(b"\n\t")
        self._defects.add("header-too-long")
        return many.end()

    def _classify(self, *, ended: bool) -> bytes | None:
        """Classifies the line in ``_line`` once it is long enough. Returns the line if it belongs to the body."""
        line = self._line
        if line[0] in b" \t":
            if not self._in_field:
                return self._no_field()
            self._go_on()
            return None
        if line == b"\n" or line == b"\r\n":
            self.octets += len(line)
            return b""
        colon = line.find(b":", 0, NAME_MOST)
        if colon < 0:
            if ended or len(line) >= NAME_MOST:
                return self._no_field()
            return None
        name = line[:colon].rstrip(b" \t")
        if _NAME.match(name):
            self._close_field()
            self._in_field = True
            self._go_on()
            return None
        if b" " in name or b"\t" in name:
            return self._no_field()
        self._skip()
        return None

    def _no_field(self) -> bytes | None:
        line = bytes(self._line)
        if not self.octets and line.startswith(_ENVELOPE_LINES):
            self._skip()
            return None
        self._defects.add("no-blank-line")
        return line

    def _skip(self) -> None:
        """Skips the line with its folds; the header continues."""
        self._close_field()
        self._defects.add("bad-line")
        self._in_field = self._skipping = True
        self._go_on()

    def _go_on(self) -> None:
        line = bytes(self._line)
        self._line.clear()
        self._in_known_line = True
        self._take(line)

    def _take(self, piece: bytes) -> None:
        """Takes octets of a classified line."""
        self._note(piece)
        if not self._skipping:
            room = max(CUT_KEPT, self._room) - len(self._field)
            self._cut = self._cut or len(piece) > room
            self._field += piece[:room]
        self._in_known_line = not piece.endswith(b"\n")

    def _close_field(self) -> None:
        """Completes the open field."""
        if self._skipping or not self._in_field:
            self._in_field = self._skipping = False
            return
        self._in_field = False
        field, cut = bytes(self._field), self._cut
        self._field.clear()
        self._cut = False
        self._keep(field, cut=cut)

    def _note(self, piece: bytes) -> None:
        self.octets += len(piece)
        if self._unended or not piece.isascii():
            self._read_utf8(piece)
        if b"\0" in piece:
            self._defects.add("nul")

    def _read_utf8(self, piece: bytes) -> None:
        """Looks for octets that are no UTF-8 (RFC 6532 §3.2), also where a piece ends within a character."""
        text, self._unended = self._unended + piece, b""
        try:
            text.decode("utf-8")
        except UnicodeDecodeError as error:
            if error.end == len(text) and error.reason == "unexpected end of data":
                self._unended = text[error.start :]
            else:
                self._defects.add("8bit")

    def _make_room(self, octets: int) -> None:
        """Cuts the last long field to CUT_KEPT if a field of ``octets`` has no room otherwise."""
        if octets <= self._room or not self._long:
            return
        self._room += self._fields.cut(self._long.pop(), CUT_KEPT - 1)
        self._dropped += 1
        self._defects.add("field-too-long")

    def _keep(self, field: bytes, *, cut: bool) -> None:
        """Keeps a field, if there is room. It may be cut for that, or a long field before it."""
        if len(field) > max(CUT_KEPT, self._room) or cut:
            field, cut = field[:CUT_KEPT], True
        self._make_room(len(field))
        if len(field) > self._room or len(self._fields) >= FIELDS_KEPT:
            self.hops += _RECEIVED.match(field) is not None
            self._dropped += 1
            self._defects.add("header-too-long")
            return
        if cut:
            self._dropped += 1
            self._defects.add("field-too-long")
        self._room -= len(field)
        if len(field) > CUT_KEPT:
            self._long.append(len(self._fields))
        colon = field.index(b":")
        end = len(field) - (2 if field.endswith(b"\r\n") else 1 if field.endswith((b"\n", b"\r")) else 0)
        self._fields.add(field[:colon], field[colon + 1 : max(end, colon + 1)])
