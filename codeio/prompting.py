"""Prompt: a problem's parts as the text that a model reads.   Problem -> user message

The texts lie in codeio/prompts/, one file each: the set `ask` for models that know English, `brief` for small models
that learn from nothing (their context is short), `blind` for questions that do not show the code.
"""

import json
from functools import cache
from pathlib import Path
from string import Template
from typing import Literal

from codeio.records import Json, Predict, Problem, Verdict

PROMPTS = Path(__file__).parent / "prompts"


@cache
def template(name: str) -> tuple[Template, ...]:
    """The lines of a text of codeio/prompts, with $names for its parts."""
    lines = (PROMPTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return tuple(Template(line) for line in lines)


def filled(name: str, **parts: str) -> str:
    """A text of codeio/prompts with its parts as they are; a line whose parts are empty is left out."""
    lines = (line.substitute(parts) for line in template(name))
    return "\n".join(line for line in lines if line)


def question(problem: Problem, style: str) -> str:
    """The first user turn: statement, I/O description, the given side, and the code as a tip (paper, section 2.2)."""
    return filled(
        f"{style}_{problem.predict}",
        statement=problem.statement.strip(),
        io_description=problem.io_description.strip(),
        given=compact(problem.given),
        code=problem.code.strip(),
    )


def blind(problem: Problem, kind: Literal["output", "input", "code"]) -> str:
    """A question without the code: for a prediction, or for the code itself."""
    return filled(
        f"blind_{kind}",
        statement=problem.statement.strip(),
        io_description=problem.io_description.strip(),
        given=compact(problem.given),
        entry=problem.entry,
    )


def again(verdict: Verdict, predict: Predict, style: str) -> str:
    """The user turn after a wrong answer: what execution says of it."""
    name = "brief_revise" if style == "brief" else "revise"
    return filled(name, feedback=verdict.feedback, predict=predict)


def answer(predict: Predict, value: Json) -> str:
    """What a response ends with, and all that a bare one says."""
    return json.dumps({predict: value}, ensure_ascii=False)


def compact(value: Json) -> str:
    """JSON without spaces, the fields of an object in their own order: arguments as the function takes them."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
