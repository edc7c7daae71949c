"""``catcher init``: writes a folder with a first configuration."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click

from catcher.model.language import Language, named_languages

_COPIED = ("catalogue.csv", "template.zone", "sink.example.zone")
TEXT_FILES = tuple(f"{language}.txt" for language in Language)


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
def command(folder: Path) -> None:
    """Write a configuration to start from into DIR.

    DIR is empty or new. It gets a commented catcher.toml, a catalogue, a zone template, texts for senders and a key.
    """
    from catcher.config.describe import describe
    from catcher.config.schema import SmtpSection
    from catcher.model.errors import EnvironmentFailure
    from catcher.privacy import KeyRing
    from catcher.smtp import self_signed
    from catcher.wiring import SystemClock

    if folder.exists() and any(folder.iterdir()):
        raise click.UsageError(f"{folder} is not empty; name an empty folder or one that doesn't exist")
    try:
        (folder / "zonefiles").mkdir(parents=True)
        for name in _COPIED:
            (folder / "zonefiles" / name).write_bytes(files("catcher").joinpath("zonefiles", name).read_bytes())
        (folder / "explanations").mkdir()
        for name in TEXT_FILES:
            text = files("catcher.smtp").joinpath("explanations", name).read_bytes()
            (folder / "explanations" / name).write_bytes(text)
        (folder / "var").mkdir(mode=0o700)
        KeyRing(folder / "var" / "keys").tokens(SystemClock().now())
        self_signed(folder / "var" / "tls", SmtpSection.model_fields["hostname"].default, SystemClock().now())
        settings = describe({"catalogue.template": "zonefiles/template.zone", "smtp.explanations": "explanations"})
        (folder / "catcher.toml").write_text(settings, encoding="utf-8")
    except OSError as error:
        raise EnvironmentFailure(f"{error.filename or folder}: it can't be written: {error.strerror}") from error
    click.echo(NEXT_STEPS.format(folder=folder, languages=named_languages()))


NEXT_STEPS = """\
{folder} holds catcher.toml, zonefiles/, explanations/ and var/. It runs as it is, on loopback, with example names.

  1. {folder}/catcher.toml: your name in [operator], your addresses and host names in [dns] and [smtp]
  2. {folder}/zonefiles/catalogue.csv: the domains you hold and for whom mail to them was meant
  3. {folder}/explanations/: the text for senders under policies explain and refuse, in {languages}
  4. catcher check -c {folder}/catcher.toml
  5. catcher serve -c {folder}/catcher.toml"""
