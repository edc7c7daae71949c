"""Markings in Subjects: the forms of the schemes, and words that are none."""

from __future__ import annotations

import base64

import pytest

from catcher.fingerprint.header.markings import judge_markings
from catcher.model.mail.transaction import Header, HeaderField


def marks(name: str, value: bytes) -> list[tuple[str, str]]:
    found = judge_markings(Header(fields=(HeaderField(name.encode(), b" " + value),)))
    return [(each.marking.scheme, each.marking.level) for each in found]


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (b"plan [SEC=PROTECTED, ACCESS=Legal]", [("protective-marking", "protected")]),
        (b"=?utf-8?q?plan_=5BSEC=3DOFFICIAL=3ASensitive=5D?=", [("protective-marking", "official-sensitive")]),
        (b"=?utf-8?B?W1NFQz1QUk9URUNURURdIHBsYW4=?=", [("protective-marking", "protected")]),
        (b"=?utf-8?q?plan_[SEC=3DPROT?=\r\n =?utf-8?q?ECTED]?=", [("protective-marking", "protected")]),
        (b"plan [DLM=Sensitive:Legal]", [("protective-marking", "sensitive")]),
        (b"SEC filing", []),
        (b"[SECRET santa]", []),
    ],
)
def test_the_australian_subject_form_is_read(subject: bytes, expected: list[tuple[str, str]]) -> None:
    assert marks("Subject", subject) == expected


@pytest.mark.parametrize(
    ("subject", "level"),
    [
        ("CUI//SP-PRVCY roster", "cui"),
        ("Re: AW: CUI//SP-PRVCY roster", "cui"),
        ("(CUI) roster", "cui"),
        ("roster (CUI)", "cui"),
        ("CUI: roster", "cui"),
        ("roster [OFFICIAL-SENSITIVE]", "official-sensitive"),
        ("[OFFICIAL-SENSITIVE: COMMERCIAL] roster", "official-sensitive"),
        ("OFFICIAL-SENSITIVE - roster", "official-sensitive"),
        ("NATO RESTRICTED plan", "restricted"),
        ("plan - NATO SECRET", "secret"),
        ("RESTREINT UE/EU RESTRICTED - plan", "restricted"),
        ("VS-NfD: Lage", "restricted"),
        ("Lage VS-NfD", "restricted"),
        ("Stg. GEHEIM: plan", "secret"),
        ("Diffusion Restreinte - plan", "restricted"),
        ("SECRET//NOFORN plan", "secret"),
        ("TOP SECRET//SI//NF plan", "top-secret"),
        ("(S//NF) plan", "secret"),
        ("UNCLASSIFIED//FOUO secret santa", "cui"),
        ("Fwd: [SECRET] plan", "secret"),
        ("Re: [EXTERNAL] [CUI] plan", "cui"),
        ("[EXT] Re: CUI//SP-CTI plan", "cui"),
        ("OFFICIAL: Sensitive - plan", "official-sensitive"),
        ("VS - NUR FÜR DEN DIENSTGEBRAUCH - Lage", "restricted"),
        ("VS-Vertraulich: Lage", "confidential"),
        ("SECRET - UK EYES ONLY - minutes", "secret"),
        ("NATO RESTRICTED RELEASABLE TO SWEDEN - minutes", "restricted"),
        ("NATO/EAPC RESTRICTED minutes", "restricted"),
        ("R-UE/EU-R minutes", "restricted"),
        ("SECRET UE/EU SECRET: minutes", "secret"),
        ("[DIFFUSION RESTREINTE – SPÉCIAL FRANCE] note", "restricted"),
        ("TR : RE : DIFFUSION RESTREINTE - note", "restricted"),
        ("R: [RISERVATO] nota", "restricted"),
        ("I: [SEGRETISSIMO] nota", "top-secret"),
        ("VS: VL: [NATO RESTRICTED] minutes", "restricted"),
        ("回复：[NATO RESTRICTED] minutes", "restricted"),
        ("[DIFUSIÓN LIMITADA] nota", "restricted"),
        ("[Stg. CONFIDENTIEEL] notitie", "confidential"),
        ("[PROTÉGÉ B] memo", "protected"),
        ("TOP SECRET//HCS-P/SI-G/TK//ORCON/NOFORN minutes", "top-secret"),
        ("SECRET//REL TO USA, FVEY minutes", "secret"),
        ("minutes // CUI", "cui"),
        ("***CUI*** minutes", "cui"),
    ],
)
def test_a_subject_is_marked_in_the_forms_of_the_schemes(subject: str, level: str) -> None:
    assert marks("Subject", subject.encode()) == [("classification", level)]
    encoded = base64.b64encode(subject.encode())
    assert marks("Subject", b"=?utf-8?b?" + encoded + b"?=") == [("classification", level)]


