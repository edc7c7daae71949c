"""The composition root: starts the server's processes and connects the rooms in each of them.

::

    life: the parent loads config, catalogue and zones; binds every socket; forks
      ├─▶ dns-0 …     UDP and TCP on [dns] listen; its demand tally goes to
      ├─▶ demand      which adds it to the store: no answer waits for that
      ├─▶ dns-notify  where there are secondaries: sends them NOTIFY for zones that have changed
      ├─▶ smtp-0 …    [smtp] listen; intake; its observations go to
      ├─▶ store       which writes those of all workers, and answers when they are durable
      └─▶ upkeep      once a day: fold, settle and destroy ended keys, purge; every five minutes: alerts

A DNS worker shares only the catalogue's snapshot with the other processes: it answers even if all of them fail.
SMTP workers overwrite freed memory.

``life`` is the parent, ``sockets`` its sockets, ``generation`` the list of its processes. Each process has a module.
"""

from catcher.serve.life import ROLES, Running, launch
from catcher.serve.store import DRAIN_SECONDS

__all__ = ["DRAIN_SECONDS", "ROLES", "Running", "launch"]
