"""Reads, checks and describes the one configuration file.

::

    catcher.toml ─▶ toml ─▶ schema (pydantic) ─┬─▶ Config, frozen; every path in it absolute
                     │        rules (several keys at once) │
                     └──────────┴──────────────┴─▶ ConfigurationError with every fault at once

    schema ─▶ describe ─▶ a commented catcher.toml (what ``catcher init`` writes)

The sentence that documents a key stands only at its field in ``schema``.
"""

from __future__ import annotations

from catcher.config.address import ListenAddress
from catcher.config.reading import load_config, parse_config, state_folder
from catcher.config.schema import DEFAULT_STATE, RESTART_KEYS, Config, ZoneFile

__all__ = [
    "DEFAULT_STATE",
    "RESTART_KEYS",
    "Config",
    "ListenAddress",
    "ZoneFile",
    "load_config",
    "parse_config",
    "state_folder",
]
