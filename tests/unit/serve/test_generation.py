"""The processes of a server fit their main functions."""

from __future__ import annotations

import inspect
import socket
from typing import cast

from catcher.config import Config
from catcher.serve.generation import demand_task


def test_demand_process_has_both_ends_of_its_pipe() -> None:
    pair = socket.socketpair()
    with pair[0], pair[1]:
        task = demand_task(cast(Config, None), pair)
        bound = inspect.signature(task.main).bind(object())
        assert set(task.sockets) == set(pair)
        assert "station" in bound.arguments
