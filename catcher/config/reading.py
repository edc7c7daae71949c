"""Reads the configuration file and collects all its faults."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from pydantic import ValidationError

from catcher.config.faults import faults
from catcher.config.rules import broken
from catcher.config.schema import DEFAULT_STATE, Config
from catcher.model.errors import ConfigurationError, Fault
from catcher.regularfile import read_regular

_STATE = re.compile(r"""^\s*state\s*=\s*(["'])(?P<state>[^"'\\\n]+)\1""", re.MULTILINE)
"""The line of ``node.state``: no other section has a key of this name."""
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)\Z")


def load_config(path: Path, *, files_may_be_missing: bool = False) -> Config:
    """The configuration in the file ``path``. Raises ConfigurationError with every fault.

    ``files_may_be_missing``: a file or folder that a key names need not exist. A server starts and reloads so, and
    serves the last good state of each.
    """
    path = path.absolute()
    try:
        text = read_regular(path).decode("utf-8-sig")
    except FileNotFoundError:
        raise _alone(str(path), "there is no such file", "name one with -c, or make one with 'catcher init'") from None
    except OSError as error:
        raise _alone(str(path), f"it can't be read: {error.strerror}", "name a readable file with -c") from None
    except UnicodeDecodeError as error:
        raise _alone(path.name, f"octet {error.start + 1} is not UTF-8", "save the file as UTF-8") from None
    return parse_config(text, path, files_may_be_missing=files_may_be_missing)


def parse_config(text: str, path: Path, *, files_may_be_missing: bool = False) -> Config:
    """The configuration in ``text``, taken as the contents of ``path``. Raises ConfigurationError with every fault."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = _PLACE.search(message)
        line = place[1] if place and place[1] else str(text.count("\n") + 1)
        what = message[: place.start()] if place else message
        raise _alone(f"{path.name}:{line}", f"it is not TOML: {what}", "see https://toml.io") from None
    except RecursionError:
        raise _alone(path.name, "it is nested too deeply", "write sections with plain keys") from None
    found = list(broken(raw, path.name))
    try:
        config = Config.model_validate(raw, context={"path": path, "files_may_be_missing": files_may_be_missing})
    except ValidationError as error:
        found = faults(error, Config, path.name) + found
    if found:
        raise ConfigurationError(found)
    return config


def state_folder(path: Path) -> Path | None:
    """The state folder in the configuration file ``path``, even if the file has faults or is no TOML; None if it can't
    be read."""
    try:
        text = read_regular(path).decode("utf-8-sig", "replace")
    except OSError:
        return None
    try:
        state = Path(tomllib.loads(text).get("node", {}).get("state", DEFAULT_STATE))
    except (ValueError, RecursionError, AttributeError, TypeError):
        line = _STATE.search(text)
        state = Path(line["state"]) if line else DEFAULT_STATE
    return path.absolute().parent / state


def _alone(where: str, what: str, remedy: str) -> ConfigurationError:
    return ConfigurationError([Fault(where, what, remedy)])
