"""Finds the level that a marking's text names, in the languages of NATO's and the EU's members.

Sources: the table of equivalent national markings in Council Decision 2013/488/EU, Appendix B; NATO C-M(2002)49,
enclosure E; the UK's Government Security Classifications policy; Australia's PSPF and Email Protective Marking
Standard; the CUI registry of 32 CFR 2002. Where a word has different levels in two countries (``reservado`` is SECRET
in Spain and RESTRICTED in Portugal), the lower level counts: a report may understate, and must not overstate.

A level behind a negation (``Non-Secret``, ``not confidential``, ``nicht vertraulich``) doesn't count.
"""

from __future__ import annotations

import re
import unicodedata

from catcher.model.mail.marking import Level


def word_set(text: str, between: str | None = None) -> frozenset[str]:
    """The words of ``text``, a constant; ``between``: the text between two words, None for blanks."""
    return frozenset(text.split(between))


_NAMES = {
    Level.TOP_SECRET: (
        "top secret; tres secret; cosmic; cts; streng geheim; zeer geheim; segretissimo; muito secreto; ultrassecreto;"
        " alto secreto; scisle tajne; prisne tajne; vrlo tajno; strogo tajno; yderst hemmeligt; strengt hemmelig;"
        " kvalificerat hemlig; erittain salainen; taiesti salajane; visiskai slaptai; seviski slepeni;"
        " szigoruan titkos; ts ue; eu ts; strict secret de importanta deosebita; cok gizli; ακρως απορρητο;"
        " строго секретно; совершенно секретно; цілком таємно; 绝密"
    ),
    Level.SECRET: (
        "secret; secret defense; geheim; segreto; secreto; tajne; tajno; hemmeligt; hemmelig; hemlig; salainen;"
        " salajane; slaptai; slepeni; titkos; strict secret; gizli; s ue; eu s; απορρητο; секретно; таємно; 机密"
    ),
    Level.CONFIDENTIAL: (
        "confidential; highly confidential; strictly confidential; confidentiel; confidentiel defense; vertraulich;"
        " vs vertraulich; c ue; eu c; streng vertraulich; vertrouwelijk; confidentieel; riservatissimo; confidencial;"
        " confidenziale; poufne; duverne; doverne; povjerljivo; zaupno; fortroligt; fortrolig; konfidensielt;"
        " konfidentiellt; konfidentiell; luottamuksellinen; konfidentsiaalne; konfidencialiai; konfidenciali; bizalmas;"
        " εμπιστευτικο; поверително; конфиденциально; конфіденційно; 秘密"
    ),
    Level.COMPANY_CONFIDENTIAL: (
        "company confidential; business confidential; commercial in confidence; firmenvertraulich"
    ),
    Level.PROTECTED: "protected; protected a; protected b; protected c; protege a; protege b; protege c",
    Level.RESTRICTED: (
        "restricted; restreint; diffusion restreinte; vs nfd; vs nf d; nur fur den dienstgebrauch;"
        " nur fuer den dienstgebrauch; r ue; eu r; dep v; dep vertrouwelijk; departementaal vertrouwelijk;"
        " beperkte verspreiding; eingeschrankt; difusion limitada; reservado; riservato; ad uso ufficiale;"
        " zastrzezone; vyhrazene; vyhradene; ograniceno;"
        " til tjenestebrug; begrenset; begransat hemlig; kaytto rajoitettu; piiratud; riboto naudojimo;"
        " dienesta vajadzibam; korlatozott terjesztesu; secret de serviciu; hizmete ozel; περιορισμενης χρησης;"
        " за служебно ползване; для служебного пользования; для службового користування"
    ),
    Level.OFFICIAL_SENSITIVE: "official sensitive",
    Level.CUI: (
        "cui; controlled unclassified information; fouo; for official use only; ouo; official use only;"
        " sensitive but unclassified; sbu; law enforcement sensitive"
    ),
    Level.SENSITIVE: "sensitive",
    Level.PRIVATE: "private; privat; prive; privado; privato",
    Level.PERSONAL: "personal; personnel; personlich; persoonlijk; personale; pessoal",
    Level.INTERNAL: "internal; intern; interne; interno; uso interno; usage interne; internal use only",
    Level.OFFICIAL: "official",
    Level.PUBLIC: "public; offentlich; publique; publico; pubblico; openbaar; publiczne",
    Level.UNOFFICIAL: "unofficial",
    Level.UNCLASSIFIED: (
        "unclassified; non classified; not classified; non classifie; non protege; no clasificado; sin clasificar;"
        " non classificato; nao classificado; nicht eingestuft; offen; ongerubriceerd; niet gerubriceerd; ugradert;"
        " jawne; tasnif disi"
    ),
    Level.HIGH: "high",
    Level.LOW: "low",
}
"""Level → its names, without accents; they are compared word by word. ``r ue`` and ``eu r``: the abbreviation
R-UE/EU-R of the Council's security rules, and its like. The Chinese ones: Law on Guarding State Secrets,
article 14."""

