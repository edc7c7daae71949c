"""The parent hears and tells: signals, the control socket, the service manager.

::

    SIGHUP, SIGTERM ─┐
    control socket ──┴─▶ controlloop ─▶ reload, stop ─▶ what came of it ─▶ control socket, servicestate (systemd)
"""
