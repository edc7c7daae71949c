"""Processes: forks workers, replaces a whole generation of them at a reload, restarts the fallen. Knows no room.

::

    parent ──fork──▶ worker (generation 1) … worker
       │  reload: build anew, fork generation 2 on the same sockets, wait until it is ready,
       │          tell generation 1 to drain, wait until it takes nothing new
       ▼
    a build that fails leaves the running generation as it is

A worker shares the parent's memory as it was at the fork: what is loaded once is there once, and every worker of a
generation serves the same snapshot. Each holds the reading end of a pipe whose writing end only the parent has: when
the parent is killed, the pipe closes and the workers end at once instead of going on unseen.

``worker`` is the life of one process, ``supervisor`` keeps a generation running, ``controlloop`` connects signals
and the control socket, ``lock`` makes sure that one state folder is served once.
"""

from catcher.supervise.controlloop import ControlLoop
from catcher.supervise.supervisor import Supervisor
from catcher.supervise.worker import Station, Task

__all__ = ["ControlLoop", "Station", "Supervisor", "Task"]
