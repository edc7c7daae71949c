"""Measures catcher beside its peers in one run, on the same cores, and prints ratios.

::

    the same zone, queries or mails ─▶ catcher serve (a process of its own)  ─▶ CPU seconds from /proc
                                    └▶ each peer that is installed           ─▶ CPU seconds from /proc

Machines are noisy: compare ratios of figures from one run, never figures of two runs. A peer that isn't installed is
named and left out (``make peers`` installs it). The load comes from dnsperf and from Postfix's smtp-source.
"""
