"""Ports: the default when it is free, another when it is not, and a refusal where a person named one."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bot.cli.errors import CommandError
from bot.cli.ports import settle
from bot.settings import Settings
from tests.support.services import free_port


@contextmanager
def taken() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def settings(**env: str) -> Settings:
    return Settings.from_env({"MENDLINE_PORT": "0", **env})


def test_every_process_gets_a_port_of_its_own_and_the_settings_hand_them_on() -> None:
    ports = settle(settings(), {})
    assert len({ports.edge, ports.scheduling, ports.actions, ports.rasa}) == 4
    handed = Settings.from_env(ports.environment())
    assert handed.port == ports.edge
    assert handed.scheduling == f"http://127.0.0.1:{ports.scheduling}/fhir"
    assert handed.actions_url.endswith(f":{ports.actions}")
    assert handed.rasa_url.endswith(f":{ports.rasa}")


def test_a_free_port_that_a_person_named_is_kept() -> None:
    port = free_port()
    assert settle(settings(MENDLINE_PORT=str(port)), {}).edge == port


def test_a_taken_default_of_a_private_process_is_replaced() -> None:
    with taken() as port:
        chosen = settle(settings(MENDLINE_SCHEDULING_PORT=str(port)), {}).scheduling
    assert chosen not in (None, port)


def test_where_any_public_port_will_do_the_private_defaults_are_left_to_others() -> None:
    ports = settle(settings(), {})
    assert {5005, 5055, 8090}.isdisjoint({ports.rasa, ports.actions, ports.scheduling})
    named = free_port()
    assert settle(settings(MENDLINE_SCHEDULING_PORT=str(named)), {"MENDLINE_SCHEDULING_PORT": str(named)}).scheduling == named


def test_a_taken_port_that_a_person_named_is_refused() -> None:
    with taken() as port, pytest.raises(CommandError, match=f"port {port} of 127.0.0.1 is taken.*MENDLINE_PORT"):
        settle(settings(MENDLINE_PORT=str(port)), {}, patience=0)


def test_so_is_a_taken_port_of_the_scheduling_server_that_a_person_named() -> None:
    with taken() as port, pytest.raises(CommandError, match="MENDLINE_SCHEDULING_PORT"):
        settle(settings(MENDLINE_SCHEDULING_PORT=str(port)), {"MENDLINE_SCHEDULING_PORT": str(port)}, patience=0)


def test_servers_elsewhere_get_no_port_here() -> None:
    ports = settle(settings(MENDLINE_RASA_URL="http://rasa.internal:5005", MENDLINE_SCHEDULING_URL="https://fhir.example.org/r4"), {})
    assert ports.rasa is None
    assert ports.scheduling is None
    assert "MENDLINE_RASA_URL" not in ports.environment()
