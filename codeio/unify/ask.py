"""Unify by a language model: its words, its function, its inputs, tried in the sandbox.   Source ... -> Function ...

A reply that cannot be used goes back to the model with what is wrong, up to `unify.repairs` times; each such reply is
kept as a drop, with its reason. Files may be in any language: the model translates them.
"""

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from codeio import prompting, values
from codeio.execute import gate, statuses, usable
from codeio.llm import Chat, Failed, Message, Model, Reply
from codeio.records import Dropped, Function, Source
from codeio.sandbox import Call, Draw, Program, Result, Sandbox
from codeio.settings import Unify
from codeio.similar import structure
from codeio.unify import candidates, module, sections
from codeio.unify.clean import clean
from codeio.unify.sections import ENTRY, GENERATOR, Parts
from codeio.unify.static import natural_split
from codeio.walk import walk

BACKEND = "llm"
TRIES = 4  # times as many inputs as one guess of the static backend gets
WITHOUT_RNG = f"""
import random as random_of_rng
drawn_by_model = {GENERATOR}
def {GENERATOR}(rng):
    random_of_rng.seed(rng.getrandbits(64))
    return drawn_by_model()
"""


class Try(NamedTuple):
    """A file on its way: what was said so far."""

    source: Source
    messages: tuple[Message, ...]


class Wrong(NamedTuple):
    """Why a reply cannot be used; `again`: whether the model may mend it."""

    reason: str
    detail: str = ""
    again: bool = True


def functions(
    sources: Sequence[Source], box: Sandbox, model: Model, p: Unify
) -> Iterator[Function | Dropped]:
    """A function per file, or none; and every reply that could not be used."""
    left, failed = [], []
    for source in sources:
        if len(source.text) > p.max_file_chars:
            yield Dropped(id=name(source), reason="file too long for the model", detail=f"{len(source.text)}")
        else:
            left.append(opening(source, model.p.json_schema))
    for turn in range(p.repairs + 1):
        replies = model.ask([chat(one, turn) for one in left])
        found = judged(left, replies, box, model, p)
        again = []
        for one, reply, outcome in zip(left, replies, found, strict=True):
            if isinstance(outcome, Function):
                yield outcome
                continue
            failed.append((one.source, turn, text_of(reply), outcome))
            if outcome.again and turn < p.repairs:
                again.append(further(one, text_of(reply), outcome))
        left = again
    yield from (kept(*row) for row in failed)


def opening(source: Source, as_json: bool) -> Try:
    form = prompting.filled("unify_json" if as_json else "unify_sections")
    text = prompting.filled("unify", form=form, path=source.path, text=source.text.strip())
    return Try(source, (Message("user", text),))


def further(one: Try, said: str, wrong: Wrong) -> Try:
    """The same file with the reply and what is wrong with it."""
    mend = prompting.filled("unify_repair", reason=wrong.reason, detail=wrong.detail)
    return Try(one.source, (*one.messages, Message("assistant", said), Message("user", mend)))


def chat(one: Try, turn: int) -> Chat:
    return Chat(
        kind="unify" if turn == 0 else "repair",
        messages=one.messages,
        seed=int(values.unit("unify", one.source.sha256, turn) * 2**31),
        schema=sections.SCHEMA,
    )


def judged(
    tried: Sequence[Try], replies: Sequence[Reply | Failed], box: Sandbox, model: Model, p: Unify
) -> list[Function | Wrong]:
    """What comes of each reply: read, loaded, and run on its own inputs."""
    parts = [read(reply) for reply in replies]
    jobs = [job(one, p, chance) for one in parts if not isinstance(one, Wrong) for chance in (0, 1)]
    results = box.map(jobs)
    outcomes: list[Function | Wrong] = []
    for one, found in zip(tried, parts, strict=True):
        wrong = found if isinstance(found, Wrong) else fault(next(results), next(results))
        outcomes.append(wrong or function(one.source, found, model.p.model or "", p))
    return outcomes


