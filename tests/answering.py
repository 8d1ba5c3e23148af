"""Problems for the tests of answers: posed from code through the sandbox, as the stages would."""

from collections.abc import Sequence

from codeio import values
from codeio.collect import procedural
from codeio.records import Problem
from codeio.sandbox import Limits, Program, Run, Sandbox

LIMITS = Limits(cpu_s=2.0, memory_mb=512)


def pose(box: Sandbox, code: str, inputs: Sequence[dict], entry: str = "f", **fields) -> list[Problem]:
    """Both questions about every call of `code` that gives a result."""
    (result,) = box.map([Run(program=Program(code=code, entry=entry), inputs=tuple(inputs))])
    function = values.digest(code, entry)
    found = []
    for call in (c for c in result.calls if c.status == "ok"):
        for predict, given, wanted in (
            ("output", call.input, call.output),
            ("input", call.output, call.input),
        ):
            pair = values.digest(function, call.input)
            common = {
                "id": values.digest(pair, predict),
                "function": function,
                "pair": pair,
                "rank": len(found) // 2,
                "predict": predict,
                "split": "train",
                "kind": "procedural",
                "corpus": "test",
                "licence": "",
                "structure": "",
                "statement": "",
                "io_description": "",
                "tier": "code-only",
                "code": code,
                "entry": entry,
                "given": given,
                "wanted": wanted,
            }
            found.append(Problem(**common | fields))
    return found


def many(box: Sandbox, count: int, pairs: int = 4) -> list[Problem]:
    """Problems on procedural programs of all levels."""
    from codeio.sandbox import Draw

    grown = procedural.programs(count, 3, 0)
    jobs = [
        Draw(program=Program(code=p.code, entry=p.entry), generator=p.generator, draws=60, want=pairs, seed=1)
        for p in grown
    ]
    found = []
    for program, drawn in zip(grown, box.map(jobs), strict=True):
        inputs = [call.input for call in drawn.calls]
        found += pose(box, program.code, inputs)
    return found
