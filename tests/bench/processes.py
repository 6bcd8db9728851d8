"""CPU time and memory of processes, from /proc (proc(5)); processes that are gone count as nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")
# Fields of /proc/PID/stat after the command's closing bracket, which may itself hold spaces.
PARENT, USER_TIME, SYSTEM_TIME = 1, 11, 12


def _stat(pid: int) -> list[str] | None:
    try:
        text = (PROC / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text.rpartition(")")[2].split()


def family(root: int) -> list[int]:
    """Return a process and all its descendants."""
    parents: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))) is not None:
            parents.setdefault(int(fields[PARENT]), []).append(int(entry.name))
    found = [root]
    for pid in found:
        found += parents.get(pid, [])
    return found


def cpu_ms(pids: Iterable[int]) -> float:
    """Return the milliseconds of processor time, user and system, that these processes have used so far."""
    ticks = 0
    for pid in pids:
        if (fields := _stat(pid)) is not None:
            ticks += int(fields[USER_TIME]) + int(fields[SYSTEM_TIME])
    return ticks * 1000 / TICKS


def pss_mb(pid: int) -> float:
    """Return a process's proportional share of memory in MB (10^6 bytes): what it shares with others is divided among them."""
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024 / 1e6


def named(root: int, names: Mapping[str, int]) -> dict[str, int]:
    """Return a process and all its descendants by name; those that `names` does not know are called by their number."""
    known = {pid: name for name, pid in names.items()}
    return {known.get(pid, f"process {pid}"): pid for pid in family(root)}


class CpuMeter:
    """Counts the CPU time of processes from its making on."""

    def __init__(self, processes: Mapping[str, int]) -> None:
        self._processes = processes
        self._before = self._now()

    def _now(self) -> dict[str, float]:
        return {name: cpu_ms([pid]) for name, pid in self._processes.items()}

    def spent(self) -> dict[str, float]:
        """Return the milliseconds each process has used since."""
        return {name: value - self._before[name] for name, value in self._now().items()}
