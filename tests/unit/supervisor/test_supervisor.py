"""The supervisor against real processes: what dies comes back, nothing else stops, and everything ends in order."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.supervisor.files import HomeLock
from bot.supervisor.program import Backoff, Program, SupervisorError
from bot.supervisor.supervisor import Supervisor
from tests.support.waiting import until
from tests.unit.supervisor.programs import DYING, STUBBORN, program, read

FAST = Backoff(first=0.01, most=0.05, reset=30)


@asynccontextmanager
async def supervised(home: Path, *stages: Sequence[Program]) -> AsyncIterator[list[str]]:
    """Run the stages; inside the block all of them are ready. Yields the lines told to people."""
    told: list[str] = []
    ready = asyncio.Event()
    supervisor = Supervisor(home, stages, dict(os.environ), told.append, FAST)
    task = asyncio.create_task(supervisor.run(ready.set))
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    try:
        if not ready.is_set():
            await task
        yield told
    finally:
        supervisor.request_stop()
        with contextlib.suppress(SupervisorError):
            await task


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir()
    return tmp_path


@pytest.fixture
def traces(tmp_path: Path) -> Path:
    return tmp_path / "traces"


def pid(home: Path, name: str) -> int | None:
    """The process id that the pid file names, or None."""
    try:
        return int((home / "run" / f"{name}.pid").read_text())
    except FileNotFoundError:
        return None


def alive(process: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def command_line(process: int | None) -> str:
    return Path(f"/proc/{process}/cmdline").read_text()


def other_than(home: Path, name: str, before: int) -> Callable[[], bool]:
    return lambda: pid(home, name) not in (None, before)


class TestComingBack:
    async def test_a_killed_program_comes_back_and_the_other_one_never_notices(self, home: Path, traces: Path) -> None:
        async with supervised(home, [program("a", traces), program("b", traces)]) as told:
            first, neighbour = pid(home, "a"), pid(home, "b")
            assert first is not None
            os.kill(first, signal.SIGKILL)
            await until(other_than(home, "a", first), "a new process of a")
            assert pid(home, "b") == neighbour
            assert told == ["a ended (signal 9); it starts again in 0.0 s"]

    async def test_it_comes_back_as_often_as_it_is_killed(self, home: Path, traces: Path) -> None:
        async with supervised(home, [program("a", traces)]):
            for _ in range(8):
                current = pid(home, "a")
                assert current is not None
                os.kill(current, signal.SIGKILL)
                await until(other_than(home, "a", current), "a new process of a")

    async def test_the_pid_file_names_the_program_itself(self, home: Path, traces: Path) -> None:
        async with supervised(home, [program("a", traces)]):
            assert str(traces) in command_line(pid(home, "a"))

    def test_pauses_double_up_to_the_most_and_start_over_after_a_long_life(self) -> None:
        backoff, pause, pauses = Backoff(), 0.0, []
        for lived in (0, 0, 0, 0, 0, 0, 0, 0, 31, 1):
            pause = backoff.after(pause, lived)
            pauses.append(pause)
        assert pauses == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 0.1, 0.2]


class TestStarting:
    async def test_a_stage_waits_until_the_one_before_it_is_ready(self, home: Path, traces: Path) -> None:
        gate = home / "gate"

        async def opened() -> bool:
            return gate.exists()

        supervisor = Supervisor(
            home, [[program("first", traces, ready=opened)], [program("second", traces)]], dict(os.environ), lambda _: None, FAST
        )
        task = asyncio.create_task(supervisor.run(supervisor.request_stop))
        await until(lambda: "first up" in read(traces), "first running")
        assert pid(home, "second") is None
        gate.touch()
        await task
        assert read(traces)[:2] == ["first up", "second up"]

    async def test_what_is_no_gate_holds_no_stage_up_but_the_start_is_complete_only_with_it(self, home: Path, traces: Path) -> None:
        gate = home / "gate"

        async def opened() -> bool:
            return gate.exists()

        stages = [[program("slow", traces, ready=opened, gate=False)], [program("quick", traces)]]
        supervisor = Supervisor(home, stages, dict(os.environ), lambda _: None, FAST)
        ready = asyncio.Event()
        task = asyncio.create_task(supervisor.run(ready.set))
        await until(lambda: "quick up" in read(traces), "the second stage running")
        assert not ready.is_set()
        gate.touch()
        await asyncio.wait_for(ready.wait(), 10)
        supervisor.request_stop()
        await task
        assert read(traces)[-2:] == ["quick down", "slow down"]

    async def test_what_dies_again_and_again_ends_the_start_with_its_own_words(self, home: Path, traces: Path) -> None:
        with pytest.raises(SupervisorError, match=r"(?s)bad ended 5 times while starting.*cannot read the plan"):
            async with supervised(home, [program("good", traces)], [program("bad", traces, DYING)]):
                pass
        assert read(traces) == ["good up", "good down"]

    async def test_what_is_never_ready_ends_the_start(self, home: Path, traces: Path) -> None:
        async def never() -> bool:
            return False

        with pytest.raises(SupervisorError, match="slow was not ready after 0 s"):
            async with supervised(home, [program("slow", traces, ready=never, ready_seconds=0.2)]):
                pass
        assert pid(home, "slow") is None

    async def test_a_stop_while_starting_is_obeyed(self, home: Path, traces: Path) -> None:
        async def never() -> bool:
            return False

        told_ready: list[str] = []
        supervisor = Supervisor(home, [[program("slow", traces, ready=never)]], dict(os.environ), lambda _: None, FAST)
        task = asyncio.create_task(supervisor.run(lambda: told_ready.append("ready")))
        await until(lambda: "slow up" in read(traces), "slow running")
        supervisor.request_stop()
        await task
        assert read(traces) == ["slow up", "slow down"]
        assert told_ready == []


class TestStopping:
    async def test_the_last_stage_ends_first_and_no_pid_file_stays(self, home: Path, traces: Path) -> None:
        async with supervised(home, [program("ground", traces)], [program("middle", traces)], [program("top", traces)]):
            pass
        assert read(traces)[3:] == ["top down", "middle down", "ground down"]
        assert list((home / "run").glob("*.pid")) == []

    async def test_what_ignores_the_request_is_killed_in_time(self, home: Path, traces: Path) -> None:
        async with supervised(home, [program("deaf", traces, STUBBORN, stop_seconds=0.2)]) as told:
            process = pid(home, "deaf")
            assert process is not None
        assert not alive(process)
        assert told == ["deaf did not end within 0 s and is killed"]

    async def test_sigterm_stops_everything(self, home: Path, traces: Path) -> None:
        supervisor = Supervisor(home, [[program("a", traces)]], dict(os.environ), lambda _: None, FAST)
        await supervisor.run(lambda: os.kill(os.getpid(), signal.SIGTERM))
        assert read(traces) == ["a up", "a down"]


# A supervisor in a process of its own, so that it can be killed: HOME and TRACES as arguments.
SCRIPT = """
import asyncio, os, sys
from pathlib import Path
from bot.supervisor.files import HomeLock
from bot.supervisor.program import SupervisorError
from bot.supervisor.supervisor import Supervisor
from tests.unit.supervisor.programs import program
home, traces = Path(sys.argv[1]), Path(sys.argv[2])
try:
    HomeLock(home).take()
