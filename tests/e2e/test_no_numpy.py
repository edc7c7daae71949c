"""No process of a server and no reading command imports numpy, which the charts bring.

A module named numpy that leaves a trace stands before any installed one.
"""

from __future__ import annotations

import smtplib
from pathlib import Path

import pytest

from tests.support.server import running


def test_numpy_is_imported_by_no_server_and_no_reading_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trace, before = tmp_path / "imported", tmp_path / "before"
    before.mkdir()
    (before / "numpy.py").write_text(
        f"import sys\nwith open({str(trace)!r}, 'a') as file:\n    print(sys.argv, file=file)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(before))
    with running(tmp_path / "sink") as server:
        with smtplib.SMTP(*server.smtp) as client:
            client.sendmail("a@writer.example", ["b@army.ml"], b"From: a@writer.example\r\n\r\nhello\r\n")
        assert len(server.json("observation", "list")) == 1
        for command in (
            ("incident", "list"),
            ("store", "verify"),
        ):
            server.catcher(*command)
        server.stop()
    assert not trace.exists(), trace.read_text()
