"""Serving: listening sockets, connections and their sessions. The one part of the sink that does I/O.

::

    server: accepts, drains ─▶ front: one buffer, wiped ─▶ connection ─▶ session ─▶ dialogue
                                 certificate                 states      recorder ─▶ intake
"""
