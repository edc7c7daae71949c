"""Default values of settings, defined once for catcher.toml and for the room that uses the setting."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network

LOOPBACK: tuple[IPv4Network | IPv6Network, ...] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
"""Networks that no rate limit counts: only this machine can send from them."""

DNS_REPLY_RATE = 200
"""Most UDP replies of one kind a second to one /24 or /56; more replies are held back, because they may be a flood
against a victim in that network."""
DNS_SLIP = 2
"""Of the replies held back, every second one is sent empty with TC: a resolver in that network then asks over TCP."""

SMTP_CONNECTIONS = 8000
"""Most connections that a worker holds at a time: enough for eighty addresses with a hundred connections each."""
SMTP_CONNECTION_RATE = 1000
"""Most new connections a second that a worker takes: about the number that one core can serve."""
SMTP_CONNECTION_RATE_PER_PREFIX = 100
"""Most new connections a second from one /24 or /48: a tenth of the rate above, so that one network can't use it up."""

SMTP_TLS_SUITES = (
    "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:DHE+CHACHA20:HIGH:MEDIUM:!eNULL:!PSK:!SRP:!aDSS:+kRSA:+aNULL:@SECLEVEL=0"
)
"""The suites of Postfix's list ``medium``, in OpenSSL's form, the better ones first. A sender that finds no suite sends
in the clear or not at all, so opportunistic TLS takes what there is (RFC 7435)."""

NOTICE_MAILBOXES = 3
"""Fewest sending mailboxes in one month for which a notice is due: anybody can send a flood from one mailbox."""
NOTICE_DAYS = 3
"""Fewest days with mail in one month for which a notice is due: a flood in one day is no proof of a leak."""
