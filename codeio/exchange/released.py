"""Read released data: parsed functions as problems with certified pairs, answered prompts as chats.   rows -> records

Nothing is believed: every recorded pair is run again, twice, in two processes. In the reference data 5 to 8 % do not
come out again, and some inputs were stored after the call had changed them.
"""

import ast
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from codeio import choose, execute, values
from codeio.params import Params
from codeio.pose import problem
from codeio.records import Dropped, Function, Problem, Source
from codeio.sandbox import Call, Program, Run, Sandbox
from codeio.similar import structure
from codeio.unify.ask import written
from codeio.unify.static import natural_split

Row = dict[str, Any]
PARSED = ("problem_description", "io_requirements", "refcode", "funcname", "ios")
REASONING = ("prompt", "turn_1")
RAW = ("content",)


def layout(row: Row) -> str:
    """Which released layout a row has; empty where it is none of them."""
    for name, fields in (("parsed", PARSED), ("reasoning", REASONING), ("rawcode", RAW)):
        if all(field in row for field in fields):
            return name
    return ""


def problems(rows: Iterable[Row], corpus: str, box: Sandbox, params: Params) -> Iterator[Problem | Dropped]:
    """Problems of parsed functions, and each function or pair that does not hold what it says."""
    functions: list[Function] = []
    inputs: list[list[Row]] = []
    for number, row in enumerate(rows):
        made = function(row, f"{corpus}/row {number}", corpus, params)
        if isinstance(made, Dropped):
            yield made
            continue
        functions.append(made)
        inputs.append(
            [pair for pair in row["ios"] if isinstance(pair, dict) and isinstance(pair.get("input"), dict)]
        )
    lines = params.execute.max_lines
    jobs = (
        Run(Program(f.code, f.entry), tuple(pair["input"] for pair in pairs), count=True, max_lines=lines)
        for f, pairs in zip(functions, inputs, strict=True)
    )
    found = [list(result.calls) for result in box.map(jobs)]
    good = [[call for call in calls if call.status == "ok"] for calls in found]
    agreed = box.certify_all(
        (Program(f.code, f.entry), calls) for f, calls in zip(functions, good, strict=True)
    )
    for f, pairs, calls, agrees in zip(functions, inputs, found, agreed, strict=True):
        again = iter(agrees)
        certified = [call.status == "ok" and next(again) for call in calls]
        yield from posed(f, pairs, calls, certified, params)


def function(row: Row, name: str, corpus: str, params: Params) -> Function | Dropped:
    """A row as a function without pairs."""
    text, entry = row["refcode"], row["funcname"]
    if not (isinstance(text, str) and isinstance(entry, str) and isinstance(row["ios"], list)):
        return Dropped(id=name, reason="a field is not of its type")
    try:
        code = written(text)
    except (SyntaxError, ValueError, RecursionError):
        return Dropped(id=name, reason="does not parse")
    if entry not in {node.name for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)}:
        return Dropped(id=name, reason="no such function", detail=entry)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    about = {
        "kind": "natural",
        "corpus": corpus,
        "version": "",
        "path": name,
        "licence": licence(row),
        "sha256": sha256,
    }
    source = Source(id=values.digest(corpus, name, sha256), text=text, **about)
    return Function(
        id=values.digest(code, entry),
        source=source.id,
        lines=(1, text.count("\n") + 1),
        backend="imported",
        code=code,
        entry=entry,
        generator="",
        statement=str(row["problem_description"]),
        io_description=str(row["io_requirements"]),
        tier="model",
        structure=structure(code),
        split=natural_split(source, params.unify),
        **about,
    )


def licence(row: Row) -> str:
    return str(row.get("licence") or row.get("license") or "unknown")


def posed(
    f: Function, pairs: Sequence[Row], calls: Sequence[Call], agrees: Sequence[bool], params: Params
) -> Iterator[Problem | Dropped]:
    """Both questions about the best pairs among those that came out as recorded."""
    pool: dict[str, Call] = {}
    for number, (pair, call, same) in enumerate(zip(pairs, calls, agrees, strict=True)):
        why = doubt(pair, call, same)
        if why:
            detail = call.error or values.canonical([pair.get("output"), call.output])[:400]
            yield Dropped(id=f"{f.path} pair {number}", reason=why, detail=detail)
        else:
            pool.setdefault(values.canonical(call.input), call)
    if not pool:
        yield Dropped(id=f.path, reason="no pair is left")
        return
    chosen = choose.greedy(list(pool.values()), params.execute.pairs)
    reached = frozenset().union(*map(choose.arcs_of, pool.values()))
    for rank, pair in enumerate(execute.pairs_of(f, chosen, reached)):
        yield problem(f, pair, rank, "output", pair.input, pair.output)
        yield problem(f, pair, rank, "input", pair.output, pair.input)


def doubt(pair: Row, call: Call, agrees: bool) -> str | None:
    """Why a recorded pair is not taken."""
    if call.status != "ok":
        return f"the call ends as {call.status}"
    if not agrees:
        return "nondeterministic"
    if not values.same(pair.get("output"), call.output):
        return "recorded output is another"
    return None if execute.usable(call) else "value too large or null"


def chats(rows: Iterable[Row]) -> Iterator[Row]:
    """Answered prompts as conversations: the feedback of a turn is the next question. For train.instructions.source."""
    for row in rows:
        said = [{"role": "user", "content": row["prompt"]}, {"role": "assistant", "content": row["turn_1"]}]
        if row.get("feedback_1") and row.get("turn_2"):
            said += [
                {"role": "user", "content": row["feedback_1"]},
                {"role": "assistant", "content": row["turn_2"]},
            ]
        yield {"messages": said}