def read(reply: Reply | Failed) -> Parts | Wrong:
    """The parts of a reply, in the form in which they are stored."""
    if isinstance(reply, Failed):
        return Wrong(f"no reply: {reply.reason}", reply.detail, again=False)
    text = reply.texts[0]
    if text.finish == "refused":
        return Wrong("the model refuses", again=False)
    found = sections.read(text.content)
    if isinstance(found, str):
        return Wrong("cut at llm.max_tokens", again=False) if text.finish == "length" else Wrong(found)
    code = written(found.code)
    imported = {alias for node in walk(ast.parse(code)) for alias in roots(node)}
    if why := candidates.foreign(frozenset(imported), ""):
        return Wrong(why)
    return msgspec.structs.replace(found, code=code, input_generator=with_rng(found.input_generator))


def roots(node: ast.AST) -> set[str]:
    return module.roots_of(ast.unparse(node)) if isinstance(node, ast.Import | ast.ImportFrom) else set()


def written(code: str) -> str:
    """The code as all stored code is: one statement a line, no docstrings, no main block."""
    kept = [ast.unparse(clean(node, False)) for node in module.flat(ast.parse(code).body)]
    return "\n\n".join(kept) + "\n"


def with_rng(code: str) -> str:
    """A generator that takes no argument draws from a random module seeded by rng."""
    (made,) = [n for n in ast.parse(code).body if isinstance(n, ast.FunctionDef) and n.name == GENERATOR][-1:]
    return code + "\n" if made.args.args else code + WITHOUT_RNG


def job(parts: Parts, p: Unify, chance: int) -> Draw:
    """Its own inputs, drawn and called; twice, under another chance, since what differs then is no generator."""
    want = p.tries * TRIES
    return Draw(
        program=Program(code=parts.code, entry=ENTRY),
        generator=parts.input_generator,
        draws=2 * want,
        want=want,
        seed=1,
        hash_seed=chance,
        chance=chance,
        max_lines=p.max_lines,
    )


def fault(result: Result, second: Result) -> Wrong | None:
    """Why the function and its inputs are not worth asking about, or None; the gates are those of execute."""
    if result.failure:
        return Wrong("the input generator fails", result.failure)
    if [call.input for call in result.calls] != [call.input for call in second.calls]:
        return Wrong("the input generator gives others each time", "it must draw everything from rng")
    pool = [call for call in result.calls if usable(call)]
    why = gate(pool, len(result.calls))
    return Wrong(why, f"{statuses(result.calls)}. {example(result.calls)}") if why else None


def example(calls: Sequence[Call]) -> str:
    """One input and what came of it, preferably a failure: what a model needs to mend its code."""
    one = next((call for call in calls if not usable(call)), calls[0])
    given = prompting.compact(one.input)[:300]
    came = one.error or values.fault(one.output) or prompting.compact(one.output)[:300]
    return f"{ENTRY} with {given}: {came}"


def function(source: Source, parts: Parts, model: str, p: Unify) -> Function:
    return Function(
        id=values.digest(parts.code, ENTRY),
        source=source.id,
        kind=source.kind,
        corpus=source.corpus,
        version=source.version,
        path=source.path,
        lines=(1, source.text.count("\n") + 1),
        sha256=source.sha256,
        licence=source.licence,
        backend=f"{BACKEND}: {model}",
        code=parts.code,
        entry=ENTRY,
        generator=parts.input_generator,
        statement=parts.statement,
        io_description=parts.io_description,
        tier="model",
        structure=structure(parts.code),
        split=natural_split(source, p),
    )


def kept(source: Source, turn: int, said: str, wrong: Wrong) -> Dropped:
    """A reply that could not be used, whole."""
    detail = "\n\n".join(part for part in (wrong.detail, said) if part)
    return Dropped(id=f"{name(source)} reply {turn}", reason=wrong.reason, detail=detail)


def text_of(reply: Reply | Failed) -> str:
    return reply.texts[0].content if isinstance(reply, Reply) else ""


def name(source: Source) -> str:
    return f"{source.corpus}/{source.path}"
