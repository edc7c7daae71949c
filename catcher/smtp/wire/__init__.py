"""The octets of SMTP: command lines, paths, replies, dot-stuffing, PROXY headers, TLS records. No other room below it.

::

    octets ─▶ tls ─▶ proxy ─▶ commands ─▶ path
                          └─▶ dots, lineends        replies ─▶ octets
"""
