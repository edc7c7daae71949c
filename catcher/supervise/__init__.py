"""Runs worker processes: forks, replaces the whole generation at a reload, restarts crashed workers. Uses no room.

::

    parent ──fork──▶ worker (generation 1) … worker
       │  reload: build anew, fork generation 2 on the same sockets, wait until it is ready,
       │          tell generation 1 to drain, wait until it takes nothing new
       ▼
    a build that fails leaves the running generation as it is

A worker shares the parent's memory from the time of the fork: loaded data is in memory once, and every worker of a
generation serves the same snapshot. Each worker holds the reading end of a pipe; only the parent has the writing end.
When the parent is killed, the pipe closes and the workers end at once instead of running without a parent.

``worker`` runs one process, ``supervisor`` keeps a generation running, ``controlloop`` handles signals and the control
socket, ``lock`` lets only one server use a state folder.
"""

from catcher.supervise.controlloop import ControlLoop
from catcher.supervise.supervisor import Supervisor
from catcher.supervise.worker import Station, Task

__all__ = ["ControlLoop", "Station", "Supervisor", "Task"]
