"""Replies of policies explain and refuse: true, in the row's language, within a line, without the message's words."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catcher.catalogue import Entry
from catcher.model.errors import ConfigurationError
from catcher.model.mail.policy import Policy
from catcher.smtp.explaining.explanation import BUILT_IN, Explanations, built_in, load_explanations, text_of
from catcher.smtp.wire.replies import REPLY_LINE_OCTETS, Reply

ARMY = Entry("army.ml", "army.mil", Policy.EXPLAIN, None, Policy.OBSERVE, "", "catalogue.csv:2")
NOBODY = replace(ARMY, domain="nobody.test", intended=None)
LONGEST = ".".join(["d" * 62] * 4)
WORDS = load_explanations(None, operator="Registry of Example", page="https://operator.example/strayed-mail")


def text(answer: Reply) -> str:
    """The words of a reply, without code and line ends."""
    lines = answer.wire.decode("ascii").split("\r\n")[:-1]
    assert all(line[:3] == "550" and line[4:9] == "5.1.2" for line in lines)
    return "\n".join(line[10:] for line in lines)


RECORDED = {
    "en": "army.ml is not army.mil; your message was not kept; the names of the domains and coded addresses, nothing "
    "of its content, were recorded; ref AB",
    "fr": "army.ml n'est pas army.mil ; nous ne gardons pas votre message ; les noms des domaines et les adresses sous "
    "forme de code, rien de son contenu, sont inscrits ; ref AB",
}


@pytest.mark.parametrize("language", BUILT_IN)
def test_it_says_in_every_language_what_is_kept_and_the_reference(language: str) -> None:
    """The sentence of DESIGN §3; who is asked what was recorded of a mail reads the same in the field dictionary."""
    assert text(WORDS.after_data([replace(ARMY, lang=language)], "AB")).startswith(f"{RECORDED[language]} - ")


def test_then_it_says_what_helps_who_says_so_and_the_reference_again() -> None:
    assert text(WORDS.after_data([ARMY], "AB")).removeprefix(f"{RECORDED['en']} - ") == (
        "If you meant an address at army.mil, correct it and send the message again. "
        "Registry of Example holds army.ml so that such mail reaches no stranger. "
        "See https://operator.example/strayed-mail - ref AB"
    )


def test_what_could_not_be_recorded_is_not_called_recorded() -> None:
    said = text(WORDS.unrecorded([ARMY]))
    assert "record" not in said and "ref " not in said
    assert "was not kept" in said and "https://operator.example/strayed-mail" in said


def test_at_rcpt_there_is_no_reference_where_nothing_can_be_recorded() -> None:
    for entry, page in ((ARMY, "See"), (replace(ARMY, lang="fr"), "Voir")):
        said = text(WORDS.at_rcpt(entry, None))
        assert said.endswith(f"{page} https://operator.example/strayed-mail")
        assert text(WORDS.at_rcpt(entry, "AB")) == f"{said} - ref AB"


def test_at_rcpt_nothing_is_said_of_a_message_that_never_came() -> None:
    said = text(WORDS.at_rcpt(ARMY, "AB"))
    assert said.startswith("army.ml is not army.mil: your message was turned away, and nothing of it was taken")
    assert "kept" not in said and "record" not in said
    assert said.endswith("ref AB")


@pytest.mark.parametrize("language", BUILT_IN)
def test_without_an_intended_domain_nothing_is_said_of_one(language: str) -> None:
    entry = replace(NOBODY, lang=language)
    for answer in (WORDS.after_data([entry], "AB"), WORDS.unrecorded([entry]), WORDS.at_rcpt(entry, "AB")):
        assert "nobody.test" in text(answer)
        assert "None" not in text(answer) and "  " not in text(answer)


def test_each_row_speaks_its_language() -> None:
    french = replace(ARMY, lang="fr")
    assert text(WORDS.after_data([french], "AB")).startswith("army.ml n'est pas army.mil ; nous ne")
    assert text(WORDS.at_rcpt(french, "AB")).endswith("Voir https://operator.example/strayed-mail - ref AB")
    sink = load_explanations(None, language="fr")
    assert "n'est pas" in text(sink.at_rcpt(ARMY, "AB"))
    assert "is not" in text(sink.at_rcpt(replace(ARMY, lang="en"), "AB"))


def test_a_language_that_is_gone_since_is_answered_in_the_sinks_own() -> None:
    assert text(WORDS.at_rcpt(replace(ARMY, lang="de"), "AB")) == text(WORDS.at_rcpt(ARMY, "AB"))


def test_further_domains_come_first_so_that_the_last_line_says_everything() -> None:
    first, last = text(WORDS.after_data([NOBODY, ARMY], "AB")).split("\n")
    assert first == "Nobody takes mail at nobody.test."
    assert last == text(WORDS.after_data([ARMY], "AB"))


def test_an_operator_who_is_not_named_in_ascii_is_left_out() -> None:
    said = text(load_explanations(None, operator="Реестр", page="").after_data([ARMY], "AB"))
    assert "holds" not in said and "See" not in said
    assert said.endswith("correct it and send the message again. ref AB")


def test_a_name_cannot_break_a_line() -> None:
    words = load_explanations(None, operator="A\r\n250 2.0.0 ok", page="https://a.example/\r\n250 ok")
    assert words.after_data([ARMY], "AB").wire.count(b"\n") == 1


def test_long_domains_break_a_line_between_words_and_the_reference_stays_last() -> None:
    answer = WORDS.after_data([replace(ARMY, domain=LONGEST, intended=LONGEST)], "AB")
    lines = answer.wire.split(b"\r\n")[:-1]
    assert len(lines) > 1 and all(len(line) + 2 <= REPLY_LINE_OCTETS for line in lines)
    assert [line[3:4] for line in lines] == [b"-"] * (len(lines) - 1) + [b" "]
    assert lines[-1].endswith(b"ref AB")


@given(st.text(max_size=600), st.text(max_size=600), st.sampled_from(["", "fr"]))
def test_the_reply_is_lines_of_ascii_for_any_operator(operator: str, page: str, lang: str) -> None:
    words = load_explanations(None, operator=operator, page=page)
    entry = replace(ARMY, lang=lang)
    for answer in (words.after_data([entry, NOBODY], "AB"), words.unrecorded([entry]), words.at_rcpt(entry, "AB")):
        lines = answer.wire.split(b"\r\n")
        assert lines.pop() == b""
        assert all(len(line) + 2 <= REPLY_LINE_OCTETS and line.decode("ascii").isprintable() for line in lines)


def test_the_operators_own_files_replace_the_built_in_ones_language_by_language(tmp_path: Path) -> None:
    (tmp_path / "en.txt").write_bytes(text_of("en").replace(b"is not", b"isn't"))
    (tmp_path / "pt-br.txt").write_bytes(text_of("en").replace(b"is not", b"nao e"))
    (tmp_path / "notes.md").write_text("not looked at")
    words = load_explanations(tmp_path, needed={"pt-br": "catalogue.csv:2"})
    assert "army.ml isn't army.mil" in text(words.at_rcpt(ARMY, "AB"))
    assert "army.ml nao e army.mil" in text(words.at_rcpt(replace(ARMY, lang="pt-br"), "AB"))
    assert "army.ml n'est pas army.mil" in text(words.at_rcpt(replace(ARMY, lang="fr"), "AB"))


def test_every_fault_of_every_file_is_told_and_a_language_without_one(tmp_path: Path) -> None:
    (tmp_path / "en.txt").write_bytes(text_of("en").replace(b"See $page - ", b"See $url - ", 1))
    (tmp_path / "french.txt").write_bytes(text_of("fr"))
    (tmp_path / "fr.txt").mkdir()
    with pytest.raises(ConfigurationError) as error:
        load_explanations(tmp_path, needed={"en": "catcher.toml: smtp.language", "de": "catalogue.csv:7"})
    assert [str(fault).split(";")[0] for fault in error.value.faults] == [
        "fr.txt:1: it can't be read: it is not a regular file",
        "french.txt:1: the name of the file is not a language",
        "en.txt:16: $url is unknown",
        'catalogue.csv:7: there is no text in the language "de"',
    ]


def test_the_operators_lines_are_measured_with_the_operators_names(tmp_path: Path) -> None:
    (tmp_path / "en.txt").write_bytes(text_of("en"))
    load_explanations(tmp_path, operator="Registry of Example")
    with pytest.raises(ConfigurationError, match=r"en.txt:\d+: the line that begins here has \d+ octets"):
        load_explanations(tmp_path, operator="The Very Long Name of a Registry " * 12)


def test_a_sink_nobody_described_speaks_too() -> None:
    assert isinstance(built_in(), Explanations)
    assert text(built_in().at_rcpt(ARMY, "AB")).endswith("ref AB")


def test_texts_that_are_no_longer_used_go_without_a_garbage_collection() -> None:
    words = load_explanations(None, operator="Registry of Example", page="https://operator.example/strayed-mail")
    text(words.unrecorded([ARMY]))
    gone = weakref.ref(words)
    gc.disable()
    try:
        del words
        assert gone() is None
    finally:
        gc.enable()
