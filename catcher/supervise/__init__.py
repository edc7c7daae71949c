"""Runs the parent process: one event loop over signals, control socket, workers and loader. Uses no room.

::

    parent ──fork──▶ loader: reads the files, hands the next state over in pieces
       ├──fork──▶ worker (generation 1) … worker
       │  reload: the loader again; then generation 2 on the same sockets; when it is ready generation 1 drains
       ▼
    an error in a load, a fork or a worker leaves the running generation as it is

A worker shares the parent's memory from the time of the fork: loaded data is in memory once, and every worker of a
generation serves the same snapshot. Each child holds the reading end of a pipe; only the parent has the writing end.
When the parent is killed, the pipe closes and the children end at once instead of running without a parent.

``loop`` calls back, ``loader`` loads beside, ``group`` replaces and restarts workers, ``supervisor`` forks and stops,
``worker`` runs one process, ``controlloop`` handles signals and the control socket, ``lock`` lets only one server use a
state folder. docs/engineering/processes.md tells how they live.
"""

from catcher.supervise.control.controlloop import ControlLoop
from catcher.supervise.loader import Loader
from catcher.supervise.loop import Loop
from catcher.supervise.supervisor import Supervisor
from catcher.supervise.worker import Station, Task

__all__ = ["ControlLoop", "Loader", "Loop", "Station", "Supervisor", "Task"]
