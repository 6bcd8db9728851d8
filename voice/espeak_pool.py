"""The voice that always works: pyttsx3 and espeak-ng in a small pool of processes that can be killed.

A worker has one request at a time. One that does not answer in time, dies, or gives a file that cannot be what was asked for is killed and
replaced, and the text is tried once more. Their sound is spoken clearly for a narrow line: see `VOICES` and `EMPHASIS`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import shutil
import sys
import tempfile
import wave
from collections.abc import AsyncGenerator, Mapping, Sequence
from pathlib import Path

import espeakng_loader

from voice.loudness import for_telephone, from_pcm, louder
from voice.synthesizer import Manner, NoVoice, SpeechError, frames

log = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parents[1]
# The clearest of espeak-ng's through 8 kHz mu-law, measured by a recogniser's word errors; the second is for Spanish.
VOICES = ("en-us+f3", "es-419+f3")
# Raises the sibilants, which espeak-ng speaks softly and a telephone swallows.
EMPHASIS = 0.7
# A sentence takes a worker about 25 ms, its start about 300; a worker that needs longer than this hangs.
ANSWER_SECONDS = 4.0
START_SECONDS = 10.0
WORKERS = 2
_TRIES = 2
# Speech at the usual speed takes 50 to 100 ms a letter; far outside of it is another text's sound, or half of this one's.
_LEAST_MS_A_LETTER, _MOST_MS_A_LETTER, _SPARE_MS = 20, 300, 2000


class _WorkerFault(Exception):
    """A worker is of no use any more; the message says why."""


class _Worker:
    """One process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is None or process.stdout is None:
            raise ValueError("a worker is asked and answers through pipes; start it with both")
        self.process = process
        self._requests = process.stdin
        self._answers = process.stdout

    @classmethod
    async def started(cls, command: Sequence[str], environment: Mapping[str, str]) -> _Worker:
        """Start one and wait until it is ready. Raises NoVoice with the reason, or _WorkerFault."""
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=ROOT,
            env=environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        worker = cls(process)
        try:
            answer = await worker._answer(START_SECONDS)
        except BaseException:
            worker.kill()
            raise
        if "fault" in answer:
            await process.wait()
            raise NoVoice(f"espeak-ng cannot be used ({answer['fault']}); run make setup")
        return worker

    async def ask(self, request: Mapping[str, object], seconds: float) -> None:
        """Have a file made. Raises _WorkerFault when nothing comes within that time, or the process is gone."""
        try:
            self._requests.write(json.dumps(request).encode("utf-8") + b"\n")
            await self._requests.drain()
        except (BrokenPipeError, ConnectionResetError) as error:
            raise _WorkerFault("it had ended") from error
        answer = await self._answer(seconds)
        if answer.get("file") != request["file"]:
            raise _WorkerFault("it answered another request")

    def kill(self) -> None:
        """End it at once."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()

    async def _answer(self, seconds: float) -> dict[str, object]:
        try:
            line = await asyncio.wait_for(self._answers.readline(), seconds)
        except TimeoutError as error:
            raise _WorkerFault(f"it did not answer within {seconds:g} s") from error
        if not line:
            raise _WorkerFault(f"it ended with code {await self.process.wait()}")
        answer: dict[str, object] = json.loads(line)
        return answer


class EspeakPool:
    """A `Synthesizer`. Use it as an async context manager, or call `start` and `close`.

    `command` starts a worker; another one is for tests. `answer_seconds` is how long a worker may take for one request. `replaced` counts
    the workers that had to be.
    """

    def __init__(self, *, workers: int = WORKERS, answer_seconds: float = ANSWER_SECONDS, command: Sequence[str] | None = None) -> None:
        if workers < 1:
            raise ValueError(f"a pool of {workers} workers cannot speak; give 1 or more")
        self.replaced = 0
        self._command = tuple(command or (sys.executable, "-m", "voice.espeak_worker"))
        self._answer_seconds = answer_seconds
        self._count = workers
        self._workers: set[_Worker] = set()
        # A place without a worker is None; the next request for it starts one.
        self._free: asyncio.Queue[_Worker | None] = asyncio.Queue()
        self._folder: Path | None = None

    @property
    def voice(self) -> str:
        """Name, voice and filter: all that changes the sound."""
        return f"espeak-ng {VOICES[0]} {EMPHASIS}"

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that stand ready or speak, for health checks."""
        return tuple(sorted(worker.process.pid for worker in self._workers))

    async def start(self) -> None:
        """Start the workers. Raises NoVoice when espeak-ng cannot be used here."""
        self._folder = Path(tempfile.mkdtemp(prefix="mendline-espeak-"))
        try:
            for _ in range(self._count):
                self._free.put_nowait(await self._new_worker())
        except _WorkerFault as fault:
            await self.close()
            raise NoVoice(f"espeak-ng does not start ({fault}); run make setup") from fault
        except NoVoice:
            await self.close()
            raise

    async def close(self) -> None:
        """End the workers and remove what they made."""
        folder, self._folder = self._folder, None
        for worker in tuple(self._workers):
            await self._end(worker)
        if folder is not None:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def __aenter__(self) -> EspeakPool:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def speak(self, text: str, manner: Manner) -> AsyncGenerator[bytes, None]:
        """Yield the text as mu-law frames of 20 ms; see `Synthesizer`. Raises SpeechError when two workers failed at it."""
        if not any(letter.isalnum() for letter in text):
            return
        for frame in frames(louder(await self._made(text, manner), manner.loudness_db)):
            yield frame

    async def _made(self, text: str, manner: Manner) -> bytes:
        if self._folder is None:
            raise SpeechError("the espeak pool is closed; start it before anything is said")
        worker = await self._free.get()
        ready: _Worker | None = None
        try:
            for _ in range(_TRIES):
                file = self._folder / f"{os.urandom(8).hex()}.wav"
                try:
                    worker = worker or await self._new_worker()
                    await worker.ask(_request(text, manner, file), self._answer_seconds)
                    sound = await asyncio.to_thread(_sound, file, text, manner)
                except _WorkerFault as fault:
                    log.warning("a voice worker is replaced: %s", fault)
                    self.replaced += 1
                    if worker is not None:
                        await self._end(worker)
                    worker = None
                else:
                    ready = worker
                    return sound
                finally:
                    file.unlink(missing_ok=True)
            raise SpeechError(f"{_TRIES} voice workers failed at one text; the log says why")
        finally:
            # Whoever hung up or spoke in between leaves a worker that is still speaking: it is not given the next request.
            if ready is None and worker is not None:
                worker.kill()
                self._workers.discard(worker)
            self._free.put_nowait(ready)

    async def _new_worker(self) -> _Worker:
        worker = await _Worker.started(self._command, _environment())
        self._workers.add(worker)
        return worker

    async def _end(self, worker: _Worker) -> None:
        worker.kill()
        self._workers.discard(worker)
        await worker.process.wait()


