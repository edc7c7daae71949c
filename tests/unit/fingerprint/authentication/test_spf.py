"""SPF: whose identity is checked, what is never given away, and what hostile records may not do (RFC 7208)."""

from __future__ import annotations

import pytest

from catcher.fingerprint.authentication.spf import judge_spf
from catcher.fingerprint.lookups import Lookups, presentation
from catcher.model.mail.fingerprint import SpfResult
from catcher.model.mail.lookup import LookupResult, LookupType, Question
from catcher.model.mail.mailbox import Mailbox
from tests.support.fingerprints import FAILED, NOW, Table, answer, txt

CLIENT = "192.0.2.25"
ADA = Mailbox("ada.secret", "contractor.example")


def judge(
    table: Table, reverse_path: Mailbox | None = ADA, *, client: str = CLIENT, helo: str = "mail.contractor.example"
) -> tuple[SpfResult, set[str]]:
    """The result, and every name that was asked for."""
    answers: dict[Question, LookupResult] = {}
    for _ in range(24):
        lookups = Lookups(answers)
        found = judge_spf(lookups, client=client, helo=helo, reverse_path=reverse_path, now=NOW)
        if found is not None:
            return found.published, {question.name for question in answers}
        answers |= {question: answer(question, table) for question in lookups.open}
    raise AssertionError("too many rounds")


def test_mail_from_is_checked_with_scope_mfrom() -> None:
    found, _ = judge({"contractor.example TXT": txt("v=spf1 ip4:192.0.2.0/24 -all")})
    assert found.to_json() == {"result": "pass", "domain": "contractor.example", "scope": "mfrom"}


def test_the_null_reverse_path_is_checked_by_helo() -> None:
    found, _ = judge({"mail.contractor.example TXT": txt("v=spf1 a -all"), "mail.contractor.example A": [CLIENT]}, None)
    assert found.to_json() == {"result": "pass", "domain": "mail.contractor.example", "scope": "helo"}


@pytest.mark.parametrize("helo", ["", "localhost", "[192.0.2.25]", "a b.example", "x..example", "\x00.example"])
def test_a_helo_that_is_no_domain_has_no_result_and_is_not_asked_for(helo: str) -> None:
    found, names = judge({}, None, helo=helo)
    assert found.to_json() == {"result": "none", "domain": None, "scope": "helo"}
    assert names == set()


def test_without_a_client_address_nothing_is_asked() -> None:
    assert judge({}, client="") == (SpfResult(), set())


@pytest.mark.parametrize("macro", ["%{l}", "%{s}", "%{L}", "%{S}", "%{lr-}", "%{l1r+}", "%{sr}"])
def test_a_name_that_would_carry_the_local_part_is_not_asked_for(macro: str) -> None:
    found, names = judge({"contractor.example TXT": txt(f"v=spf1 exists:{macro}._spf.contractor.example -all")})
    assert found.result == "policy"
    assert names == {"contractor.example"}


HOSTS: Table = {
    "contractor.example A": ["192.0.2.1", CLIENT],
    "contractor.example MX": [(10, "mx1.contractor.example"), (20, "mx2.contractor.example")],
    "mx1.contractor.example A": ["192.0.2.1"],
    "mx2.contractor.example A": [CLIENT],
    "wide.example TXT": txt("v=spf1 ip4:192.0.2.0/24 -all"),
    "narrow.example TXT": txt("v=spf1 ip4:192.0.2.16/28 -all"),
    "not.example TXT": txt("v=spf1 -ip4:192.0.2.25 +all"),
    "deep.example TXT": txt("v=spf1 include:wide.example -all"),
    "25.2.0.192.in-addr.arpa PTR": ["contractor.example"],
    "192.0.2.25.list.example A": ["127.0.0.2"],
}


