"""Measures catcher beside its peers in one run, on the same cores, and prints ratios.

::

    the same zone, queries or mails ─▶ catcher serve (a process of its own)  ─▶ CPU seconds from /proc
                                    └▶ each peer that is installed           ─▶ CPU seconds from /proc

The machine is noisy: only the ratio of two figures of one run says anything. A peer that isn't installed is named
and left out (``make peers`` installs it). The load comes from dnsperf and from Postfix's smtp-source.
"""
