"""Which authorities a client of ours trusts."""

from __future__ import annotations

import os
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catcher.model.errors import EnvironmentFailure
from catcher.notices.authorities import client_context
from catcher.smtp import self_signed


def test_the_operators_authorities_alone_or_the_systems(tmp_path: Path) -> None:
    pem = self_signed(tmp_path, "mx.sink.example", datetime(2026, 11, 3, tzinfo=UTC))[0].read_text()
    file = tmp_path / "authorities.pem"
    file.write_text("# é\n" + pem[pem.index("-----BEGIN CERTIFICATE") :])
    context = client_context(file)
    assert context.cert_store_stats()["x509"] == 1 and context.verify_mode is ssl.CERT_REQUIRED
    assert client_context(None).minimum_version is ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("how", ["empty", "octets", "text", "folder", "pipe", "missing"])
def test_a_file_that_holds_none_is_an_error_and_is_not_waited_for(tmp_path: Path, how: str) -> None:
    file = tmp_path / "authorities.pem"
    match how:
        case "empty":
            file.touch()
        case "octets":
            file.write_bytes(bytes(range(256)))
        case "text":
            file.write_text("none\n")
        case "folder":
            file.mkdir()
        case "pipe":
            os.mkfifo(file)
    with pytest.raises(EnvironmentFailure, match=r"authorities\.pem: "):
        client_context(file)