@pytest.mark.parametrize(
    "subject",
    [
        *("secret santa", "Secret Santa party", "SECRET: the best cake", "CONFIDENTIAL: an offer", "[secret] garden"),
        *("[internal] minutes", "[Not Restricted] plan", "[NON-CONFIDENTIAL] plan", "http://secret", "RESTRICTED AREA"),
        *("NOT CUI//plan", "[Non-CUI] plan", "The secret//sauce", "SECRET SANTA", "Your private key", "(S) plan"),
        *(
            "CUI training",
            "How to mark CUI",
            "FOUO meaning",
            "S//W update",
            "C//C++ course",
            "SECRET//love",
            "NR//stop",
        ),
        *("nicht VS-NfD", "This is not NATO RESTRICTED", "VS: CONFIDENTIAL", "I: Confidential", "Song (Official)"),
        *("UN RESTRICTED - list", "Top Secret!", "The secret // of success", "TLP:RED list", "(C) 2026 contractor"),
    ],
)
def test_words_of_a_subject_are_no_marking(subject: str) -> None:
    assert marks("Subject", subject.encode()) == []


SAID = """\
Re: my secret recipe|Trade secrets seminar|Top secret recipe!|TOP SECRET: birthday surprise|SECRET SANTA - sign up
Secret sale ends today|Confidential: job offer|CONFIDENTIAL - please read|Confidential|Strictly confidential offer
Private & Confidential|Private and confidential: your results|NDA / confidentiality|Internal audit report
Internal: team lunch|INTERNAL - holiday rota|Internal medicine referral|Official visit on Monday|Official: new coach
OFFICIAL RECEIPT|Official - match result|It's official!|Protected species survey|Protected: new post
Password protected document|PROTECTED AREA access|Restricted parking|RESTRICTED AREA - no entry
Restricted stock units vesting|Sensitive skin products|Sensitive: handle with care|SENSITIVE|Personal: dentist|PERSONAL
PUBLIC HEARING|Unclassified ads|Classified ads|Declassified documents|Geheim-Tipp für Urlaub
Streng geheim: Überraschung|Vertraulich: Gehaltsabrechnung|Confidentiel : proposition|Secret de famille
Reservado restaurante 20h|RESERVADO - mesa 4|Confidencial: encuesta|Riservato: offerta|Segreto di famiglia
Geheime wachtwoord|Vertrouwelijk gesprek|(secret) garden club|[secret] sauce|Meeting (internal)|[official] release
(Official Video)|CUI bono?|[DR] Failover test|DR Smith appointment|NATO summit press|NATO secret files - a book
EU restricted substances directive|EU confidential consultation|UK Official Charts|//TODO secret|Project C// review
VS Code tips|VS: Lage|Diffusion restreinte de la vidéo|Difusión limitada de la obra|For official use only stamps
Секретно о любви|Совершенно секретно - газета|Zastrzeżone prawa autorskie|Titkos szavazás|Gizli bahçe
"""


@pytest.mark.parametrize("subject", SAID.replace("\n", "|").strip("|").split("|"))
def test_subjects_that_people_write_are_no_marking(subject: str) -> None:
    assert marks("Subject", subject.encode()) == []
