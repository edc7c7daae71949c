"""Options of the sockets that the server listens on, as the kernel has them."""

from __future__ import annotations

import socket
import sys

import pytest

from catcher.model.errors import EnvironmentFailure
from catcher.supervise.ports import own_port
from catcher.supervise.sockets import bind

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="options of Linux (ip(7), ipv6(7))")
_MTU_DISCOVER = {"127.0.0.1": (socket.IPPROTO_IP, 10), "::1": (socket.IPPROTO_IPV6, 23)}
_OMIT = 5


@pytest.mark.parametrize("host", _MTU_DISCOVER)
def test_no_message_about_a_path_makes_replies_fragment(host: str) -> None:
    """IP_MTU_DISCOVER is IP_PMTUDISC_OMIT: the MTU that an ICMP message tells is not taken for the path's."""
    with bind(host, own_port(host), socket.SOCK_DGRAM, "dns.listen") as bound:
        assert bound.getsockopt(*_MTU_DISCOVER[host]) == _OMIT


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
def test_an_address_that_comes_later_can_be_bound_where_the_operator_says_so(host: str) -> None:
    with pytest.raises(EnvironmentFailure, match="this machine has no such address"):
        bind(host, 0, socket.SOCK_DGRAM, "dns.listen")
    with bind(host, 0, socket.SOCK_DGRAM, "dns.listen", freebind=True) as bound:
        assert bound.getsockname()[0] == host


def test_ipv6_leaves_ipv4_alone() -> None:
    port = own_port("::")
    with bind("::", port, socket.SOCK_STREAM, "smtp.listen"), bind("0.0.0.0", port, socket.SOCK_STREAM, "smtp.listen"):
        pass
