"""The command line, for ``python -m labelferry.cli``."""

from labelferry.cli.start import main

main()
