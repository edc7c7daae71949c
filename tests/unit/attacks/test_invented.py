"""Leaks that somebody makes up: the notice to the intended party, and the senders that it names."""

from __future__ import annotations

from catcher.model.leak.incident import Role
from catcher.model.mail.counting import Residual
from tests.support.attacked import DAYS, STAFF, Sink, dated, letter
from tests.support.carried import (
    ATTACKERS,
    ELSEWHERE,
    GOOGLE,
    HOSTS,
    MICROSOFT,
    MICROSOFT_SIGNS,
    at_microsoft,
    on_its_own,
)
from tests.support.fingerprints import txt
from tests.support.signing import ED25519_RECORD, signed

ZONE = {**on_its_own(), **ATTACKERS}


def test_accounts_at_a_mailbox_provider_need_a_second_person() -> None:
    table = {
        **HOSTS,
        "gmail.com TXT": txt("v=spf1 redirect=_spf.google.com"),
        "s1._domainkey.gmail.com TXT": [ED25519_RECORD],
        "_dmarc.gmail.com TXT": txt("v=DMARC1; p=none"),
    }
    sink = Sink(table)
    for n in range(3):
        for day in (DAYS[n], DAYS[n + 1]):
            message = dated(letter(f"zoe{n}@gmail.com", day), "gmail.com", day)
            sink.take(message, day, client=GOOGLE, mail_from=f"zoe{n}@gmail.com")
    found = sink.decided("army.mil", Role.INTENDED)
    assert found is not None and (found.due, found.second_approver) == (True, True)
    assert found.residuals == (Residual.OWN_ACCOUNTS,)


def test_a_notice_of_firm_mail_names_an_innocent_sender_only_if_a_second_person_approves() -> None:
    """The attacker makes the notice to army.mil due by mail of his own domain, and an innocent sender stands in it."""
    sink = Sink({**at_microsoft("innocent.example"), **ZONE})
    for n in range(3):
        own = f"{STAFF[n]}@evil.example"
        sink.take(dated(letter(own, DAYS[n]), "evil.example", DAYS[n]), DAYS[n], client=ELSEWHERE, mail_from=own)
    found = sink.decided("army.mil", Role.INTENDED)
    assert found is not None and (found.due, found.second_approver) == (True, False)
    for n in range(3):
        other = f"{STAFF[n]}@innocent.example"
        message = letter(other, DAYS[n], program="outlook")
        octets = signed(message, domain="innocent.example", selector="selector1", headers=MICROSOFT_SIGNS)
        sink.take(octets, DAYS[n], client=MICROSOFT, mail_from=other)
    found = sink.decided("army.mil", Role.INTENDED)
    assert found is not None and (found.due, found.second_approver) == (True, True)
    assert "it names a sender only by mail that an attack could have brought" in str(found)
