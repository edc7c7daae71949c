"""The letters of other alphabets that look like ASCII letters and can occur in a domain name (UTS #39, RFC 5892).

The first table is an extract of Unicode's confusables.txt: single characters that IDNA 2008 permits (PVALID) and that
look like one ASCII letter or digit. The extract's license is ``LICENSE.unicode.txt`` beside this file. The second table
holds letters for which confusables.txt has no ASCII counterpart: letters that differ from an ASCII letter by a stroke,
and Cyrillic and Greek letters that people mistake for one. Accents need no table: canonical decomposition removes them.
"""

from __future__ import annotations

_UNICODE = {
    "a": "\u0251\u03b1\u0430",
    "b": "\u13cf\u1472\u15af",
    "c": "\u0441\u1d04\u2ca5\U0001043d",
    "d": "\u0501\u13e7\u146f\ua4d2",
    "e": "\u0435\u04bd\uab32",
    "f": "\u0584\u1e9d\ua799\uab35",
    "g": "\u018d\u0261\u0581\u1d83",
    "h": "\u04bb\u0570\u13c2",
    "i": "\u0131\u0269\u026a\u03b9\u0456\u04cf\u13a5\ua647\U000118c3",
    "j": "\u03f3\u0458",
    "l": "\u01c0\u16c1\u2d4f\ua4f2\U0001028a\U00010309\U00016f28",
    "n": "\u0578\u057c",
    "o": "\u03bf\u03c3\u043e\u0585\u0966\u0a66\u0ae6\u0be6\u0c02\u0c66\u0c82\u0ce6\u0d02\u0d20\u0d66\u0d82"
    "\u0e50\u0ed0\u101d\u1040\u10ff\u1d0f\u1d11\u2c9f\uab3d\U0001042c\U000104ea\U000118c8\U000118d7",
    "p": "\u03c1\u0440\u2ca3",
    "q": "\u051b\u0563\u0566",
    "r": "\u0433\u1d26\u2c85\uab47\uab48",
    "s": "\u01bd\u0455\ua731\U00010448\U000118c1",
    "u": "\u028b\u03c5\u057d\u1d1c\ua79f\uab4e\uab52\U000104f6\U000118d8",
    "v": "\u03bd\u0475\u1d20\U00011706\U000118c0",
    "w": "\u026f\u0461\u051d\u0561\u1d21\U0001170a\U0001170e\U0001170f",
    "x": "\u0445\u1541\u157d",
    "y": "\u0263\u028f\u03b3\u0443\u04af\u10e7\u1d8c\u1eff\uab5a\U000118dc",
    "z": "\u1d22\U000118c4",
    "2": "\u14bf",
    "3": "\U000118ca\U00016f3b",
    "4": "\u13ce",
    "6": "\u0431\u13ee\U000118d5",
    "7": "\U000118c6",
    "8": "\u0223\u09ea\u0a6a\u0b03\U0001031a",
    "9": "\u09ed\u0a67\u0b68\u0d6d\U000118cc\U000118d6",
}

_BESIDE = {
    "ae": "\u00e6\u04d5",
    "b": "\u0432\u0253\u00fe",
    "d": "\u0111\u00f0\u0256",
    "h": "\u0127\u043d",
    "k": "\u043a\u03ba\u0199\u0138",
    "l": "\u0142\u019a\u026b",
    "m": "\u043c\u0271",
    "n": "\u043f\u03b7\u014b\u0272",
    "o": "\u00f8\u0275",
    "oe": "\u0153",
    "r": "\u0433\u027c",
    "ss": "\u00df",
    "t": "\u0442\u03c4\u0167",
    "w": "\u03c9",
    "z": "\u01b6\u0290",
}

LOOKS_LIKE: dict[str, str] = {
    letter: ascii for table in (_BESIDE, _UNICODE) for ascii, letters in table.items() for letter in letters
}
"""Character → the ASCII text as which people read it."""
