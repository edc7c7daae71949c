"""Sockets: octets come in over UDP and TCP, replies go out.

::

    UDP ─▶ udp ─▶ batches (recvmmsg, by mmsg) | portable ─▶ packet cache ─▶ responder ─▶ Authority
    TCP ─▶ tcp: length-framed, pipelined ─────────────────────────────────▶ responder
    worker: one process, from its sockets to its end
"""
