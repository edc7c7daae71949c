"""A template file of explanations: what it says for which values, and each fault with its line."""

from __future__ import annotations

import pytest

from catcher.model.errors import ConfigurationError
from catcher.smtp.explaining.explanation import BUILT_IN, text_of
from catcher.smtp.explaining.wording import LINES_MOST, ROOM, Situation, read

WHOLE = """\
# comment
[explain]
$domain is not $intended.
    Nobody is at $domain.
Says $operator: ref $ref
    ref $ref

Second line.
[unrecorded]
$domain is wrong.
[refuse]
$domain is wrong, ref $ref
[also]
$domain is wrong, too.
"""
VALUES = {"domain": "army.ml", "intended": "army.mil", "operator": "Registry", "ref": "AB"}


def faults(text: str, measured: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigurationError) as error:
        read(text.encode(), "en.txt", measured)
    return [str(fault) for fault in error.value.faults]


def test_sentences_that_follow_each_other_make_a_line() -> None:
    wording = read(WHOLE.encode(), "en.txt", {})
    assert wording.lines(Situation.EXPLAIN, VALUES) == [
        "army.ml is not army.mil. Says Registry: ref AB",
        "Second line.",
    ]


def test_an_indented_sentence_stands_in_where_a_value_is_missing() -> None:
    wording = read(WHOLE.encode(), "en.txt")
    said = wording.lines(Situation.EXPLAIN, {"domain": "army.ml", "ref": "AB"})
    assert said == ["Nobody is at army.ml. ref AB", "Second line."]


def test_a_sentence_without_its_value_and_without_another_is_left_out() -> None:
    text = WHOLE.replace("Second line.", "See $page")
    wording = read(text.encode(), "en.txt")
    assert wording.lines(Situation.EXPLAIN, VALUES) == ["army.ml is not army.mil. Says Registry: ref AB"]
    assert wording.lines(Situation.EXPLAIN, {**VALUES, "page": "https://a.example/"})[1] == "See https://a.example/"


def test_a_dollar_sign_is_written_twice_and_line_ends_may_be_those_of_windows() -> None:
    text = WHOLE.replace("Second line.", "$$ 5").replace("\n", "\r\n")
    assert read(text.encode(), "en.txt").lines(Situation.EXPLAIN, VALUES)[1] == "$ 5"


WRONG = {
    "unknown placeholder": (
        ("Second line.", "To $name."),
        "en.txt:8: $name is unknown; write one of $domain, $intended, $operator, $page, $ref",
    ),
    "dollar": (("Second line.", "Costs $ 5"), "en.txt:8: a $ is followed by no name; write $$ for a dollar sign"),
    "accent": (
        ("Second line.", "Deuxième ligne."),
        "en.txt:8: 'è' is not printable ASCII, and a reply is (RFC 5321 §4.2); "
        "write without accents, or choose words that have none",
    ),
    "tab": (
        ("Second line.", "Second\tline."),
        "en.txt:8: '\\t' is not printable ASCII, and a reply is (RFC 5321 §4.2); "
        "write without accents, or choose words that have none",
    ),
    "section": (
        ("[also]", "[else]"),
        "en.txt:13: [else] is no section; write one of [explain], [unrecorded], [refuse], [also]",
    ),
    "no section": (("# comment", "Hello"), "en.txt:1: this text belongs to no section"),
    "twice": (("[also]", "[refuse]"), "en.txt:13: [refuse] stands above already; keep one of the two"),
    "missing": (("[also]\n$domain is wrong, too.\n", ""), "en.txt:1: [also] is missing, or says nothing"),
    "empty": (("$domain is wrong, too.", ""), "en.txt:1: [also] is missing, or says nothing"),
    "nothing above": (("$domain is wrong, too.", "    $domain."), "en.txt:14: an indented line has no sentence above"),
    "no reference": (("    ref $ref\n", ""), "en.txt:3: [explain] doesn't always say $ref"),
    "no domain": (("    Nobody is at $domain.\n", ""), "en.txt:3: [explain] doesn't always say $domain"),
    "reference elsewhere": (
        ("$domain is wrong, too.", "$domain: $ref"),
        "en.txt:14: there is no $ref in [also]; leave it out",
    ),
    "lines": (("Second line.", "Next.\n\n" * LINES_MOST), f"en.txt:3: [explain] has {LINES_MOST + 1} lines"),
    "too long": (
        ("Second line.", "x" * ROOM + "y"),
        f"en.txt:8: the line that begins here has {ROOM + 1} octets with names of usual length, and room for {ROOM}",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_fault_is_told_with_its_line(name: str) -> None:
    (before, after), told = WRONG[name]
    assert any(fault.startswith(told) for fault in faults(WHOLE.replace(before, after), {})), faults(
        WHOLE.replace(before, after), {}
    )


def test_every_fault_is_told_in_the_order_of_the_lines() -> None:
    text = WHOLE.replace("# comment", "Hello").replace("Second line.", "$name").replace("too.", "too. $ref $ref")
    assert [fault.split(": ")[0] for fault in faults(text)] == ["en.txt:1", "en.txt:8", "en.txt:14", "en.txt:14"]


def test_octets_that_are_no_text_are_told_too() -> None:
    with pytest.raises(ConfigurationError, match=r"en.txt:1: '.' is not printable ASCII"):
        read(b"\xff\n" + WHOLE.encode().removeprefix(b"# comment\n"), "en.txt")


@pytest.mark.parametrize("language", BUILT_IN)
def test_the_built_in_texts_fit_on_one_line_with_names_of_a_usual_length(language: str) -> None:
    measured = {"operator": "Registry of the Republic of Example", "page": "https://operator.example/strayed-mail"}
    wording = read(text_of(language), f"{language}.txt", measured)
    assert all(len(lines) == 1 for lines in wording.sections.values())
