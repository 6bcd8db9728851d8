"""Logs stay bounded and small files are never half written."""

from __future__ import annotations

import os
from pathlib import Path

from bot.supervisor.files import LOG_BYTES, LOGS_KEPT, last_lines, open_log, trim_log, write_whole


def _fill(path: Path, mark: str) -> None:
    path.write_text(mark + "x" * LOG_BYTES)


def test_a_large_log_is_put_aside_at_start_and_only_so_many_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "edge.log"
    os.close(open_log(path))
    for turn in range(LOGS_KEPT + 2):
        _fill(path, str(turn))
        os.close(open_log(path))
    assert path.stat().st_size == 0
    kept = sorted(path.parent.glob("edge.log.*"))
    assert [log.read_text()[0] for log in kept] == ["4", "3", "2"]


def test_a_small_log_is_continued(tmp_path: Path) -> None:
    path = tmp_path / "edge.log"
    for line in (b"one\n", b"two\n"):
        descriptor = open_log(path)
        os.write(descriptor, line)
        os.close(descriptor)
    assert path.read_text() == "one\ntwo\n"


def test_a_log_is_cut_under_a_running_writer_and_what_it_writes_next_stands_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "edge.log"
    writer = open_log(path)
    os.write(writer, b"x" * (LOG_BYTES + 1))
    trim_log(path)
    os.write(writer, b"next\n")
    os.close(writer)
    assert path.read_text() == "next\n"
    assert (tmp_path / "edge.log.1").stat().st_size == LOG_BYTES + 1


def test_the_end_of_a_log(tmp_path: Path) -> None:
    path = tmp_path / "edge.log"
    path.write_text("\n".join(str(line) for line in range(5000)))
    assert last_lines(path, 2) == "4998\n4999"
    assert last_lines(tmp_path / "none.log") == ""


def test_a_file_is_replaced_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a.pid"
    write_whole(path, "1\n")
    write_whole(path, "2\n", mode=0o600)
    assert path.read_text() == "2\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]
