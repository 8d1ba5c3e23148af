"""Prompt: a problem's parts as the text that a model reads.   Problem -> user message

The texts lie in codeio/prompts/, one file each: the set `ask` for models that know English, `brief` for small models
that learn from nothing (their context is short). A part that is empty leaves no line behind.
"""

from functools import cache
from pathlib import Path
from string import Template

from codeio import values
from codeio.records import Json, Predict, Problem, Verdict

PROMPTS = Path(__file__).parent / "prompts"


@cache
def template(name: str) -> Template:
    """A text of codeio/prompts with $names for its parts."""
    return Template((PROMPTS / f"{name}.txt").read_text(encoding="utf-8"))


def question(problem: Problem, style: str) -> str:
    """The first user turn: statement, I/O description, the given side, and the code as a tip (paper, section 2.2)."""
    parts = {
        "statement": problem.statement,
        "io_description": problem.io_description,
        "given": in_order(problem.given),
        "code": problem.code.strip(),
    }
    text = template(f"{style}_{problem.predict}").substitute(parts)
    return "\n".join(line for line in text.splitlines() if line.strip())


def again(verdict: Verdict, predict: Predict, style: str) -> str:
    """The user turn after a wrong answer: what execution says of it."""
    name = "brief_revise" if style == "brief" else "revise"
    return template(name).substitute(feedback=verdict.feedback, predict=predict).strip()


def bare(problem: Problem) -> str:
    """The right answer without a word, as a response ends with it."""
    return f'{{"{problem.predict}": {in_order(problem.wanted)}}}'


def in_order(value: Json) -> str:
    """JSON with the fields of an object in their own order: arguments as the function takes them."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{values.canonical(k)}: {in_order(v)}" for k, v in value.items()) + "}"
    return values.canonical(value)
