"""Loads the next state of a server, in a child process, and tells it in two parts: DNS first, then mail.

::

    catcher.toml ─▶ configpart ─▶ dnspart: catalogue ─▶ zones, keys ─▶ LoadedDns ──▶ the parent forks the DNS workers
                                                │ load goes on:
              mailpart: stops, texts, certificate ─┴──▶ LoadedMail ─▶ the parent forks the mail processes

    loaded: the values that are told        keptpart: a file with a fault, of which the state of before serves

A fault on the mail side delays or stops nothing of DNS. A wrong catcher.toml at a reload leaves the running one in
force, and so do the texts.
"""
