"""The set-up scripts: they wait for another package manager, show why something failed, and cost nothing when all is there."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.support.waiting import until

ROOT = Path(__file__).resolve().parents[3]


def program(folder: Path, name: str, script: str) -> None:
    """Put a program of ours before the machine's own."""
    path = folder / name
    path.write_text(f"#!/bin/bash\n{script}\n")
    path.chmod(0o755)


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    program(folder, "sleep", "exec /bin/sleep 0.01")
    return folder


def run(programs: Path, script: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": f"{programs}:/usr/bin:/bin"}
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f". deploy/lib.sh\n{script}"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60
    )


class TestPackages:
    def test_another_package_manager_at_work_is_waited_for(self, programs: Path, tmp_path: Path) -> None:
        locked = "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7"
        program(
            programs, "apt-get", f'echo "$*" >>{tmp_path}/calls\n[ $(wc -l <{tmp_path}/calls) -gt 3 ] || {{ echo "{locked}"; exit 100; }}'
        )
        answer = run(programs, "_apt_install chromium")
        assert answer.returncode == 0
        calls = (tmp_path / "calls").read_text().splitlines()
        assert [("update" in call, "install" in call) for call in calls] == [(True, False)] * 4 + [(False, True)]

    def test_any_other_failure_is_not_repeated(self, programs: Path, tmp_path: Path) -> None:
        program(programs, "apt-get", f'echo x >>{tmp_path}/calls; echo "E: Unable to locate package"; exit 100')
        assert run(programs, "_apt_install nothing").returncode == 100
        assert (tmp_path / "calls").read_text() == "x\n"

    def test_without_root_nothing_is_tried(self, programs: Path, tmp_path: Path) -> None:
        program(programs, "id", "echo 1000")
        program(programs, "apt-get", f"touch {tmp_path}/called")
        assert run(programs, "install_packages reason chromium").returncode == 1
        assert not (tmp_path / "called").exists()


class TestSlowSteps:
    def test_a_failed_step_shows_the_end_of_its_log_and_its_code(self, programs: Path) -> None:
        answer = run(programs, "slowly 'doing it' bash -c 'echo the reason; exit 7'")
        assert answer.returncode == 7
        assert answer.stderr == "setup: doing it …\nthe reason\n"

    def test_a_long_step_says_that_it_goes_on(self, programs: Path, tmp_path: Path) -> None:
        # The shell's own clock is moved, once, instead of waiting for five seconds.
        program(programs, "sleep", f"exec /bin/sleep 0.05; touch {tmp_path}/slept")
        answer = run(programs, "kill() { SECONDS=$((SECONDS + 6)); builtin kill \"$@\"; }\nslowly 'doing it' /bin/sleep 0.3")
        assert answer.returncode == 0
        assert re.search(r"^setup: doing it … \d+ s$", answer.stderr, re.MULTILINE)

    async def test_an_interrupted_step_ends_its_job(self, tmp_path: Path) -> None:
        script = f". deploy/lib.sh\nslowly 'doing it' bash -c 'echo $$ >{tmp_path}/job; exec /bin/sleep 600'"
        shell = await asyncio.create_subprocess_exec("bash", "-c", script, cwd=ROOT, stderr=subprocess.DEVNULL)
        job = tmp_path / "job"
        await until(lambda: job.exists() and job.read_text().endswith("\n"), "the job's start")
        shell.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(shell.wait(), 10) == 130
        await until(lambda: not running(int(job.read_text())), "the job's end")


def running(process: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class TestSetUp:
    def test_a_checkout_that_is_set_up_is_left_alone(self, tmp_path: Path) -> None:
        shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
        shutil.copy(ROOT / "requirements.lock", tmp_path)
        (tmp_path / ".venv" / "bin").mkdir(parents=True)
        program(tmp_path / ".venv" / "bin", "python", "exit 1")
        stamped = b"".join((tmp_path / name).read_bytes() for name in ("requirements.lock", "deploy/uv.lock", "deploy/setup.sh"))
        (tmp_path / ".venv" / ".mendline-setup").write_text(hashlib.sha256(stamped).hexdigest() + "  -")
        answer = subprocess.run(
            [tmp_path / "deploy" / "setup.sh"], env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=30
        )
        assert (answer.returncode, answer.stderr) == (0, "")
        assert sorted(os.listdir(tmp_path)) == [".venv", "deploy", "requirements.lock"]
