"""Ask GSM8K: a number.   rows -> items

Readings: `chat` compares values; `openai` is the comparison of the data set's authors, digits as text behind a
marker, which reproduces the labels of their published solutions; `zeroeval` is that of ZeroEval.
"""

import re
from collections.abc import Iterable

from codeio.evaluate import answers, zeroeval
from codeio.evaluate.benchmark import Benchmark, Data, Item, Mark, Part, Reading, Row, right

MARKED = re.compile(r"(?:####|^A:)\s*(-?[0-9.,]+)", re.M)


def items(rows: Iterable[tuple[str, Row]]) -> list[Item]:
    return [
        Item(id=str(n), question=row["question"], gold=row["answer"].rsplit("####", 1)[1].strip())
        for n, (_, row) in enumerate(rows)
    ]


def prompt(item: Item) -> str:
    return f'{item.question}\n\nThink step by step, then end with one line "Answer: N" where N is a number.'


def read(item: Item, response: str) -> Mark:
    found = answers.number(response)
    return right(found, answers.equal_numbers(found, item.gold))


def openai(item: Item, response: str) -> Mark:
    marked = MARKED.search(response)
    found = marked.group(1).replace(",", "") if marked else None
    return right(found, found == item.gold.replace(",", ""))


BENCHMARK = Benchmark(
    name="gsm8k",
    data=Data(
        hub="openai/gsm8k",
        parts=(Part("gsm8k/test.jsonl", "main"),),
        count=1319,
        sha256="9206e029e0d27c93d172759f279aa2bd",
    ),
    items=items,
    prompt=prompt,
    readings=(
        Reading("chat", 3, read),
        Reading("openai", 1, openai),
        Reading("zeroeval", 2, zeroeval.number),
    ),
)
