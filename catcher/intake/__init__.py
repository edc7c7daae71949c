"""The only path of a transaction, from the end of data to the durable observation.

::

    smtp ─▶ Intake.take ─▶ fingerprint ⇄ resolver          (questions, answers, until there is a result)
                              │
                              ▼
                           observe (pure): tokens for local-parts, one observation per catalogued domain
                              │
                              ▼
                           sink.commit ─▶ returns when the sync returned ─▶ smtp replies
                              │
                              └ temperror ─▶ completion: asks again for five minutes ─▶ sink.revise

    smtp ─▶ Intake.note ─▶ answers: a step of the notice's ledger, once      (the address is the whole answer)

``take`` leaves only the fields of ``model.observation`` behind. When look-ups failed, intake also keeps the
transaction's facts in memory for five minutes: names, digests and signatures, but no text of the header.

A server imports ``intake.Intake`` and ``answers.note_answers`` from their modules; commands need only the names that
this package exports.
"""

from catcher.intake.intended import declared_by, unwound_by
from catcher.intake.lookalikes import matcher

__all__ = ["declared_by", "matcher", "unwound_by"]
