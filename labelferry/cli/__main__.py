"""The command line, for ``python -m labelferry.cli``."""

from labelferry.cli import main

main()