def _environment() -> dict[str, str]:
    """Return what a worker needs and nothing else: no secret of the line's is handed on. The library must be found before it starts."""
    library = Path(espeakng_loader.get_library_path()).parent
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "LD_LIBRARY_PATH": str(library),
        "ESPEAK_DATA_PATH": espeakng_loader.get_data_path(),
    }


def _request(text: str, manner: Manner, file: Path) -> dict[str, object]:
    return {"text": text, "words_per_minute": manner.words_per_minute, "voice": VOICES[manner.spanish], "file": str(file)}


def _sound(file: Path, text: str, manner: Manner) -> bytes:
    """Return the file's sound as mu-law. Raises _WorkerFault when there is none or its length cannot be the text's."""
    try:
        with wave.open(str(file), "rb") as read:
            rate, pcm = read.getframerate(), read.readframes(read.getnframes())
    except FileNotFoundError:
        raise _WorkerFault("it made no file") from None
    except (wave.Error, EOFError) as error:
        raise _WorkerFault(f"its file cannot be read ({error})") from error
    letters = sum(letter.isalnum() for letter in text)
    lasts = 500 * len(pcm) // rate
    least, most = _LEAST_MS_A_LETTER * letters / manner.speed, _MOST_MS_A_LETTER * letters / manner.speed + _SPARE_MS
    if not least <= lasts <= most:
        raise _WorkerFault(f"its file lasts {lasts} ms for {letters} letters")
    return for_telephone(from_pcm(pcm), rate, emphasis=EMPHASIS)
