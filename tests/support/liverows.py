"""Rows that are added to a running server's catalogue, and their coming into force."""

from __future__ import annotations

from tests.support.authoritative import answers
from tests.support.server import Server


def add_row(server: Server, name: str) -> None:
    """Adds a domain to the catalogue's file, with the policy ``accept``."""
    with (server.folder / "catalogue.csv").open("a") as catalogue:
        catalogue.write(f"{name},intended.example,accept\n")


def await_answer(server: Server, name: str) -> None:
    """Waits until DNS answers for ``name``."""
    server.await_that(lambda: answers(server.dns[1], name))
