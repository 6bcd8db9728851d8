"""`python -m bot train`: a model of the present sources and the safety screen's, each trained only when none is there."""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bot.cli.errors import CommandError
from bot.cli.model import MODELS, ROOT, model_path
from bot.leash import leashed
from bot.safety.training import trained_safety
from bot.settings import Settings
from channels.rasa_turn.light_start import ENVIRONMENT

PROGRESS_SECONDS = 5.0
MODELS_KEPT = 4
RASA_ENVIRONMENT = {**ENVIRONMENT, "PYTHONWARNINGS": "ignore", "PYTHONUNBUFFERED": "1"}


def main(arguments: argparse.Namespace, _settings: Settings) -> int:
    """Carry out the command."""
    path = trained(print, force=arguments.force)
    print(f"train: the model is {path.relative_to(ROOT)}")
    return 0


def trained(say: Callable[[str], None], *, force: bool = False) -> Path:
    """Return the model of the present sources, training it when it is missing or `force` is set; likewise the safety screen's.

    Raises CommandError and PatternError.
    """
    trained_safety(say, force=force)
    path = model_path()
    if path.exists() and not force:
        return path
    MODELS.mkdir(exist_ok=True)
    with (MODELS / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("train: waiting for another training of this checkout")
            fcntl.flock(lock, fcntl.LOCK_EX)
        if force or not path.exists():
            _train(path, say)
            _forget_old(path)
    return path


def _train(path: Path, say: Callable[[str], None]) -> None:
    missing = [name for name in ("config.yml", "domain.yml", "data") if not (ROOT / name).exists()]
    if missing:
        raise CommandError(f"{', '.join(missing)} missing in {ROOT}; the checkout is incomplete, fetch it again")
    say(f"train: training {path.name} (a minute or two)")
    with tempfile.TemporaryDirectory(dir=MODELS, prefix=".training-") as folder:
        out = Path(folder)
        log = out / "log"
        command = [
            sys.executable,
            "-m",
            "rasa",
            "train",
            "--config",
            "config.yml",
            "--domain",
            "domain.yml",
            "--data",
            "data",
            "--out",
            folder,
            "--fixed-model-name",
            "model",
        ]
        started = time.monotonic()
        with log.open("wb") as sink:
            process = subprocess.Popen(  # noqa: S603 - our own command
                leashed(command), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, env={**os.environ, **RASA_ENVIRONMENT}
            )
            while True:
                try:
                    code = process.wait(timeout=PROGRESS_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    say(f"train: {time.monotonic() - started:.0f} s")
        model = out / "model.tar.gz"
        text = log.read_text(errors="replace")
        if code != 0 or not model.exists():
            shutil.copyfile(log, MODELS / "training.log")
            ending = "\n".join(text.splitlines()[-25:])
            raise CommandError(f"training failed (exit {code}); models/training.log holds all of it, its end is:\n{ending}")
        model.replace(path)
    say(f"train: trained in {time.monotonic() - started:.0f} s")


def _forget_old(present: Path) -> None:
    models = sorted(MODELS.glob("*.tar.gz"), key=lambda model: model.stat().st_mtime, reverse=True)
    for old in models[MODELS_KEPT:]:
        if old != present:
            old.unlink(missing_ok=True)
