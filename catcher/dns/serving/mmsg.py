"""Datagrams in batches: Linux's recvmmsg and sendmmsg over memory that is laid out once.

::

    slot i:   query's octets   address   ancillary data        filled by recvmmsg
    reply i:  [ID in the slot] [part] [part] [part] [part]     five iovecs, gathered by sendmmsg

The only object made for a datagram is the ``bytes`` that the caller slices. All numbers here follow C's memory layout
(recvmmsg(2), sendmmsg(2), struct msghdr): test each change on both address families.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import socket
import struct
import sys
from collections.abc import Sequence

SLOTS = 64
"""Datagrams of a batch."""
LARGEST = 4096
"""Most octets read of one datagram; a longer datagram is cut, and its format is then broken."""
_STRIDE = LARGEST + 64
"""Octets from one slot to the next. The number is no power of two, so that the slots' first octets lie in different
sets of the processor's cache."""
_ID, _HEADER_REST = 2, 10
"""Octets of the ID, and of the rest of the header (RFC 1035 §4.1.1)."""
_AfterId = ctypes.c_char * LARGEST
"""A slot from the octet behind the ID on. A slice of it is a bytes object."""
_REST = [slice(0, max(0, length - _ID)) for length in range(LARGEST + 1)]
"""By length of the datagram: the slice of its octets behind the ID. A slice made for each datagram takes longer than
the copy."""
_NAME = 32
"""Octets for a sockaddr_in (16) or sockaddr_in6 (28)."""
_IOVEC = struct.Struct("PN")
_HEADER = struct.Struct("PIPNPNi4xI4x")
"""struct mmsghdr: name, its length, iovecs, their number, ancillary data, its length, flags, octets received."""
_IOVECS = 5
_RESERVED = 64
"""Octets of a slot for ancillary data: 40 are used with IPv6."""
_CMSG = struct.Struct("Nii")
"""Length, level and type of one ancillary message."""
_IP_PKTINFO = 8
"""Linux's ``in_pktinfo``: interface, our address, destination; four octets each. The socket module doesn't name it."""
_INTERFACE_V4, _INTERFACE_V6 = 16, 32
"""Offset of the interface in the ancillary data."""
_WILDCARDS = ("0.0.0.0", "::")


def available() -> bool:
    """Whether this system has recvmmsg and sendmmsg, and the memory layout that this module expects."""
    here = bytes(40)
    known = sys.platform == "linux" and struct.calcsize("P") == 8 and address_of(here) == _address_by_ctypes(here)
    return known and _calls() is not None


def _calls() -> tuple[ctypes._NamedFuncPointer, ctypes._NamedFuncPointer] | None:
    try:
        library = ctypes.CDLL(None, use_errno=True)
        receive, send = library.recvmmsg, library.sendmmsg
    except (OSError, AttributeError):
        return None
    receive.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_void_p]
    send.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int]
    return receive, send


def _address_by_ctypes(octets: bytes) -> int:
    return ctypes.cast(ctypes.c_char_p(octets), ctypes.c_void_p).value or 0


_MEASURED = b"measured"
_OFFSET = _address_by_ctypes(_MEASURED) - id(_MEASURED)
"""Octets from the start of a bytes object, CPython's ``id``, to its data: the same for all bytes objects."""


def address_of(octets: bytes) -> int:
    """The memory address of a bytes object's data, valid while the object lives."""
    return id(octets) + _OFFSET


