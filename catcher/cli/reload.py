"""``catcher reload``: makes the running server read its files again, and says what came of it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from catcher.cli.options import config_option, json_option, print_json
from catcher.cli.waiting import loading_progress
from catcher.config import load_config, state_folder
from catcher.desk.catalogue import tell_server
from catcher.model.errors import EnvironmentFailure
from catcher.model.serving import ReloadOutcome, ReloadResult

EXIT_STATUSES = {ReloadResult.RELOADED: 0, ReloadResult.PARTLY: 1, ReloadResult.FAILED: 3}
"""The exit status of the command for each result."""
_SHOWN = 100


@click.command("reload")
@config_option
@json_option
def command(config_file: Path, as_json: bool) -> None:
    """Make the running server read its files again.

    Reads catcher.toml, catalogue, zones, texts and keys, as SIGHUP does, and waits until the new state is live. The end
    of this command ends no reload.

    Exit status: 0 all is live as the files say; 1 some parts are served as they were, or a key needs a restart; 3 the
    reload failed, or no server runs.
    """
    state = state_folder(config_file) or load_config(config_file).node.state
    with loading_progress() as waiting:
        outcome = tell_server(state, waiting=waiting)
    if outcome is None:
        raise EnvironmentFailure(f"no server runs with the state folder {state}; start one with 'catcher serve'")
    if as_json:
        print_json([outcome.to_json()])
    else:
        for line in lines(outcome):
            click.echo(line)
    sys.exit(EXIT_STATUSES[outcome.result])


def lines(outcome: ReloadOutcome) -> list[str]:
    """``outcome`` in words."""
    text = [outcome.sentence]
    if outcome.error:
        text.append(f"because: {outcome.error}")
    text += [f"kept: {part}" for part in outcome.kept[:_SHOWN]]
    if len(outcome.kept) > _SHOWN:
        text.append(f"… and {len(outcome.kept) - _SHOWN} kept parts more; --json lists them all")
    text += [f"needs a restart: {key}" for key in outcome.restart_needed]
    return text
