"""Measures catcher and its peers in one run on the same cores, and computes ratios.

::

    the same zone, queries or mails ─▶ catcher serve (a process of its own)  ─▶ CPU seconds from /proc
                                    └▶ each peer that is installed           ─▶ CPU seconds from /proc

The speed of a machine varies: compare ratios within one run, never figures of two runs. A peer that isn't installed is
named and left out (``make peers`` installs it). The load programs are dnsperf, a C program and Postfix's smtp-source.
"""
