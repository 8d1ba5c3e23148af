"""Ask WinoGrande: which of two fills the gap.   rows -> items"""

from collections.abc import Iterable

from codeio.evaluate.benchmark import Benchmark, Data, Item, Part, Reading, Row
from codeio.evaluate.benchmarks import choices


def items(rows: Iterable[tuple[str, Row]]) -> list[Item]:
    return [
        Item(
            id=str(n),
            question=row["sentence"],
            gold="AB"[int(row["answer"]) - 1],
            about={"options": choices.lettered([row["option1"], row["option2"]])},
        )
        for n, (_, row) in enumerate(rows)
    ]


def prompt(item: Item) -> str:
    return f"Which option fills the gap (_)?\n\n{choices.prompt(item)}"


BENCHMARK = Benchmark(
    name="winogrande",
    data=Data(
        hub="allenai/winogrande",
        parts=(Part("winogrande/validation.jsonl", "winogrande_xl", "validation"),),
        count=1267,
        sha256="897e820fd3cc35f39a4069243db487be",
    ),
    items=items,
    prompt=prompt,
    readings=(Reading("chat", 3, choices.read),),
)
