"""The one configuration file: its schema, how it is read, how it is described.

::

    catcher.toml ─▶ toml ─▶ schema (pydantic) ─┬─▶ Config, frozen; every path in it absolute
                     │        rules (several keys at once) │
                     └──────────┴──────────────┴─▶ ConfigurationError with every fault at once

    schema ─▶ describe ─▶ a commented catcher.toml (what ``catcher init`` writes)

The sentence that documents a key stands on its field in ``schema`` and nowhere else.
"""

from __future__ import annotations

from catcher.config.address import ListenAddress
from catcher.config.reading import load_config, parse_config, state_folder
from catcher.config.schema import Config, ZoneFile

__all__ = ["Config", "ListenAddress", "ZoneFile", "load_config", "parse_config", "state_folder"]
