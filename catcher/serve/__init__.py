"""Composition root: which processes there are and what each is wired of.

::

    life: the parent loads config, catalogue and zones; binds every socket; forks
      ├─▶ dns-0 …     UDP and TCP on [dns] listen; its demand tally goes to
      ├─▶ demand      which adds it to the store: no answer waits for that
      ├─▶ dns-notify  where there are secondaries: sends them NOTIFY for zones that have changed
      ├─▶ smtp-0 …    [smtp] listen; intake; its observations go to
      ├─▶ store       which writes those of all workers, and answers when they are durable
      └─▶ upkeep      once a day: fold, settle and destroy ended keys, purge; every five minutes: alerts

A DNS worker shares nothing with the others but the catalogue's snapshot: it answers whatever happens to them.
SMTP workers overwrite what they free.

``life`` is the parent, ``sockets`` what it binds, ``generation`` the list of its processes; each process has a file.
"""

from catcher.serve.life import ROLES, Running, launch
from catcher.serve.smtp import DRAIN_SECONDS

__all__ = ["DRAIN_SECONDS", "ROLES", "Running", "launch"]
