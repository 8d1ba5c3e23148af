"""Ways: the strongest isolation that this machine allows.   wish -> how zygotes are jailed, why not better"""

import os
import platform
from typing import Any, Literal

import msgspec

from codeio.errors import EngineError
from codeio.sandbox.jobs import Limits
from codeio.sandbox.zygote import Launch, Way, Zygote

Isolation = Literal["auto", "T3", "T2", "none"]
TIERS: dict[Way, str] = {"root": "T3", "userns": "T3", "plain": "T2", "none": "none"}
NAMES: dict[Way, str] = {
    "root": "namespaces as root",
    "userns": "unprivileged user namespaces",
    "plain": "Landlock and seccomp without namespaces",
    "none": "no isolation",
}


class Choice(msgspec.Struct, frozen=True):
    """The way taken and, for each stronger one, why it is not available."""

    way: Way
    refused: dict[str, str]
    facts: dict[str, Any]

    @property
    def tier(self) -> str:
        return TIERS[self.way]


def candidates(isolation: Isolation, launch: Launch) -> list[Way]:
    """Ways that satisfy a wish, strongest first."""
    root: list[Way] = ["root"] if os.geteuid() == 0 and launch.user is None else []
    options: dict[str, list[Way]] = {
        "auto": [*root, "userns", "plain"],
        "T3": [*root, "userns"],
        "T2": ["plain"],
        "none": ["none"],
    }
    if isolation not in options:
        raise EngineError(f"isolation {isolation!r} does not exist: auto, T3, T2 or none")
    return options[isolation]


def choose(isolation: Isolation, launch: Launch, limits: Limits) -> tuple[Choice, Zygote]:
    """Start a zygote the strongest way that works here. Raises EngineError that says why none does."""
    refused: dict[str, str] = {}
    for way in candidates(isolation, launch):
        try:
            zygote = Zygote(launch, way, kind="lite", hash_seed=0, limits=limits)
        except EngineError as error:
            refused[way] = str(error)
            continue
        return Choice(way, refused, zygote.facts), zygote
    raise EngineError(refusal(isolation, refused))


def refusal(isolation: Isolation, refused: dict[Way, str]) -> str:
    why = "; ".join(f"{NAMES[way]}: {reason}" for way, reason in refused.items())
    if platform.system() != "Linux":
        mend = "run in a Linux container (docker run -v .:/codeio -w /codeio python:3.11 make repro)"
    else:
        mend = "use Linux 5.13 or newer, or a container that allows Landlock and seccomp"
    return (
        f"foreign code cannot be isolated here as {isolation}: {why}. Mend: {mend}; isolation=none is unsafe"
    )