_GRAVITY = {level: place for place, level in enumerate(Level)}
_NEGATIONS = word_set(
    "not non no none never without neither nor free formerly previously nicht kein keine keinen keiner ohne weder noch"
    " niet geen zonder pas sans aucun aucune sin ningun ninguna nao sem nenhum nenhuma senza nessun nessuna ne nie brak"
    " neni bez ikke ikkje inte ej ei nem fara δεν μη χωρις не нет без ні"
)
_NEGATIONS_BEHIND = word_set("degil olmayan")
"""Negations that stand behind what they negate: Turkish."""
_FILLERS = word_set(
    "longer be been is are a an the at all any for of considered classified as marked contain contains containing"
    " company information info content data highly strictly more plus ist als mehr eingestuft een eine ein es"
    " est contiene contient considered deemed ειναι"
)
"""Words that may stand between a negation and its level (``no longer secret``, ``does not contain confidential …``)."""
_DENIALS = tuple([word] for word in ("no", "none", "false", "non", "nein", "nee", "nao", "nej", "nie", "нет"))
"""The end of a text that says that the level before it doesn't hold (``Confidential: no``)."""
_TOKEN = re.compile(r"[^\W\d_]+|[/;,|()\[\]\\]")
_CAMEL = re.compile(r"(?<=[a-z\u00df-\u00f6\u00f8-\u00ff])(?=[A-Z])")
_APART = re.compile(r"n['’]t\b", re.IGNORECASE)
"""``isn't`` and its like."""


def folded(text: str) -> str:
    """``text`` in lower case and without accents or invisible characters, as levels are compared (UAX 15, NFKD)."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text).casefold()
    return plain.translate({ord(char): None for char in set(plain) if unicodedata.combining(char) or char == "\u00ad"})


_LEVEL_OF = {tuple(folded(name).split()): level for level, names in _NAMES.items() for name in names.split(";")}
_LONGEST = max(map(len, _LEVEL_OF))
_FIRST_WORDS = frozenset(name[0] for name in _LEVEL_OF)


def level_words(text: str) -> list[str]:
    """The words of ``text``, and the marks that separate parts of it, ``folded``. ``TopSecret`` is two words."""
    return _TOKEN.findall(folded(_CAMEL.sub(" ", _APART.sub(" not", text))))


def has_level_word(text: str) -> bool:
    """Whether a word of ``text`` begins the name of a level."""
    return not _FIRST_WORDS.isdisjoint(level_words(text))


def named_level(text: str) -> Level | None:
    """The gravest level that ``text`` names and doesn't negate; None when it names none."""
    return gravest(levels_among(level_words(text)))


def gravest(levels: list[Level]) -> Level | None:
    return min(levels, key=_GRAVITY.__getitem__, default=None)


def levels_among(words: list[str]) -> list[Level]:
    """The levels that ``words`` name and don't negate. At each place the longest name counts: of ``NOT CLASSIFIED`` the
    two words together."""
    found: list[Level] = []
    place = 0
    while place < len(words):
        length, level = name_at(words, place)
        if level is not None and not is_negated(words, place) and not _is_denied(words[place + length :]):
            found.append(level)
        place += length
    return found


def name_at(words: list[str], place: int) -> tuple[int, Level | None]:
    """(number of words, level) of the longest name of a level at ``place``; (1, None) if there is none."""
    for length in range(min(_LONGEST, len(words) - place), 0, -1):
        level = _LEVEL_OF.get(tuple(words[place : place + length]))
        if level is not None:
            return length, level
    return 1, None


def is_negated(words: list[str], place: int) -> bool:
    """Whether a negation stands before ``words[place]``, alone or with fillers between them."""
    for before in range(place - 1, max(-1, place - 5), -1):
        if words[before] in _NEGATIONS:
            return True
        if words[before] not in _FILLERS:
            return False
    return False


def _is_denied(behind: list[str]) -> bool:
    """Whether the words behind a level say that it doesn't hold."""
    if behind and behind[0] in _NEGATIONS_BEHIND:
        return True
    return [word for word in behind if word.isalpha()] in _DENIALS
