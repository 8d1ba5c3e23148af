r"""Ask MATH: an expression, compared by value.   rows -> items

The gold answer is the last \boxed{} of the solution. `chat` takes equal text for right, then asks math-verify, which
reads LaTeX with a grammar and compares with sympy; it runs no text as code. `zeroeval` compares as ZeroEval does.
"""

from collections.abc import Iterable

from codeio.evaluate import answers, latex, zeroeval
from codeio.evaluate.benchmark import WRONG, Benchmark, Data, Item, Mark, Part, Reading, Row, right

SUBJECTS = (
    "algebra", "counting_and_probability", "geometry", "intermediate_algebra", "number_theory", "prealgebra",
    "precalculus",
)  # fmt: skip


def items(rows: Iterable[tuple[str, Row]]) -> list[Item]:
    return [
        Item(
            id=str(row.get("idx", n)),
            question=row["problem"],
            gold=answers.boxed(row["solution"]) or "",
            group=row["level"],
        )
        for n, (_, row) in enumerate(rows)
    ]


def prompt(item: Item) -> str:
    return f"{item.question}\n\nThink step by step, then put the final answer in \\boxed{{}}."


def read(item: Item, response: str) -> Mark:
    """Right when the best candidate is the gold expression: as text, or in value."""
    first = None
    for candidate in answers.candidates(response):
        for text in latex.readings(candidate):
            first = first or text
            if latex.same(text, item.gold):
                return right(text, True)
        if latex.readable(candidate):
            break
    return right(first, False) if first else WRONG


BENCHMARK = Benchmark(
    name="math",
    data=Data(
        hub="EleutherAI/hendrycks_math",
        parts=(Part("math/test.jsonl.gz"), *(Part("", subject) for subject in SUBJECTS)),
        count=5000,
        sha256="e6f3019238364cd1820aab6bef5d8463",
    ),
    items=items,
    prompt=prompt,
    readings=(Reading("chat", 3, read), Reading("zeroeval", 2, zeroeval.number)),
    max_tokens=2048,
)