except SupervisorError as error:
    sys.exit(str(error))
asyncio.run(Supervisor(home, [[program("a", traces)]], dict(os.environ), print).run(lambda: print("ready", flush=True)))
"""


def start_supervisor(home: Path, traces: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(home), str(traces)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


class TestAlone:
    async def test_no_program_outlives_a_killed_supervisor_and_the_next_one_may_start(self, home: Path, traces: Path) -> None:
        with start_supervisor(home, traces) as supervisor:
            assert supervisor.stdout is not None
            assert supervisor.stdout.readline() == "ready\n"
            process = pid(home, "a")
            assert process is not None
            supervisor.kill()
        await until(lambda: not alive(process), "the end of the orphan")
        lock = HomeLock(home)
        lock.take()
        lock.release()

    def test_a_second_supervisor_on_the_same_home_is_refused_with_the_first_ones_id(self, home: Path, traces: Path) -> None:
        with start_supervisor(home, traces) as first:
            assert first.stdout is not None
            assert first.stdout.readline() == "ready\n"
            with start_supervisor(home, traces) as second:
                _, error = second.communicate()
            assert second.returncode == 1
            assert f"another supervisor (process {first.pid}) runs on {home}" in error
            assert "MENDLINE_HOME" in error
            first.terminate()
        assert first.returncode == 0
