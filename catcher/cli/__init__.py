"""The command line: one module per noun with a click command named ``command``, imported when the noun is used.

::

    catcher NOUN … ─▶ main ─▶ cli/NOUN.py ─▶ desk | serve | demo | … ─▶ results on stdout (text, or JSON lines)
                        └──◀── CatcherError: its text on stderr, its exit status ──┘

Only results go to stdout; logs go to stderr. Exit status: 0 ok, 1 finding, 2 usage or configuration, 3 environment,
70 a fault of catcher's own, in one line; with ``python -X dev -m catcher`` its traceback is shown.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import click

from catcher import __version__
from catcher.model.errors import CatcherError

_COMMANDS = {
    "demo": "Play a month of stray mail on loopback.",
    "init": "Write a configuration to start from into DIR.",
    "check": "Check configuration, catalogue, zones and keys.",
    "serve": "Answer DNS and take mail until SIGTERM.",
    "reload": "Make the running server read its files again.",
    "status": "Say what the running server does and serves.",
    "stop-mail": "Turn mail for DOMAINs away at once.",
    "catalogue": "List, add, remove and export held domains.",
    "lookalike": "Match typed names; list names worth holding.",
    "fingerprint": "Judge message files: sender, addressee, kind.",
    "observation": "List, show and export observations.",
    "incident": "List and show incidents.",
    "report": "Preview, build and list reports.",
    "contact": "Find, confirm and list contacts; import them.",
    "notify": "Draft, approve and send notices; hold them back.",
    "alert": "List alerts to the operator; test their ways.",
    "store": "Migrate, verify, purge or print the store.",
    "bench": "Measure catcher beside its peers, as ratios.",
}
"""Name → the first line of its help, in the order in which a new operator needs the commands."""


class _Commands(click.Group):
    """Lists all commands with their first line of help without importing them, so that ``--help`` is quick."""

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
        status = root.main(standalone_mode=False)  # the status of click's Exit; commands return None
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
    except OSError as error:
        where = f"{error.filename}: " if error.filename is not None else "the system refused: "
        click.echo(f"{where}{error.strerror or type(error).__name__}; mend that, then try again", err=True)
        sys.exit(3)
    except Exception as error:  # a fault of ours: told by kind and place, since its text may be a stranger's words
        if sys.flags.dev_mode:
            raise
        from catcher.model.errors import kind_and_place

        click.echo(f"catcher has a fault of its own: {kind_and_place(error)}; please report this line", err=True)
        sys.exit(70)
