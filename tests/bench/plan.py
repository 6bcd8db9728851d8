"""How long the parts of a run are. The full run stays under twelve minutes, a quick one is for development only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """Rates per second, durations in seconds, counts."""

    webhook_rate: float = 50.0
    webhook_seconds: float = 60.0
    webhook_patients: int = 300
    turn_patients: int = 16
    turn_warm_up: float = 4.0
    turn_seconds: float = 15.0
    turn_rounds: int = 2
    carrier_latencies: tuple[float, ...] = (0.0, 0.150)
    moves: int = 60
    bursts: int = 8
    idle_seconds: float = 5.0


FULL = Plan()
QUICK = Plan(
    webhook_seconds=8.0, webhook_patients=60, turn_warm_up=1.5, turn_seconds=5.0, turn_rounds=1, moves=8, bursts=3, idle_seconds=2.0
)
