"""The command line: one module per noun, each with a click command called ``command``; loaded when it is called.

::

    catcher NOUN … ─▶ main ─▶ cli/NOUN.py ─▶ desk | serve | demo | … ─▶ results on stdout (text, or JSON lines)
                        └──◀── CatcherError: its text on stderr, its exit status ──┘

stdout carries only results, logs go to stderr. Exit status: 0 ok, 1 finding, 2 usage or configuration, 3 environment.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import click

from catcher import __version__
from catcher.model.errors import CatcherError

_COMMANDS = {
    "demo": "Plays a month of stray mail on loopback, with made-up organisations, and shows the reports.",
    "init": "Writes a commented catcher.toml, a catalogue, a zone template and keys into a new folder.",
    "check": "Checks configuration, zones, catalogue, keys and guards; names every fault.",
    "serve": "Answers DNS and takes mail until SIGTERM; prints 'ready' once every socket listens.",
    "stop-mail": "Turns mail away for domains at once, without a restart.",
    "catalogue": "Lists, adds, removes and exports the domains that are held.",
    "lookalike": "Tells for whom a typed name was meant, and which names are worth holding.",
    "fingerprint": "Says who sent a message, for whom and of what kind it is, from a file.",
    "observation": "Lists, shows and exports what was observed.",
    "incident": "Lists and shows what the observations add up to.",
    "report": "Previews, builds and lists the reports for both sides of a leak.",
    "contact": "Finds, confirms and lists whom to tell at an organisation; imports directories of them.",
    "notify": "Drafts notices, has them approved by people, sends them, keeps others back.",
    "alert": "Lists the alerts to the operator, and sends one as a test.",
    "store": "Migrates, verifies and purges the store.",
    "bench": "Measures DNS and SMTP beside their peers, and the fingerprint.",
}
"""Name → one line for ``--help``, in the order in which a newcomer meets them."""


class _Commands(click.Group):
    """Knows every command's name and one-liner without importing it: ``--help`` has to be quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command = importlib.import_module(f"catcher.cli.{cmd_name.replace('-', '_')}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="catcher")
@click.option(
    "-c",
    "--config",
    "config_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="F",
    help="The configuration file; may stand behind the command, too.  [default: catcher.toml]",
)
def root(config_file: Path | None) -> None:
    """catcher answers DNS for lookalike domains, takes the mail that strays to them, learns who sent it and for whom
    it was meant, forgets the message, and tells both sides."""


def main() -> None:
    """Entry point of the ``catcher`` script."""
    try:
        status = root.main(standalone_mode=False)  # what click's Exit carries; a command itself returns nothing
        if status:
            sys.exit(status)
    except click.Abort:
        click.echo("stopped", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except CatcherError as error:
        click.echo(str(error), err=True)
        sys.exit(error.exit_status)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
