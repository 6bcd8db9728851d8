"""All that `data/voice/listening.yml` says of how a call listens, as one value for a session to hand to its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.types import Awaiting
from bot.yamlfile import open_yaml
from voice.barge_in import BargeInRules
from voice.cues import Cues
from voice.end_of_turn import TurnRules
from voice.keypad import KeypadRules
from voice.listening import Profile, read_profiles
from voice.pace import PaceRules
from voice.silence import SilenceRules

LISTENING = Path(__file__).parents[1] / "data" / "voice" / "listening.yml"


@dataclass(frozen=True)
class Manners:
    """The profile of each kind of answer, and the figures of each manner."""

    profiles: Mapping[Awaiting, Profile]
    keypad: KeypadRules
    turn: TurnRules
    pace: PaceRules
    cues: Cues
    silence: SilenceRules
    barge_in: BargeInRules


def load_manners(path: Path = LISTENING) -> Manners:
    """Read the file. Raises FileError that names the key, the value and the remedy."""
    node = open_yaml(path)
    manners = Manners(
        profiles=read_profiles(node.at("profiles")),
        keypad=KeypadRules.read(node.at("keypad")),
        turn=TurnRules.read(node.at("turn")),
        pace=PaceRules.read(node.at("pace")),
        cues=Cues.read(node.at("cues")),
        silence=SilenceRules.read(node.at("silence")),
        barge_in=BargeInRules.read(node.at("barge_in")),
    )
    node.finish()
    return manners
