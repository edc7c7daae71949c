"""``python -m catcher``: the command line without its script."""

from catcher.cli import main

main()
