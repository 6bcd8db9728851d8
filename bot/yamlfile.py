"""A YAML file read key by key, with errors that a person can act on.

Every failure is a `FileError` that names the file, the key's path, the value found and the remedy.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml


class FileError(Exception):
    """A file cannot be used. The message names file, key, value and remedy."""


class Node:
    """One value of the file and the path that leads to it; mappings remember which keys were read, so that unknown ones are refused."""

    def __init__(self, file: Path, key: str, value: Any) -> None:
        self.file = file
        self.key = key
        self.value = value
        self._read: set[str] = set()

    def error(self, remedy: str) -> FileError:
        """Return the error for this value; `remedy` says what to write instead."""
        return FileError(f"{self.file}: {self.key or 'the file'} is {_shown(self.value)}; {remedy}")

    def at(self, key: str) -> Node:
        """Return the value under `key`. Raises FileError when this is no mapping or lacks the key."""
        node = self.maybe(key)
        if node is None:
            raise FileError(f"{self.file}: {self._path(key)} is missing; add it")
        return node

    def maybe(self, key: str) -> Node | None:
        """Return the value under `key`, or None when it is absent or null."""
        if not isinstance(self.value, dict):
            raise self.error(f"write a mapping with the key {key!r}")
        self._read.add(key)
        found = self.value.get(key)
        return None if found is None else Node(self.file, self._path(key), found)

    def items(self) -> Iterator[Node]:
        """Yield the entries of a list, or nothing for an absent value."""
        if not isinstance(self.value, list):
            raise self.error("write a list")
        for number, value in enumerate(self.value, start=1):
            yield Node(self.file, f"{self.key}[{number}]", value)

    def finish(self) -> None:
        """Refuse keys that nobody asked for: they are typing errors. Raises FileError."""
        unknown = sorted(str(key) for key in self.value if key not in self._read)
        if unknown:
            raise FileError(f"{self.file}: {self._path(unknown[0])} is not known; use one of {', '.join(sorted(self._read))}")

    def text(self) -> str:
        """Return a non-empty text."""
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.error("write a text (in quotes when it is only digits)")
        return self.value.strip()

    def texts(self) -> tuple[str, ...]:
        """Return a list of texts."""
        return tuple(node.text() for node in self.items())

    def number(self, *, least: int) -> int:
        """Return a whole number of at least `least`."""
        if not isinstance(self.value, int) or isinstance(self.value, bool) or self.value < least:
            raise self.error(f"write a whole number of {least} or more")
        return self.value

    def flag(self) -> bool:
        """Return true or false."""
        if not isinstance(self.value, bool):
            raise self.error("write true or false")
        return self.value

    def choice(self, known: tuple[str, ...]) -> str:
        """Return a text that is one of `known`."""
        if self.value not in known:
            raise self.error(f"write one of {', '.join(known)}")
        return str(self.value)

    def web_address(self) -> str:
        """Return an https address."""
        text = self.text()
        if urlsplit(text).scheme != "https" or not urlsplit(text).netloc:
            raise self.error("write a whole https:// address")
        return text

    def phone(self) -> str:
        """Return a telephone number in E.164 form."""
        text = self.text()
        if not (text.startswith("+") and text[1:].isdigit() and 8 <= len(text) <= 16):
            raise self.error('write an E.164 number in quotes, for example "+12075550110"')
        return text

    def span(self) -> tuple[time, time]:
        """Return a span of the clock written `07:00-19:00`."""
        start, dash, end = str(self.value).partition("-")
        try:
            span = (time.fromisoformat(start.strip()), time.fromisoformat(end.strip()))
        except ValueError:
            dash = ""
        if not dash or span[0] == span[1]:
            raise self.error("write a span of the clock such as 07:00-19:00")
        return span

    def _path(self, key: str) -> str:
        return f"{self.key}.{key}" if self.key else key


def open_yaml(path: Path) -> Node:
    """Read a YAML file whose top is a mapping. Raises FileError when it is missing or no such thing."""
    try:
        value = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FileError(f"{path} cannot be read ({error.strerror}); check the path and its rights") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FileError(f"{path} is not YAML ({' '.join(str(error).split())}); correct it there") from error
    if not isinstance(value, dict):
        raise FileError(f"{path} holds {_shown(value)}; write a mapping of keys and values")
    return Node(path, "", value)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
