"""A process that speaks with pyttsx3 and espeak-ng: one request a line on its input, one answer a line on its output.

pyttsx3 takes one engine a process, is not thread-safe, may hang and prints to its output. So it lives here, is asked one thing at a time,
and is killed when it does not answer. It ends with its input. `python -m voice.espeak_worker` is how `voice.espeak_pool` starts it.

Request `{"text", "words_per_minute", "voice", "file"}`; answer `{"file"}`, and at the start `{"ready": true}` or `{"fault": "why"}`.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TextIO


def main() -> int:
    """Answer until the input ends. Returns 1 when the voice cannot be used."""
    # What pyttsx3 prints must not stand between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        import pyttsx3
        from pyttsx3.drivers import _espeak

        engine = pyttsx3.init("espeak")
        # A fresh engine counts as busy and puts off what it is told until its first run; one run of nothing ends that.
        engine.runAndWait()
    except (ImportError, OSError, RuntimeError) as error:
        _answer(answers, {"fault": f"{type(error).__name__}: {error}"})
        return 1
    _answer(answers, {"ready": True})
    for line in sys.stdin:
        request = json.loads(line)
        engine.setProperty("voice", request["voice"])
        engine.setProperty("rate", request["words_per_minute"])
        # espeak-ng takes settings and makes sound in a thread of its own, for which pyttsx3 does not wait: without the first of these a
        # text is spoken at the speed of the one before or cut off, without the second the answer comes before the file.
        _espeak.Synchronize()
        engine.save_to_file(request["text"], request["file"])
        engine.runAndWait()
        _espeak.Synchronize()
        _answer(answers, {"file": request["file"]})
    return 0


def _answer(answers: TextIO, what: dict[str, object]) -> None:
    answers.write(json.dumps(what) + "\n")


if __name__ == "__main__":
    # Ended without pyttsx3's own clean-up, which may hang.
    code = main()
    sys.stderr.flush()
    os._exit(code)