class DatagramBatch:
    """The memory for one socket's batches."""

    def __init__(self, sock: socket.socket) -> None:
        """``sock`` is bound, and takes IPv4 or IPv6, not both. If it is bound to all addresses, the system reports the
        address to which each query came, and the reply leaves from that address."""
        calls = _calls()
        assert calls is not None
        self._receive, self._send = calls
        self._fd = sock.fileno()
        self._v6 = sock.family == socket.AF_INET6
        self._says_address = sock.getsockname()[0] in _WILDCARDS
        self._data = mmap.mmap(-1, SLOTS * _STRIDE)
        self._names = mmap.mmap(-1, SLOTS * _NAME)
        self._ancillary = mmap.mmap(-1, SLOTS * _RESERVED)
        self._received = mmap.mmap(-1, SLOTS * _HEADER.size)
        self._sent = mmap.mmap(-1, SLOTS * _HEADER.size)
        self._iovecs = mmap.mmap(-1, SLOTS * (1 + _IOVECS) * _IOVEC.size)
        self._received_at, self._sent_at = _base(self._received), _base(self._sent)
        data = _base(self._data)
        self._after_ids = [_AfterId.from_buffer(self._data, slot * _STRIDE + _ID) for slot in range(SLOTS)]
        self.questions = [data + slot * _STRIDE + _ID + _HEADER_REST for slot in range(SLOTS)]
        """Memory addresses of the slots' questions."""
        self._lengths = [struct.Struct("56xI4x" * count) for count in range(SLOTS + 1)]
        octets = "4x3s25x" if not self._v6 else "8x7s17x"
        self._prefixes = [struct.Struct(octets * count) for count in range(SLOTS + 1)]
        octets = "4x4s24x" if not self._v6 else "8x16s8x"
        self._addresses = [struct.Struct(octets * count) for count in range(SLOTS + 1)]
        self._parts: list[bytes] = [b""] * (2 * SLOTS)
        self._headers = self._lay_out(sock, data)

    def _lay_out(self, sock: socket.socket, data: int) -> list[bytes]:
        """Writes the parts of the memory that never change; returns the headers of replies, by slot."""
        names, ancillary, iovecs = _base(self._names), _base(self._ancillary), _base(self._iovecs)
        name_length, room = (28, 40) if self._v6 else (16, 32)
        if self._says_address:
            if self._v6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
            else:
                sock.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
        else:
            room = 0
        self._replies_from = replies_from = SLOTS * _IOVEC.size
        headers = []
        for slot in range(SLOTS):
            name, control = names + slot * _NAME, ancillary + slot * _RESERVED if room else 0
            at = data + slot * _STRIDE
            _IOVEC.pack_into(self._iovecs, slot * _IOVEC.size, at, LARGEST)
            incoming = iovecs + slot * _IOVEC.size
            _HEADER.pack_into(self._received, slot * _HEADER.size, name, name_length, incoming, 1, control, room, 0, 0)
            self._parts[2 * slot] = _IOVEC.pack(at, 2)
            outgoing = iovecs + replies_from + slot * _IOVECS * _IOVEC.size
            header = _HEADER.pack(name, name_length, outgoing, _IOVECS, control, room, 0, 0)
            headers.append(header)
            self._sent[slot * _HEADER.size : (slot + 1) * _HEADER.size] = header
        self._fresh = self._received[:]
        return headers

    def receive(self) -> int:
        """Receives a batch; returns the number of datagrams. Raises OSError for an error of the socket."""
        if self._says_address:
            self._received[:] = self._fresh
        count: int = self._receive(self._fd, self._received_at, SLOTS, 0, None)
        if count > 0:
            return count
        error = ctypes.get_errno()
        if error in (errno.EAGAIN, errno.EINTR):
            return 0
        raise OSError(error, "recvmmsg")

    def messages(self, count: int) -> list[bytes]:
        """The octets of each datagram behind its ID."""
        lengths = self._lengths[count].unpack_from(self._received)
        return [slot[_REST[length]] for slot, length in zip(self._after_ids, lengths, strict=False)]

    def id(self, slot: int) -> bytes:
        """The first two octets of a datagram."""
        at = slot * _STRIDE
        return self._data[at : at + _ID]

    def prefixes(self, count: int) -> tuple[bytes, ...]:
        """The /24 (three octets) or /56 (seven) of each client."""
        return self._prefixes[count].unpack_from(self._names)

    def addresses(self, count: int) -> tuple[bytes, ...]:
        """The IP address of each client, 4 or 16 octets."""
        return self._addresses[count].unpack_from(self._names)

    def send(self, replies: Sequence[bytes], silent: Sequence[int] = ()) -> int:
        """Sends one reply to the sender of each datagram, except those of the slots ``silent``.

        A reply is the datagram's ID and four parts, each an address and a length. Returns the number of replies that
        the system didn't take.
        """
        count = len(replies)
        parts = self._parts
        parts[1 : 2 * count : 2] = replies
        at = self._replies_from
        self._iovecs[at : at + count * _IOVECS * _IOVEC.size] = b"".join(parts[: 2 * count])
        if self._says_address:
            self._leave_interface_to_routing(count)
        if not silent:
            return self._sent_from(self._sent_at, count)
        left_out = set(silent)
        headers = [header for slot, header in enumerate(self._headers[:count]) if slot not in left_out]
        some = ctypes.create_string_buffer(b"".join(headers), len(headers) * _HEADER.size)
        return self._sent_from(ctypes.addressof(some), len(headers))

    def _sent_from(self, headers: int, count: int) -> int:
        send, done, unsent = self._send, 0, 0
        while done < count:
            sent = send(self._fd, headers + done * _HEADER.size, count - done, 0)
            if sent > 0:
                done += sent
            elif ctypes.get_errno() == errno.EAGAIN:
                return unsent + count - done
            elif ctypes.get_errno() != errno.EINTR:
                done, unsent = done + 1, unsent + 1
        return unsent

    def _leave_interface_to_routing(self, count: int) -> None:
        """Clears the interface of each reply, so that routing chooses one; a link-local address needs its interface and
        keeps it."""
        ancillary = self._ancillary
        for at in range(0, count * _RESERVED, _RESERVED):
            if not self._v6:
                ancillary[at + _INTERFACE_V4 : at + _INTERFACE_V4 + 4] = bytes(4)
            elif not (ancillary[at + 16] == 0xFE and ancillary[at + 17] & 0xC0 == 0x80):
                ancillary[at + _INTERFACE_V6 : at + _INTERFACE_V6 + 4] = bytes(4)


def _base(memory: mmap.mmap) -> int:
    """The address at which ``memory`` begins; it never moves."""
    return ctypes.addressof(ctypes.c_char.from_buffer(memory))
