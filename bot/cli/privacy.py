"""`python -m bot export`, `erase` and `retention`: what the line holds of one patient, and for how long it holds anything.

They print counts and opaque ids, never what is held.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.cli.errors import CommandError
from bot.cli.parts import clock_of
from bot.clinic import load_clinic
from bot.clock import Clock
from bot.privacy import erase, export, holdings, retention
from bot.privacy.holdings import Holdings
from bot.settings import Settings
from bot.store.database import Database
from bot.store.trackers import Trackers, tracker_url

ACTOR = "command line"
REFERENCE = re.compile(r"Patient/[A-Za-z0-9.-]{1,64}")  # FHIR R4's form of an id


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Carry out one of the three commands. Returns 1 when an erasure is refused."""
    clinic, clock = load_clinic(settings.clinic), clock_of(settings)
    database, trackers = Database(settings.database, threads=1), Trackers(tracker_url(settings))
    try:
        if arguments.command == "retention":
            return _retention(arguments, clinic.retention, database, trackers, clock)
        if REFERENCE.fullmatch(arguments.patient) is None:
            raise CommandError("--patient is no reference to a patient; write it as Patient/ and the scheduling system's id")
        proof = timedelta(hours=clinic.policies.proof_hours)
        if arguments.command == "export":
            return _export(arguments, database, trackers, proof, clock)
        return _erase(arguments, database, trackers, proof, clock)
    except sa.exc.OperationalError as error:
        raise CommandError(f"the database cannot be used ({type(error.orig).__name__}); is it up, and has the line run on it?") from error
    finally:
        trackers.close()
        database.close()


def _retention(arguments: argparse.Namespace, days: retention.Retention, database: Database, trackers: Trackers, clock: Clock) -> int:
    if arguments.check:
        _print(retention.count(database, days, clock.now()), "nothing is past its days")
        print("Nothing was changed.")
        return 0
    _print(retention.run(database, trackers, days, clock.now(), ACTOR), "nothing was past its days")
    erase.wipe(database, trackers)
    return 0


def _export(arguments: argparse.Namespace, database: Database, trackers: Trackers, proof: timedelta, clock: Clock) -> int:
    with database.read() as connection:
        found = _found(connection, arguments, proof)
    content = export.document(found, trackers, clock.now())
    path: Path = arguments.to
    try:
        export.write(path, content)
    except FileExistsError as error:
        raise CommandError(f"{path} is there already and is not overwritten; name another file") from error
    except OSError as error:
        raise CommandError(f"{path} cannot be written ({error.strerror}); name a file in a folder of yours") from error
    _print(found.counts, "no rows")
    _tell_shared(found)
    print(f"Written to {path}; only you may read it.")
    return 0


def _erase(arguments: argparse.Namespace, database: Database, trackers: Trackers, proof: timedelta, clock: Clock) -> int:
    with database.write() as connection:
        found = _found(connection, arguments, proof)
        standing = erase.obstacles(found, clock.now(), with_tasks=arguments.with_tasks)
        if arguments.yes and not standing:
            erase.lock(connection, found)
            found = _found(connection, arguments, proof)
            standing = erase.obstacles(found, clock.now(), with_tasks=arguments.with_tasks)
        _print(found.counts, "no rows")
        _tell_shared(found)
        for one in standing:
            print(f"In the way: {one}")
        if standing:
            print("Nothing was changed.")
            return 1
        if not arguments.yes:
            print("Nothing was changed. Say --yes to erase this; export it first if it may be asked for.")
            return 0
        erased = erase.erase(connection, found, trackers, ACTOR, clock.now(), with_tasks=arguments.with_tasks)
    erase.wipe(database, trackers)
    print(f"Erased, with {erased.events} tracker events. Opt-outs kept under a digest: {erased.opt_outs}.")
    print("Visits and charts are in the scheduling system, copies of texts at the carrier and in your backups: see docs/privacy.md.")
    return 0


def _found(connection: Connection, arguments: argparse.Namespace, proof: timedelta) -> Holdings:
    found = holdings.held(connection, arguments.patient, proof, arguments.number)
    if not found.counts:
        raise CommandError(
            f"the line holds nothing of {arguments.patient}; a patient who never proved who they are is found with --number +1…"
        )
    return found


def _tell_shared(found: Holdings) -> None:
    shared = [thread for thread in found.threads if thread.shared]
    if shared:
        print(f"{len(shared)} of their conversations are shared: only their part is taken.")
    if found.nobodys:
        print(f"{found.nobodys} rows of shared conversations stand under nobody's proof; they are left alone.")


def _print(counts: Mapping[str, int], nothing: str) -> None:
    print("\n".join(f"{number:8} {name}" for name, number in counts.items() if number) or nothing)
