"""Reward: an answer in verl's training, judged as codeio judges it.   (solution, ground truth) -> 1.0 or 0.0

A predicted input is run in the sandbox: every input that leads to the asked output is right, not only the stored one.
"""

import json
from functools import cache
from typing import Any

from codeio.params import load
from codeio.records import Problem
from codeio.sandbox import Limits, Sandbox
from codeio.verify import verdicts

UNUSED = ("function", "pair", "corpus", "licence", "structure", "statement", "io_description")


@cache
def sandbox() -> tuple[Sandbox, int]:
    """One per process, open as long as it lives, with the limits of params.yaml."""
    p = load().execute
    box = Sandbox(Limits(cpu_s=p.cpu_s, memory_mb=p.memory_mb), workers=1)
    box.__enter__()
    return box, p.max_lines


def compute_score(data_source: str, solution_str: str, ground_truth: str, extra_info: Any = None) -> float:
    """The signature is verl's `custom_reward_function`."""
    truth = json.loads(ground_truth)
    rest = dict.fromkeys(UNUSED, "") | {"rank": 0, "split": "train", "tier": "code-only"}
    box, lines = sandbox()
    (verdict,) = verdicts([(Problem(**truth, **rest), solution_str)], box, lines)
    return float(verdict.correct)
