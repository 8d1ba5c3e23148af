"""Tell: one rationale from one traced call.   Telling -> text that ends with the JSON answer

Two styles. *notation* is what small models learn from; *english* is for reading. Predicting an input is
told as a guess with a forward check; in English, earlier guesses that were really executed come first.
"""

import ast
from functools import lru_cache
from typing import Literal

import msgspec

from codeio import prompting, values
from codeio.answer.english import Narrator
from codeio.answer.frames import Frame, outline, unfold
from codeio.answer.notation import Disagrees, Notation, compact, show, visible
from codeio.answer.operations import Unknown
from codeio.answer.phrases import Voice
from codeio.answer.rounds import GRANULARITIES
from codeio.answer.search import Probe, arguments, search
from codeio.answer.sought import sought
from codeio.answer.things import picture
from codeio.answer.wording import brief
from codeio.records import Json, Kind, Predict
from codeio.sandbox import Call
from codeio.walk import walk

Style = Literal["notation", "english"]


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """What is told: a call of `code`, as the answer to a question."""

    predict: Predict
    code: str  # in the form of `frames.plain`, as it was traced
    entry: str
    call: Call
    target: Json  # the output that was asked for when an input is predicted
    probes: tuple[Probe, ...] = ()
    seed: str  # decides wording and granularity
    style: Style
    max_chars: int


class Refused(msgspec.Struct, frozen=True):
    """Why there is no rationale."""

    reason: str
    detail: str = ""


def style_of(kind: Kind, wish: Literal["auto", "notation", "english"]) -> Style:
    """The style for a kind of code: notation for procedural programs, English for natural code."""
    if wish != "auto":
        return wish
    return "notation" if kind == "procedural" else "english"


def tell(telling: Telling) -> str | Refused:
    """The rationale, or why there is none."""
    root = unfold(telling.call.events)
    if asks_for_addresses(telling.code):
        return Refused("steps differ from run to run", "id()")
    if root is None:
        return Refused("nothing was traced")
    try:
        return noted(telling, root) if telling.style == "notation" else narrated(telling, root)
    except Disagrees as error:
        return Refused("narration disagrees with trace", str(error))
    except (Unknown, RecursionError) as error:
        return Refused("trace cannot be told", str(error))


@lru_cache(maxsize=1024)
def asks_for_addresses(code: str) -> bool:
    """Whether `id` is called: the result is certified, but the steps to it show where things lay."""
    called = (n.func for n in walk(ast.parse(code)) if isinstance(n, ast.Call))
    return any(isinstance(func, ast.Name) and func.id == "id" for func in called)


def noted(telling: Telling, root: Frame) -> str | Refused:
    """Compact: what is given and every step; an input is found on the way, and ends with what comes of it.

    To write down first what is given is how a small model learns to read it.
    """
    program, call = outline(telling.code), telling.call
    seeks = telling.predict == "input"
    unknown = sought(program.functions[telling.entry]) if seeks else frozenset()
    notation = Notation(program, unknown)
    notation.frame(root)
    start = [f"{name}={show(value)}" for name, value in call.input.items() if name not in unknown]
    if seeks:
        start.insert(0, f"{telling.entry}={visible(telling.target)}")
    lines = [" ".join(start), notation.text()]
    if seeks:
        lines.append(f"{telling.entry}={visible(call.output)}")
    final = call.output if telling.predict == "output" else call.input
    lines.append(compact({telling.predict: final}))
    text = "\n".join(line for line in lines if line)
    return text if len(text) <= telling.max_chars else Refused("rationale too long")


def narrated(telling: Telling, root: Frame) -> str | Refused:
    """English, at the granularity that the seed chooses or the first coarser one that fits."""
    root = picture(root, outline(telling.code).plain)
    first = int(values.unit(telling.seed, "granularity") * (len(GRANULARITIES) - 1))
    for detail in GRANULARITIES[first:]:
        voice = Voice(int(values.unit(telling.seed) * 2**52))
        narrator = Narrator(outline(telling.code), voice, detail)
        before, after = frame_of(telling, voice)
        narrator.call(root)
        text = "\n".join([*before, *narrator.lines, *after])
        if len(text) <= telling.max_chars:
            return text
    return Refused("rationale too long")


def frame_of(telling: Telling, voice: Voice) -> tuple[list[str], list[str]]:
    """The lines before and after the account of the run."""
    call = telling.call
    if telling.predict == "output":
        opening = [voice("start", args=arguments(call.input))] if call.input else []
        return opening, [voice("end", value=brief(call.output)), "", prompting.answer("output", call.output)]
    entry = outline(telling.code).functions[telling.entry]
    lines = list(search(entry, telling.target, telling.probes, call.input, voice))
    return lines, [voice("hit", value=brief(call.output)), "", prompting.answer("input", call.input)]
