"""A certificate and secrets that can't be read: what serves on, and what is told."""

from __future__ import annotations

import os

import pytest

from catcher.model.serving import ServedPart
from catcher.serve.loading.loaded import Before, LoadedDns, LoadedMail, MailRefused
from tests.support.loadingnode import LATER, LOADED_AT, NODE_TOML, LoadingNode


def test_mail_without_a_certificate_is_refused_and_the_one_of_before_serves_on(node: LoadingNode) -> None:
    tls = node.folder / "var" / "tls"
    tls.parent.mkdir()
    tls.write_text("no folder")
    dns, refused = node.told(roles=("dns", "smtp"))
    assert isinstance(dns, LoadedDns) and isinstance(refused, MailRefused)
    tls.unlink()
    dns, good = node.told(roles=("dns", "smtp"))
    assert isinstance(dns, LoadedDns) and isinstance(good, LoadedMail)
    tls.rename(node.folder / "elsewhere")
    tls.write_text("no folder")
    dns, mail = node.told(Before(dns, good), ("dns", "smtp"), LATER)
    assert isinstance(mail, LoadedMail)
    assert mail.certificates == good.certificates and mail.certificates_at == LOADED_AT
    assert [(part.name, part.serves) for part in mail.kept] == [("certificate", LOADED_AT)]


@pytest.mark.parametrize("how", ["missing", "short", "pipe"])
def test_a_secret_without_which_no_alert_is_sent_is_told(node: LoadingNode, how: str) -> None:
    more = '[alerts]\nwebhook = "https://alerts.example/hook"\nsecret = "secret"\n'
    (node.folder / "catcher.toml").write_text(NODE_TOML + more)
    match how:
        case "short":
            (node.folder / "secret").write_text("x")
            (node.folder / "secret").chmod(0o600)
        case "pipe":
            os.mkfifo(node.folder / "secret", 0o600)
    assert node.kept(LOADED_AT) == {(ServedPart.MAIL, "alerts"): LOADED_AT}
