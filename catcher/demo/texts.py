"""Invented content with canaries: words that must never appear in any file of the sink."""

from __future__ import annotations

BODY_CANARY = "the grey heron counted seventeen lanterns before the ferry turned"
SUBJECT_CANARY = "quartz marmalade"
ATTACHMENT_CANARY = "obsidian-teacup"
PASSWORD_CANARY = "tangerine-anvil-nine"
CANARIES = (BODY_CANARY, SUBJECT_CANARY, ATTACHMENT_CANARY, PASSWORD_CANARY)

STAFF = (
    "Ines Quillfeather", "Tomas Harrowgate", "Bea Lindqvist-Orr", "Yusuf Candlewick", "Mara Stillwater",
    "Otto Brambleton", "Noor Vandersloot", "Felix Copperfield-Ash",
)  # fmt: skip
"""Names of the senders at all organisations."""

READERS = (
    "dana.winterbourne", "k.oystercatcher", "luis.marchbanks", "p.thistlewood", "amara.fenwick-hale",
    "j.saltmarsh", "rhea.cobblestone", "s.nightingale-roe", "viktor.plumtree", "e.hollowell", "tess.ravenscroft",
    "g.applegarth",
)  # fmt: skip
"""Local-parts of the intended people."""

STORED_READER = "supply.wintergreen"
"""The local-part of a wrong entry in an address book at the contractor; mail goes there on every working day."""
BOMBED_READER = "m.larkspur"

SUBJECTS = (
    "Pump housings, revised drawing", "Thursday's visit", "Crane certificate", "Delivery note for hall 4",
    "Your question about the valves", "Minutes of the call", "Spare parts list", "Change of the site contact",
)  # fmt: skip

SENTENCES = (
    "thank you for the call this morning, here is what we agreed on.",
    "the second drawing replaces the one from last week.",
    "please let me know whether Thursday still suits your side.",
    "the crate left the yard today and should reach you by the end of the week.",
    "our foreman will be at the gate at eight with the papers.",
    "could you send the signed form back when you find the time?",
)

SPAM_SUBJECTS = ("Invoice overdue", "Your account is on hold", "Payment advice attached", "You have been selected")


def local_part(name: str) -> str:
    """``Ines Quillfeather`` → ``ines.quillfeather``."""
    return name.lower().replace(" ", ".")
