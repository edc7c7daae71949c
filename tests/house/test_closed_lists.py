"""Each closed list stands in one place, and every view of it knows every member.

Longer than others: it is a list of lists, and who adds a member reads it from top to bottom.

A new member that is wired nowhere fails here, and the name of the failing test says where it is missing. The effect of
policies on the wire is tested in tests/unit/dns/test_policies.py and tests/unit/smtp/dialogue/test_policies.py.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import textwrap
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from itertools import chain

import pytest

from catcher.cli import catalogue as catalogue_command
from catcher.cli.init import NEXT_STEPS, TEXT_FILES
from catcher.config import parse_config
from catcher.directory.imports import COLUMNS_OF_KIND, DirectoryKind
from catcher.dns.zones.mnemonic import to_mnemonic
from catcher.dns.zones.templatetypes import TEMPLATE_TYPES
from catcher.fingerprint.header import markings
from catcher.intake.answers import ACTS
from catcher.intake.observe import observe
from catcher.lookalike.edits import EDIT_OF_PAIR, LetterEdit
from catcher.model.errors import ConfigurationError
from catcher.model.language import Language
from catcher.model.leak.incident import Role
from catcher.model.leak.life import IncidentState
from catcher.model.mail.counting import CountReason, Residual
from catcher.model.mail.fingerprint import Basis, MailClass, Tier, TypoKind
from catcher.model.mail.marking import Scheme
from catcher.model.mail.observation import REVISED, STORE_ONLY, Observation, field_dictionary
from catcher.model.mail.policy import DnsMail, Kept, Outcome, Policy, RcptReply
from catcher.model.serving import ReloadOutcome, ReloadResult
from catcher.model.telling.alert import CHOOSABLE, Alert, AlertKind
from catcher.model.telling.answer import Verb
from catcher.model.telling.noticelife import AFTER, NoticeState
from catcher.model.telling.remedy import System
from catcher.notices.alertmail import sentence
from catcher.report.queries import SYSTEMS
from catcher.report.remedies import KIT_FILES
from catcher.report.render import environment
from catcher.report.words import WORDS
from catcher.smtp.counters import Counters
from catcher.smtp.explaining.explanation import text_of
from catcher.smtp.explaining.wording import Situation, read
from catcher.store.codec import CODERS
from tests.support.configreads import key_sentences
from tests.support.jsonkeys import keys_of
from tests.support.modules import trees
from tests.support.observations import field_strategies, observation
from tests.support.reports import CASES, names
from tests.support.statuses import KEPT, status
from tests.support.tree import ROOT

SENTENCES = dict(key_sentences())

NOW = datetime(2026, 6, 28, 9, 14, tzinfo=UTC)
_SAMPLE = {"mails": 3, "most_before": 1, "days": 7, "domains": 2, "minutes": 5, "parts": 1}
_SAMPLE |= {"free_mb": 9, "reserve_mb": 10, "hours": 50, "rows": 2, "steps": 1}
"""A number for each count that an alert may have."""


# Policies and outcomes


@pytest.mark.parametrize("policy", Policy)
def test_a_policy_has_a_sentence_and_the_command_shows_it(policy: Policy) -> None:
    said = policy.rules.sentence
    assert 20 < len(said) <= 100 and not said.endswith(".")
    add = catalogue_command.command.commands["add"]
    assert f"  {policy}" in (add.epilog or "") and said in (add.epilog or "")
    for option in (parameter for parameter in add.params if parameter.name in ("policy", "then")):
        assert policy.value in option.type.choices


_PUBLISHES = {
    DnsMail.SINK: "MX to the sink",
    DnsMail.NULL: "null MX (RFC 7505)",
    DnsMail.NONE: "no MX, no address",
    DnsMail.REFUSED: "REFUSED",
}
_DOES = {
    (RcptReply.TAKE, Outcome.ACCEPTED): "takes header facts, drops the body, `250 … ref REF`",
    (RcptReply.TAKE, Outcome.EXPLAINED): "the same, then `550`: the sender's own server tells the sender",
    (RcptReply.EXPLAIN, Outcome.REFUSED): "the explanation at RCPT: no content crosses",
    (RcptReply.TURN_AWAY, None): "`550` at RCPT",
    (RcptReply.RELEASED, None): "`451` at RCPT, for the next owner's sake",
}
_KEPT = {
    Kept.OBSERVATION: "observation",
    Kept.ENVELOPE: "envelope facts only",
    Kept.DEMAND: "demand only",
    Kept.NOTHING: "nothing",
}


@pytest.mark.parametrize("page", ["README.md", "docs/running/policies.md"])
def test_the_table_of_policies_says_what_the_code_does(page: str) -> None:
    default = next(p.default for p in catalogue_command.command.commands["add"].params if p.name == "policy")
    rows = []
    for policy in Policy:
        rules, mark = policy.rules, " (default)" if policy == default else ""
        does = _DOES[rules.rcpt, rules.outcome]
        rows.append(f"| `{policy}`{mark} | {_PUBLISHES[rules.dns]} | {does} | {_KEPT[rules.kept]} |")
    table = "| policy | DNS publishes | SMTP does | kept |\n|---|---|---|---|\n" + "\n".join(rows) + "\n\n"
    assert table in (ROOT / page).read_text(encoding="utf-8")


def test_policies_are_told_apart_by_columns_alone() -> None:
    """A branch on one policy knows nothing of the others: rooms ask for a column of the row."""
    branches = [
        f"{path}:{node.lineno}"
        for path, tree in trees(but="catcher/model/mail/policy.py")
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare) and any("Policy." in ast.unparse(each) for each in node.comparators)
    ]
    assert not branches


@pytest.mark.parametrize("outcome", Outcome)
def test_an_outcome_is_counted_and_in_the_reports_schema(outcome: Outcome) -> None:
    assert hasattr(Counters(), outcome)
    schema = json.loads((ROOT / "catcher/report/report.schema.json").read_text(encoding="utf-8"))
    assert outcome in schema["properties"]["evidence"]["items"]["properties"]["outcome"]["enum"]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("outcome", Outcome)
def test_an_outcome_has_words_in_every_language(outcome: Outcome, language: Language) -> None:
    template = "{% import language ~ '/sentences.j2' as say with context %}{{ say.outcome(name) }}"
    text = environment(False, language).from_string(template).render(language=language.value, name=outcome.value)
    assert text.strip()


# Alerts


@pytest.mark.parametrize("kind", AlertKind)
def test_an_alert_has_a_sentence(kind: AlertKind) -> None:
    said = sentence(Alert("k", kind, NOW, "inc-0123", _SAMPLE))
    assert said.startswith("2026-06-28 09:14 UTC. ") and said.endswith((".", "!"))


@pytest.mark.parametrize("kind", AlertKind)
def test_an_alert_is_raised_somewhere(kind: AlertKind) -> None:
    word = f"AlertKind.{kind.name}"
    assert any(
        isinstance(node, ast.Attribute) and ast.unparse(node) == word
        for _, tree in trees(but="catcher/model/telling/alert.py")
        for node in ast.walk(tree)
    )


def test_a_function_that_makes_alerts_is_called() -> None:
    nodes = [node for _, tree in trees(but="catcher/model/telling/alert.py") for node in ast.walk(tree)]
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    used |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    makers = {
        node.name
        for node in nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.decorator_list
        if "AlertKind." in ast.unparse(node)
    }
    assert makers and not makers - used


@pytest.mark.parametrize("kind", AlertKind)
def test_an_alert_can_be_chosen_unless_it_is_always_sent(kind: AlertKind) -> None:
    assert (kind in CHOOSABLE) != kind.rules.always
    text = f'[alerts]\nkinds = ["{kind}"]\n'
    with pytest.raises(ConfigurationError) as error:  # the keys without a default are missing in any case
        parse_config(text, ROOT / "catcher.toml")
    faulty = any("alerts.kinds" in fault.where for fault in error.value.faults)
    assert faulty == kind.rules.always
    assert (kind in SENTENCES["alerts.kinds"]) != kind.rules.always


# Marking schemes


@pytest.mark.parametrize("scheme", Scheme)
def test_a_scheme_is_read_from_a_field_and_stands_in_the_table(scheme: Scheme) -> None:
    assert scheme in markings.SCHEME_OF_FIELD.values()
    assert f"``{scheme}``" in (markings.__doc__ or "")
    assert isinstance(scheme.protective, bool)


def test_no_room_knows_a_scheme_by_its_word() -> None:
    words = {scheme.value for scheme in Scheme if "-" in scheme or scheme in ("importance", "msip")}
    known = [
        f"{path}:{node.lineno}"
        for path, tree in trees(but="catcher/model/mail/marking.py")
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in words
    ]
    assert not known


# Fields of the observation

BY_THE_STORE = {"id", "retry_of", "replayed", "revision"}
"""The fields that the store sets."""


@pytest.mark.parametrize(("place", "field"), list(enumerate(field_dictionary())))
def test_a_stored_field_has_a_coder_in_its_place(place: int, field: str) -> None:
    assert list(CODERS)[place : place + 1] == [field]


@pytest.mark.parametrize("field", field_dictionary())
def test_a_stored_field_is_shown_in_the_json_or_said_to_be_the_stores_alone(field: str) -> None:
    shown = _attributes_of_self(Observation.to_json)
    assert (field in shown) != (field in STORE_ONLY)


@pytest.mark.parametrize("field", [field for field in field_dictionary() if field not in BY_THE_STORE])
def test_a_stored_field_is_set_by_intake_and_varied_by_tests(field: str) -> None:
    (made,) = (
        node
        for node in ast.walk(ast.parse(inspect.getsource(observe)))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Observation"
    )
    assert field in REVISED or field in {keyword.arg for keyword in made.keywords}
    assert field in field_strategies()


@pytest.mark.parametrize("key", observation().to_json())
def test_a_key_of_the_json_is_on_its_page(key: str) -> None:
    page = (ROOT / "docs/reference/json.md").read_text(encoding="utf-8")
    section = page.partition("## `catcher observation list`")[2].partition("\n## ")[0]
    assert re.search(rf"\b{key}\b", section)


@pytest.mark.parametrize("command", ["reload", "status"])
def test_the_keys_of_a_server_are_on_their_page(command: str) -> None:
    page = (ROOT / "docs/reference/json.md").read_text(encoding="utf-8")
    section = page.partition(f"## `catcher {command}`")[2].partition("\n## ")[0]
    made = ReloadOutcome(ReloadResult.PARTLY, (KEPT,)).to_json() if command == "reload" else status().to_json()
    assert set(keys_of(made)) <= set(re.findall(r"\w+", section))


def _attributes_of_self(method: Callable[..., object]) -> set[str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(method)))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    return {node.attr for node in nodes if isinstance(node.value, ast.Name) and node.value.id == "self"}


# Types of the template


@pytest.mark.parametrize("rrtype", TEMPLATE_TYPES)
def test_a_type_stands_in_the_template_that_init_writes(rrtype: int) -> None:
    allowed = re.search(r"^; Allowed are (.*?):", (ROOT / "catcher/zonefiles/template.zone").read_text(), re.MULTILINE)
    assert allowed is not None and re.search(rf"\b{to_mnemonic(rrtype)}\b", allowed[1])


@pytest.mark.parametrize("rrtype", TEMPLATE_TYPES)
def test_a_type_stands_in_the_design(rrtype: int) -> None:
    design = (ROOT / "docs/engineering/design.md").read_text(encoding="utf-8")
    paragraph = re.search(r"^\*\*The zone template\*\*.*?\n\n", design, re.MULTILINE | re.DOTALL)
    assert paragraph is not None and re.search(rf"\b{to_mnemonic(rrtype)}\b", paragraph[0])


# Languages


@pytest.mark.parametrize("language", Language)
def test_a_language_has_every_text_for_senders(language: Language) -> None:
    wording = read(text_of(language), f"{language}.txt")
    assert wording.sections.keys() == set(Situation)


@pytest.mark.parametrize("language", Language)
def test_a_language_has_every_sentence_of_reports(language: Language) -> None:
    """The same macros as English, each with the same parameters."""
    assert _macros(language) == _macros(Language.ENGLISH)
    assert len(WORDS[language].months) == 12


def _macros(language: Language) -> set[str]:
    text = (ROOT / f"catcher/report/templates/{language}/sentences.j2").read_text(encoding="utf-8")
    return set(re.findall(r"\{%-? macro (\w+\([^)]*\))", text))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("form", ["txt", "html"])
def test_a_language_has_golden_reports(language: Language, form: str) -> None:
    assert not [name for name in names() if not (CASES / f"{name}.{language}.{form}").is_file()]


@pytest.mark.parametrize("language", Language)
def test_a_language_is_named_to_the_operator(language: Language) -> None:
    assert language.english_name in SENTENCES["smtp.explanations"]
    assert f"{language}.txt" in TEXT_FILES and "{languages}" in NEXT_STEPS


def test_no_room_has_a_list_of_languages_of_its_own() -> None:
    """No folder, no file, no tuple names the tags but the enum and what it demands."""
    tags = {language.value for language in Language}
    lists = [
        f"{path}:{node.lineno}"
        for path, tree in trees(but="catcher/demo")
        for node in ast.walk(tree)
        if isinstance(node, ast.Tuple | ast.List | ast.Set)
        and tags <= {each.value for each in node.elts if isinstance(each, ast.Constant)}
    ]
    assert not lists
    assert {path.name for path in (ROOT / "catcher/report/templates").iterdir() if len(path.name) == 2} == tags


# Systems of the remedy kit


@pytest.mark.parametrize("system", System)
def test_a_system_has_a_rule_or_a_query_and_is_in_the_reports_schema(system: System) -> None:
    assert system in chain(KIT_FILES, SYSTEMS)
    schema = json.loads((ROOT / "catcher/report/report.schema.json").read_text(encoding="utf-8"))
    assert system in schema["$defs"]["system"]["enum"]


# Tables whose keys are a closed list


@pytest.mark.parametrize(
    ("table", "members"),
    [
        (AFTER, {None, *NoticeState}),
        (ACTS, set(Verb)),
        (COLUMNS_OF_KIND, set(DirectoryKind)),
        (dict.fromkeys(EDIT_OF_PAIR.values()), set(LetterEdit) - {LetterEdit.OTHER}),
    ],
    ids=["states of a notice", "answers to a notice", "imported directories", "edits of a lookalike"],
)
def test_a_table_has_a_row_for_each_member(table: Mapping[object, object], members: set[object]) -> None:
    assert table.keys() == members


# JSON


@pytest.mark.parametrize(
    "words", [Tier, MailClass, TypoKind, Basis, Role, Outcome, IncidentState], ids=lambda e: e.__name__
)
def test_the_page_of_json_names_every_member(words: type[StrEnum]) -> None:
    text = (ROOT / "docs/reference/json.md").read_text(encoding="utf-8")
    lists = [set(each.split("|")) - {"null"} for each in re.findall(r"\w+(?:\|\w+)+", text)]
    assert {member.value for member in words} in lists


def test_the_page_of_json_names_every_edit() -> None:
    text = (ROOT / "docs/reference/json.md").read_text(encoding="utf-8")
    sentence = re.search(r"`edit` is (.*?)\.", text, re.DOTALL)
    assert sentence
    assert set(re.split(r",\s+|\s+or\s+", sentence[1])) == {edit.value for edit in LetterEdit}


# Why a mail counts


@pytest.mark.parametrize("reason", CountReason)
def test_the_page_of_notices_explains_every_reason(reason: CountReason) -> None:
    text = (ROOT / "docs/running/notices.md").read_text(encoding="utf-8")
    assert f"| `{reason}` | {'yes' if reason.way else 'no'} | {reason.explanation} | " in text


@pytest.mark.parametrize("residual", Residual)
@pytest.mark.parametrize("page", ["docs/running/notices.md", "docs/engineering/counting.md"])
def test_a_residual_attack_is_described(residual: Residual, page: str) -> None:
    assert f"| `{residual}` | " in (ROOT / page).read_text(encoding="utf-8")
