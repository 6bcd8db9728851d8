"""`python -m bot`: the command line. Everything else of it is in `bot.cli`."""

from __future__ import annotations

import sys

from bot.cli.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
