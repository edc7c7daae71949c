"""A server's folder with a catalogue, loaded as the loader does it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from catcher.config import Config, load_config
from catcher.dns import Authority
from catcher.model.serving import ServedPart
from catcher.serve.loading.load import load
from catcher.serve.loading.loaded import Before, LoadedDns, LoadedMail

LOADED_AT = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
LATER = LOADED_AT + timedelta(hours=1)
NODE_TOML = """
[dns]
listen = ["127.0.0.1:5300"]
nameservers = ["ns1.sink.example"]
catalog_zone = "catalog.example"
[[dns.secondary]]
address = "192.0.2.53:53"
[smtp]
hostname = "mx.sink.example"
listen = ["127.0.0.1:2500"]
[catalogue]
files = ["catalogue.csv"]
"""
ROWS = ("army.ml,army.mil,accept", "navy.ml,navy.mil,accept", "fleet.ml,,accept")


class LoadingNode:
    """A server's folder; ``start`` is its first load, with the copies written after it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "catcher.toml").write_text(NODE_TOML)
        self.write(*ROWS)

    def write(self, *rows: str) -> None:
        (self.folder / "catalogue.csv").write_text("\n".join(("domain,intended,policy", *rows, "")))

    def zones(self, *apexes: str) -> None:
        """Configures whole zones."""
        sections = (f'[[dns.zone]]\nname = "{apex}"\nfile = "{apex}.zone"\n' for apex in apexes)
        (self.folder / "catcher.toml").write_text(NODE_TOML + "".join(sections))
        for apex in apexes:
            if not (self.folder / f"{apex}.zone").exists():
                self.zone(apex, 1)

    def zone(self, apex: str, serial: int) -> None:
        soa = f"@ 300 SOA ns1.sink.example. hostmaster.sink.example. {serial} 3600 600 604800 300"
        (self.folder / f"{apex}.zone").write_text(f"{soa}\n@ 300 NS ns1.sink.example.\n")

    def config(self) -> Config:
        return load_config(self.folder / "catcher.toml")

    def told(
        self, before: Before | None = None, roles: tuple[str, ...] = ("dns",), now: datetime = LOADED_AT
    ) -> list[object]:
        """What a load tells, piece by piece; its copies are written."""
        told: list[object] = []
        before = before or Before()
        copy = load(self.config() if before.dns is None else before.dns.config, before, roles, now, told.append)
        if copy is not None:
            copy()
        return told

    def start(self, now: datetime = LOADED_AT, before: LoadedDns | None = None) -> LoadedDns:
        told = self.told(Before(before), now=now)
        (loaded,) = (one for one in told if isinstance(one, LoadedDns))
        return loaded

    def kept(self, now: datetime) -> dict[tuple[ServedPart, str], datetime]:
        """Since when parts are kept, after a start with mail."""
        told: list[object] = []
        config = load_config(self.folder / "catcher.toml", files_may_be_missing=True)
        copy = load(config, Before(), ("dns", "smtp"), now, told.append)
        assert copy is not None
        copy()
        loaded = [one for one in told if isinstance(one, LoadedDns | LoadedMail)]
        return {(part.part, part.name): part.since for one in loaded for part in one.kept}


def authority_of(loaded: LoadedDns) -> Authority:
    assert loaded.authority is not None
    return loaded.authority
