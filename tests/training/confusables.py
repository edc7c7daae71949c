"""The recipe of catcher/lookalike/confusables.py: ``python -m tests.training.confusables FILE [--write]``.

FILE is Unicode's confusables.txt (UTS #39, https://www.unicode.org/Public/security/latest/confusables.txt). Of its
characters those are taken that can stand in an A-label (letters, digits and marks that lower-casing and NFKC leave as
they are) and that one to three ASCII letters or digits look like. Its prototypes aren't always ASCII (м and ᴍ lead to
ʍ, the letter m to rn), so these count, too: the upper-case letter's prototype (Т → T, so т → t), the name (small
capital G; b with hook), and the other letters with the same prototype. HAND has what no rule of the file gives.
"""

from __future__ import annotations

import sys
import unicodedata
from collections import defaultdict
from pathlib import Path

from catcher.lookalike import confusables

HAND = {
    "ӏ": "l",  # the file says i; in most fonts it is the letter l, and names are made with it as such
    "ß": "ss",
    "β": "b",
    "þ": "b",
    "п": "n",
    "η": "n",
    "ŋ": "n",
    "ω": "w",
    "τ": "t",
    "đ": "d",
    "ð": "d",
    "ħ": "h",
    "ł": "l",
    "ø": "o",
    "ŧ": "t",
}
"""Letters that people take for ASCII ones, whatever the file says."""


def prototypes(text: str) -> dict[str, str]:
    """Character → its prototype, of one line each: ``0430 ; 0061 ; MA # …``."""
    found = {}
    for line in text.lstrip("\ufeff").splitlines():
        source, _, rest = line.partition(";")
        if rest and not line.startswith("#"):
            target = rest.partition(";")[0]
            found[_characters(source)] = _characters(target)
    return found


def looks_like(prototype: dict[str, str]) -> dict[str, str]:
    """Character → the ASCII letters that it looks like, for each that can stand in an A-label."""
    found: dict[str, str] = {}
    named = [chr(number) for number in range(0x80, 0x20000) if unicodedata.category(chr(number)) == "Ll"]
    letters = sorted(each for each in {*prototype, *prototype.values(), *named} if len(each) == 1)
    for character in letters:
        if ascii := _itself(character, prototype):
            found[character] = ascii
    classes: dict[str, set[str]] = defaultdict(set)
    for character, ascii in found.items():
        classes[prototype.get(character, character)].add(ascii)
    for character in letters:
        alike = classes.get(prototype.get(character, character), set())
        if len(alike) == 1:
            found.setdefault(character, *alike)
    found |= HAND
    return {character: ascii for character, ascii in found.items() if _stands_in_a_name(character)}


def _itself(character: str, prototype: dict[str, str]) -> str:
    """The ASCII letters by the prototype, else by the upper-case letter's prototype, else by the name; else empty."""
    for one in (character, character.upper()):
        base = "".join(c for c in unicodedata.normalize("NFD", prototype.get(one, "")) if not unicodedata.combining(c))
        if base.isascii() and base.isalnum() and len(base) <= 3:
            return "m" if base == "rn" else base.lower()
    name = unicodedata.name(character, "").split()
    if name[:4] == ["LATIN", "LETTER", "SMALL", "CAPITAL"] and len(name) == 5 and len(name[4]) == 1:
        return name[4].lower()
    if name[:3] == ["LATIN", "SMALL", "LETTER"] and name[4:5] == ["WITH"] and len(name[3]) == 1:
        return name[3].lower()
    return ""


def _stands_in_a_name(character: str) -> bool:
    """Whether an A-label can hold it, and canonical decomposition doesn't make it ASCII already."""
    plain = not character.isascii() and unicodedata.category(character)[0] in "LNM"
    stable = unicodedata.normalize("NFKC", character.lower()) == character
    return plain and stable and not unicodedata.normalize("NFD", character)[0].isascii()


def _characters(numbers: str) -> str:
    return "".join(chr(int(number, 16)) for number in numbers.split())


def rendered(found: dict[str, str], before: str) -> str:
    """The text of confusables.py; ``before``: its text up to the table."""
    sources: dict[str, list[str]] = defaultdict(list)
    for character, ascii in sorted(found.items()):
        sources[ascii].append(character)
    lines = []
    for ascii, characters in sorted(sources.items()):
        escaped = [c.encode("unicode_escape").decode("ascii") for c in characters]
        for start in range(0, len(escaped), 12):
            key = f'"{ascii}": ' if start == 0 else ""
            end = "," if start + 12 >= len(escaped) else ""
            lines.append(f'    {key}"{"".join(escaped[start : start + 12])}"{end}\n')
    return f"{before}_TABLE = {{\n{''.join(lines)}}}\n\n{AFTER}"


AFTER = '''LOOKS_LIKE: dict[str, str] = {letter: ascii for ascii, letters in _TABLE.items() for letter in letters}
"""Character → the ASCII text as which people read it."""
'''


def main() -> None:
    file = Path(confusables.__file__)
    before = file.read_text(encoding="utf-8").partition("_TABLE = {\n")[0]
    text = rendered(looks_like(prototypes(Path(sys.argv[1]).read_text(encoding="utf-8"))), before)
    if "--write" in sys.argv:
        file.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