@pytest.mark.parametrize(
    ("record", "addresses", "path"),
    [
        ("ip4:192.0.2.25 -all", 1, ()),
        ("ip4:192.0.2.16/28 -all", 16, ()),
        ("ip4:192.0.2.0/27 -all", 32, ()),
        ("a -all", 2, ("contractor.example",)),
        ("mx -all", 2, ("mx2.contractor.example",)),
        ("a/28 -all", 32, ("contractor.example",)),
        ("include:narrow.example -all", 16, ("narrow.example",)),
        ("include:deep.example -all", 256, ("deep.example", "wide.example")),
        ("redirect=wide.example", 256, ("wide.example",)),
        ("include:not.example all", None, ()),
        ("-ip4:192.0.2.99 all", None, ()),
        ("?include:missing.example all", None, ()),
        ("ptr -all", None, ()),
        ("ptr:elsewhere.example all", None, ()),
        ("exists:%{i}.list.example -all", None, ("192.0.2.25.list.example",)),
        ("include:not.example ip4:192.0.2.25 -all", 1, ()),
    ],
)
def test_the_mechanism_that_matched_is_known(record: str, addresses: int | None, path: tuple[str, ...]) -> None:
    table = {**HOSTS, "contractor.example TXT": txt(f"v=spf1 {record}")}
    answers: dict[Question, LookupResult] = {}
    while (found := judge_spf(Lookups(answers), client=CLIENT, helo="", reverse_path=ADA, now=NOW)) is None:
        lookups = Lookups(answers)
        judge_spf(lookups, client=CLIENT, helo="", reverse_path=ADA, now=NOW)
        answers |= {question: answer(question, table) for question in lookups.open}
    if found.published.result == "pass":
        assert (found.match.addresses, found.match.path[1:]) == (addresses, path)
    else:
        assert found.match.addresses is None


def test_of_an_ip6_network_the_addresses_are_counted() -> None:
    table = {"contractor.example TXT": txt("v=spf1 ip6:2001:db8::/124 -all")}
    found = judge_spf(
        Lookups({q: answer(q, table) for q in [Question("contractor.example", LookupType.TXT)]}),
        client="2001:db8::5",
        helo="",
        reverse_path=ADA,
        now=NOW,
    )
    assert found is not None
    assert found.match.addresses == 16


def test_macros_that_only_carry_the_domain_are_expanded() -> None:
    record = "v=spf1 exists:%{s1}.%{ir}.%{o}.%{h}._spf.contractor.example -all"
    name = "example.25.2.0.192.contractor.example.mail.contractor.example._spf.contractor.example"
    found, names = judge({"contractor.example TXT": txt(record), f"{name} A": ["127.0.0.2"]})
    assert found.result == "pass"
    assert names == {"contractor.example", name}


def test_a_mechanism_before_the_withheld_one_still_decides() -> None:
    found, _ = judge({"contractor.example TXT": txt("v=spf1 ip4:192.0.2.25 exists:%{l}.contractor.example -all")})
    assert found.result == "pass"


def test_the_explanation_is_not_asked_for() -> None:
    _, names = judge({"contractor.example TXT": txt("v=spf1 -all exp=%{i}.why.contractor.example")})
    assert names == {"contractor.example"}


def test_a_failed_look_up_is_a_temporary_error() -> None:
    assert judge({"contractor.example TXT": FAILED})[0].result == "temperror"


def test_addresses_of_all_mail_hosts_are_asked_for_at_once() -> None:
    table: Table = {
        "contractor.example TXT": txt("v=spf1 mx -all"),
        "contractor.example MX": [(10, f"mx{i}.contractor.example") for i in range(5)],
        "mx4.contractor.example A": [CLIENT],
    }
    answers: dict[Question, LookupResult] = {}
    rounds = 0
    while True:
        lookups = Lookups(answers)
        found = judge_spf(lookups, client=CLIENT, helo="", reverse_path=ADA, now=NOW)
        if found is not None:
            break
        answers |= {question: answer(question, table) for question in lookups.open}
        rounds += 1
    assert (found.published.result, rounds) == ("permerror", 3)  # four hosts without an address: too many void look-ups


@pytest.mark.parametrize(
    "record",
    [
        "v=spf1 include:contractor.example -all",
        "v=spf1 include:%{d} -all",
        "v=spf1 redirect=contractor.example",
        "v=spf1 ip4:192.0.2.1/99999999999999999999999999999999 -all",
        "v=spf1 a/" + "9" * 2000,
        "v=spf1 " + "%{" * 900,
        "v=spf1 a:%{d.example -all",
        "v=spf1 " + "a:x. " * 800,
        "v=spf1 " + "a" * 70_000,
        "v=spf1 \xff",
    ],
)
def test_hostile_records_end_in_a_permanent_error(record: str) -> None:
    found, _ = judge({"contractor.example TXT": txt(record)})
    assert found.result == "permerror"


def test_a_tree_of_includes_ends_at_the_limit_of_ten() -> None:
    table = {"contractor.example TXT": txt("v=spf1 include:0.x.example -all")}
    table |= {f"{i}.x.example TXT": txt(f"v=spf1 include:{i + 1}.x.example -all") for i in range(40)}
    found, names = judge(table)
    assert found.result == "permerror"
    assert len(names) <= 11


def test_names_are_written_as_questions_want_them() -> None:
    assert presentation("Mail.Contractor.Example") == "mail.contractor.example"
    assert presentation("a b.example") == "a\\032b.example"
    assert presentation('"x;y".example') == '\\"x\\;y\\".example'
