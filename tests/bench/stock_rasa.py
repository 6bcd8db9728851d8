"""Rasa's own command line, unchanged but for one thing: Twilio's host. `python tests/bench/stock_rasa.py TWILIO_URL run …`

The built-in Twilio channel makes its client itself and has no setting for the address, so the SDK's only base address is replaced here.
"""

from __future__ import annotations

import os
import sys

from rasa.__main__ import main
from twilio.base.domain import Domain

TWILIO = "https://api.twilio.com"


def redirect(to: str) -> None:
    """Send every request that is meant for Twilio's REST API to another host."""
    absolute = Domain.absolute_url

    def redirected(domain: Domain, uri: str) -> str:
        return str(absolute(domain, uri)).replace(TWILIO, to, 1)

    Domain.absolute_url = redirected


if __name__ == "__main__":
    redirect(sys.argv.pop(1))
    # Run as a file, so that Rasa finds the components as under `rasa run`: in the working directory.
    sys.path[0] = os.getcwd()
    main()
