"""DMARC: the tree walk, the policy that applies, alignment, and what a pass proves (RFC 9989)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.fingerprint.authentication.dmarc.record import read_dmarc_record, walked_names
from catcher.fingerprint.authentication.dmarc.rfc7489 import Identifier
from catcher.fingerprint.authentication.dmarc.verdict import DmarcVerdict, judge_dmarc
from catcher.fingerprint.lookups import Lookups
from catcher.model.mail.fingerprint import AuthResult
from catcher.model.mail.lookup import LookupResult, Question
from tests.support.fingerprints import FAILED, SUFFIXES, Table, answer, txt

PASS, FAIL, TEMPERROR = AuthResult.PASS, AuthResult.FAIL, AuthResult.TEMPERROR


def dkim(domain: str, result: AuthResult = PASS) -> Identifier:
    return Identifier(domain, result, True)


def spf(domain: str, result: AuthResult = PASS) -> Identifier:
    return Identifier(domain, result, False)


def judge(author: str, table: Table, *identifiers: Identifier) -> DmarcVerdict:
    answers: dict[Question, LookupResult] = {}
    for _ in range(4):
        lookups = Lookups(answers)
        found = judge_dmarc(lookups, author, identifiers, SUFFIXES.organizational_domain)
        if found is not None:
            return found
        answers |= {question: answer(question, table) for question in lookups.open}
    raise AssertionError("too many rounds")


def words(verdict: DmarcVerdict) -> tuple[str, str | None, bool]:
    return verdict.published.result.value, verdict.published.policy, verdict.proven


REJECT = {"_dmarc.contractor.example TXT": txt("v=DMARC1; p=reject; sp=quarantine; np=none")}


@pytest.mark.parametrize(
    ("author", "identifiers", "expected"),
    [
        ("contractor.example", [dkim("contractor.example")], ("pass", "reject", True)),
        ("contractor.example", [spf("contractor.example")], ("pass", "reject", True)),
        ("contractor.example", [dkim("mail.contractor.example")], ("pass", "reject", True)),
        ("contractor.example", [dkim("elsewhere.example")], ("fail", "reject", False)),
        ("contractor.example", [dkim("contractor.example", FAIL)], ("fail", "reject", False)),
        ("contractor.example", [dkim("contractor.example", TEMPERROR)], ("temperror", "reject", False)),
        ("contractor.example", [dkim("elsewhere.example", TEMPERROR)], ("fail", "reject", False)),
        ("contractor.example", [], ("fail", "reject", False)),
        ("nowhere.contractor.example", [dkim("contractor.example")], ("pass", "none", True)),
        ("news.contractor.example", [dkim("a.b.contractor.example")], ("pass", "quarantine", True)),
    ],
)
def test_an_aligned_pass_is_what_counts(
    author: str, identifiers: list[Identifier], expected: tuple[str, str, bool]
) -> None:
    table: Table = {**REJECT, "news.contractor.example A": ["192.0.2.1"]}
    assert words(judge(author, table, *identifiers)) == expected


def test_strict_alignment_wants_the_same_name() -> None:
    table = {"_dmarc.contractor.example TXT": txt("v=DMARC1; p=none; adkim=s; aspf=s")}
    assert (
        words(judge("contractor.example", table, dkim("m.contractor.example"), spf("m.contractor.example")))[0]
        == "fail"
    )
    assert words(judge("contractor.example", table, dkim("contractor.example")))[0] == "pass"


def test_without_a_record_there_is_no_result_and_alignment_is_the_suffix_lists() -> None:
    verdict = judge("contractor.example", {}, dkim("m.contractor.example"), dkim("elsewhere.example"))
    assert words(verdict) == ("none", None, False)
    assert verdict.aligned == {dkim("m.contractor.example")}


def test_psd_n_makes_an_organizational_domain_of_its_own() -> None:
    table = {**REJECT, "_dmarc.unit.contractor.example TXT": txt("v=DMARC1; p=none; psd=n")}
    assert words(judge("x.unit.contractor.example", table, dkim("contractor.example")))[0] == "fail"
    assert words(judge("x.unit.contractor.example", table, dkim("unit.contractor.example")))[0] == "pass"
    assert words(judge("contractor.example", table, dkim("unit.contractor.example")))[0] == "fail"


def test_psd_y_puts_the_organizational_domain_one_label_below() -> None:
    table = {"_dmarc.bank.example TXT": txt("v=DMARC1; p=reject; psd=y")}
    assert words(judge("giant.bank.example", table, dkim("mail.giant.bank.example")))[0] == "pass"
    assert words(judge("mail.giant.bank.example", table, dkim("giant.bank.example"))) == ("pass", "reject", True)
    assert words(judge("giant.bank.example", table, dkim("small.bank.example")))[0] == "fail"


def test_a_pass_that_only_the_tree_walk_sees_proves_nothing() -> None:
    """A suffix that publishes DMARC without psd=y must not let its customers speak for each other."""
    table = {"_dmarc.co.uk TXT": txt("v=DMARC1; p=none")}
    assert words(judge("victim.co.uk", table, dkim("evil.co.uk"))) == ("pass", "none", False)


def test_a_failed_look_up_hides_the_policy_but_not_at_a_top_level_domain() -> None:
    assert words(judge("contractor.example", {"_dmarc.contractor.example TXT": FAILED}))[0] == "temperror"
    assert words(judge("contractor.example", {**REJECT, "_dmarc.example TXT": FAILED}))[0] == "fail"
    assert words(judge("a.contractor.example", {**REJECT, "_dmarc.a.contractor.example TXT": FAILED}))[0] == "temperror"


def test_a_long_name_is_walked_in_eight_steps() -> None:
    labels = [f"l{i}" for i in range(20)]
    names = walked_names(".".join(labels))
    assert len(names) == 8
    assert names[0] == ".".join(labels)
    assert names[1] == ".".join(labels[-7:])
    assert names[-1] == "l19"
    assert walked_names("a.b.example") == ["a.b.example", "b.example", "example"]


@pytest.mark.parametrize(
    ("records", "policy"),
    [
        (txt("v=DMARC1; p=reject"), "reject"),
        (txt("v=DMARC1;p=Quarantine;"), "quarantine"),
        (txt("v = DMARC1 ; p = none"), "none"),
        (txt("V=DMARC1; p=reject"), "reject"),
        (txt("V=dmarc1; p=reject"), None),
        (txt("v=DMARC1; p=reject", "v=spf1 -all"), "reject"),
        (txt("v=DMARC1; p=reject", "v=DMARC1; p=none"), None),
        (txt("v=DMARC1"), "none"),
        (txt("v=DMARC1; p="), None),
        (txt("v=DMARC1; np=bogus"), None),
        (txt("v=DMARC1; p=reject; sp=bogus; rua=mailto:d@contractor.example"), "none"),
        (txt("v=DMARC1; p=reject; t=y"), "reject"),
        (txt("v=DMARC1; rua=mailto:d@contractor.example"), "none"),
        (txt("v=DMARC1; p=bogus; rua=mailto:d@contractor.example"), "none"),
        (txt("v=DMARC1; p=reject; sp=bogus"), None),
        (txt("p=reject; v=DMARC1"), None),
        (txt("v=dmarc1; p=reject"), None),
        (txt("v=DMARC1; p=reject; nonsense; adkim=x; psd=?"), "reject"),
        (txt(b"\xff\xfe"), None),
        (txt("v=DMARC1; p=reject;" + " " * 5000), None),
    ],
)
def test_a_record_is_read_with_its_defaults(records: tuple[bytes, ...], policy: str | None) -> None:
    record = read_dmarc_record(records)
    assert (record.policy if record else None) == policy
    assert record is None or (record.strict_dkim, record.psd) == (False, "u")


@pytest.mark.parametrize(
    ("tags", "author", "policy"),
    [
        ("p=reject", "contractor.example", "reject"),
        ("p=reject; t=n", "contractor.example", "reject"),
        ("p=reject; t=y", "contractor.example", "quarantine"),
        ("p=quarantine; t=y", "contractor.example", "none"),
        ("p=none; t=y", "contractor.example", "none"),
        ("p=none; sp=reject; t=y", "news.contractor.example", "quarantine"),
        ("p=none; sp=reject; np=quarantine; t=y", "nowhere.contractor.example", "none"),
        ("p=quarantine; sp=reject", "news.contractor.example", "reject"),
        ("p=quarantine; np=reject", "news.contractor.example", "quarantine"),
        ("p=quarantine; np=reject", "nowhere.contractor.example", "reject"),
        ("sp=reject", "contractor.example", "none"),
    ],
)
def test_the_policy_that_applies_is_that_of_the_name_s_place(tags: str, author: str, policy: str) -> None:
    table: Table = {
        "_dmarc.contractor.example TXT": txt(f"v=DMARC1; {tags}"),
        "news.contractor.example MX": [(10, "mx.contractor.example")],
    }
    assert judge(author, table).published.policy == policy


@pytest.mark.parametrize(
    ("table", "author", "identifier", "result", "former"),
    [
        (
            {"_dmarc.co.uk TXT": txt("v=DMARC1; p=none")},
            "a.contractor.co.uk",
            dkim("contractor.co.uk"),
            PASS,
            AuthResult.NONE,
        ),
        (
            {**REJECT, "_dmarc.unit.contractor.example TXT": txt("v=DMARC1; p=none; psd=n")},
            "unit.contractor.example",
            dkim("contractor.example"),
            FAIL,
            PASS,
        ),
        (
            {"_dmarc.unit.contractor.example TXT": txt("v=DMARC1; p=none")},
            "x.unit.contractor.example",
            dkim("x.unit.contractor.example"),
            PASS,
            AuthResult.NONE,
        ),
        (REJECT, "contractor.example", dkim("contractor.example"), PASS, None),
        (REJECT, "contractor.example", dkim("elsewhere.example"), FAIL, None),
        ({}, "contractor.example", dkim("contractor.example"), AuthResult.NONE, None),
    ],
)
def test_the_older_rfc_s_result_is_noted_where_it_differs(
    table: Table, author: str, identifier: Identifier, result: AuthResult, former: AuthResult | None
) -> None:
    verdict = judge(author, table, identifier)
    assert (verdict.published.result, verdict.former) == (result, former)


@given(st.lists(st.binary(max_size=200) | st.binary(max_size=60).map(lambda b: b"v=DMARC1;" + b), max_size=3))
def test_any_bytes_give_a_record_of_known_words_or_none(records: list[bytes]) -> None:
    record = read_dmarc_record(records)
    assert record is None or {record.policy, record.subdomain_policy, record.nonexistent_policy} <= {
        "none",
        "quarantine",
        "reject",
    }
