"""Numbers that hold unless the operator sets them, each once: for catcher.toml and for the room that obeys it."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network

LOOPBACK: tuple[IPv4Network | IPv6Network, ...] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
"""Networks that no rate limit counts: only this machine can send from them."""

DNS_REPLY_RATE = 200
"""UDP replies a second to one /24 or /56 and of one class; replies above it are held back, for they may be a flood
whose victim lives in that network."""
DNS_SLIP = 2
"""Of the replies held back, every second one is sent empty with TC: a resolver in that network then asks over TCP."""

SMTP_CONNECTIONS = 8000
"""Connections that a worker holds at a time: eighty addresses at an address's own limit of a hundred."""
SMTP_CONNECTION_RATE = 1000
"""New connections a second that a worker takes: about what one core can serve."""
SMTP_CONNECTION_RATE_PER_PREFIX = 100
"""New connections a second from one /24 or /56: a tenth of the rate above, so that one network can't use it up."""

NOTICE_MAILBOXES = 3
"""Sending mailboxes in one month from which a notice is due: anybody can send a flood from one mailbox."""
NOTICE_DAYS = 3
"""Days of one month from which a notice is due: a flood in one day is no proof of a leak."""
