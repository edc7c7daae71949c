"""Invented people and what they write about."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

_GIVEN: list[str] = (  # noqa: SIM905
    "Ada Ben Carla Dmitri Elena Farid Grace Hana Ivan Jorge Kim Lena Marc Nadia Omar Paula Quinn Rosa Samir Tess"
    " Uwe Vera Wanda Xin Yusuf Zoe Søren Zoë José Mélanie Michael Jennifer David Linda Robert Susan"
).split()
_FAMILY: list[str] = (  # noqa: SIM905
    "Abbott Brandt Castillo Dvorak Evans Fischer Garcia Hansen Ito Johnson Kowalski Lopez Miller Nguyen Okafor Petrov"
    " Quist Rossi Smith Tanaka Umarov Vega Walker Xu Yilmaz Zimmermann O'Brien Müller Lefèvre Nowak Davis"
).split()
_TOPICS: list[str] = (  # noqa: SIM905
    "minutes of Tuesday's meeting|plan for next week|draft report|question about the schedule|Lunch on Friday?"
    "|site visit"
    "|delivery dates|Inspection results|Your request of 12 March|new phone list|training slots|Contract amendment no. 3"
    "|travel authorization|quarterly figures|Updated agenda|call this afternoon|photos from the ceremony|Leave request"
    "|budget numbers for FY27|Invoice 20261|order of spare parts|following up|quick question|Meeting moved to 3pm"
    "|Security badge renewal|Could you have a look at this?|Thank you!|interview Thursday|résumé attached|status"
    "|Re-issue of key cards|Your equipment|Parking|Besprechung am Montag|Compte rendu de la réunion|家族の写真|Schedule"
).split("|")
_ANSWERS = ("Re: ", "RE: ", "Re: ", "RE: ", "Fwd: ", "FW: ", "AW: ", "TR : ", "SV: ")


@dataclass(frozen=True)
class Person:
    name: str
    local_part: str


def person(rng: Random, *, freemail: bool) -> Person:
    """Somebody; at a freemail provider the local-part often ends in a number."""
    given, family = rng.choice(_GIVEN), rng.choice(_FAMILY)
    plain = [
        "".join(c for c in text.lower().translate(str.maketrans("øëéüè", "oeeue")) if c.isalpha())
        for text in (given, family)
    ]
    local_part = rng.choice(
        (
            f"{plain[0]}.{plain[1]}",
            f"{plain[0][0]}{plain[1]}",
            f"{plain[0]}_{plain[1]}",
            plain[0],
            f"{plain[1]}.{plain[0][0]}",
        )
    )
    if freemail and rng.random() < 0.5:
        local_part += str(rng.choice((rng.randrange(1, 99), rng.randrange(1950, 2005))))
    shown = rng.choice((f"{given} {family}", f"{given} {family}", f"{family}, {given}", f"{given} {family} (ENG)"))
    return Person(shown, local_part)


def subject(rng: Random) -> tuple[str, bool]:
    """(a Subject, whether it answers something)."""
    topic = rng.choice(_TOPICS)
    return (rng.choice(_ANSWERS) + topic, True) if rng.random() < 0.45 else (topic, False)
