"""Parses socket addresses of the configuration: ``192.0.2.1:53``, ``[2001:db8::1]:53``."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

_FORM = re.compile(r"(?:\[(?P<six>[^\[\]]*)\]|(?P<four>[^\[\]:]*))(?::(?P<port>[^:]*))?\Z")


class ListenAddressError(ValueError):
    """A text that is no socket address: ``what`` names the fault, ``remedy`` the correction."""

    def __init__(self, what: str, remedy: str) -> None:
        self.what, self.remedy = what, remedy
        super().__init__(f"{what}; {remedy}")


@dataclass(frozen=True, slots=True, order=True)
class ListenAddress:
    """An IP address and a port."""

    host: str
    """The IPv4 or IPv6 address in its shortest form, without brackets."""
    port: int
    """0..65535; with 0 the system chooses a free port, which tests use."""

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @classmethod
    def parse(cls, text: str, *, default_port: int | None = None) -> ListenAddress:
        """Parses ``host:port``; an IPv6 address stands in brackets. Raises ListenAddressError."""
        form = _FORM.match(text)
        if form is None:
            raise ListenAddressError(f'"{text}" is not an address with a port', _right(default_port))
        literal, port = form["six"] if form["six"] is not None else form["four"], form["port"]
        try:
            host = ipaddress.IPv6Address(literal) if form["six"] is not None else ipaddress.IPv4Address(literal)
        except ValueError:
            raise ListenAddressError(f'"{literal}" in "{text}" is not an IP address', _right(default_port)) from None
        if port is None:
            if default_port is None:
                raise ListenAddressError(f'"{text}" has no port', _right(default_port))
            return cls(str(host), default_port)
        if not (port.isascii() and port.isdigit() and int(port) <= 65535):
            raise ListenAddressError(f'"{port}" in "{text}" is not a port', "a port is a number from 0 to 65535")
        return cls(str(host), int(port))


def _right(default_port: int | None) -> str:
    tail = "" if default_port is None else f" (without a port it is {default_port})"
    return f'write "192.0.2.1:53" or "[2001:db8::1]:53"; 0.0.0.0 and [::] stand for every address{tail}'
