"""Ask GPQA (main): four options in an order fixed by the question.   rows -> items

Gated: it comes from the hub with the user's own token, stays in memory, and is not written to disk in clear by us.
"""

from collections.abc import Iterable

from codeio import values
from codeio.evaluate.benchmark import Benchmark, Data, Item, Part, Reading, Row
from codeio.evaluate.benchmarks import choices

WRONG = tuple(f"Incorrect Answer {n}" for n in (1, 2, 3))


def items(rows: Iterable[tuple[str, Row]]) -> list[Item]:
    return [item(row) for _, row in rows]


def item(row: Row) -> Item:
    question, gold = row["Question"].strip(), row["Correct Answer"].strip()
    texts = [gold, *(row[name].strip() for name in WRONG)]
    options = choices.lettered(sorted(texts, key=lambda text: values.unit("gpqa", question, text)))
    key = next(letter for letter, text in options.items() if text == gold)
    name = str(row.get("Record ID") or values.digest(question))
    return Item(id=name, question=question, gold=key, about={"options": options})


BENCHMARK = Benchmark(
    name="gpqa",
    data=Data(hub="Idavidrein/gpqa", parts=(Part("", "gpqa_main", "train"),), count=448, gated=True),
    items=items,
    prompt=choices.prompt,
    readings=(Reading("chat", 3, choices.read),),
)
