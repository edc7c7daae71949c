"""Dnstap: queries and replies, told to a collector on the same machine, without what belongs to a person.

::

    query, reply ─▶ scrubbed: messages without labels and options of the client ─▶ tapmessage: protobuf
                                                                                       │
    collector ◀─ frame streams over a Unix socket ◀─ tap: never waits, drops and counts ◀┘

Opt-in (``[dns] dnstap``). Nothing is written to a file. A collector that is slow or gone costs no answer: what finds no
room is dropped and counted.
"""
