"""catcher: takes mail that strays to lookalike domains, learns who sent it and for whom, forgets it, tells both sides.

::

    query ─▶ dns ─▶ answer                          (answering never waits for anything below)
              └───▶ demand tally ─────────────┐
    transaction ─▶ smtp ─▶ intake: fingerprint ─▶ observation ─▶ store ─▶ incident ─▶ report ─▶ notices
       (in memory only; the body is counted and hashed as it streams, and dropped)

Each room is a package; imports go down only (tests/house holds it)::

    cli → demo | bench → serve → wiring
        → dns | smtp | store | resolve | notices | supervise → intake | desk
        → fingerprint | incident | report → lookalike | directory | catalogue | privacy | config
        → regularfile → model

``model`` holds the frozen values that travel between rooms and the ports (Protocols) that adapters fill.
``regularfile`` reads the files that a person names.
``wiring`` makes the concrete adapters and holds the one clock; ``serve`` runs the processes.
"""

__version__ = "0.5.0"
