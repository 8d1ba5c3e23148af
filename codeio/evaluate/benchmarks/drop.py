"""Ask DROP: numbers, dates and spans of a passage, scored by F1 of words.   rows -> items

The score is the best F1 over the answers that annotators gave (Dua et al. 2019, section 5): words without articles
and punctuation, numbers by value, several spans paired one to one.
"""

import re
import string
from collections.abc import Iterable, Iterator
from itertools import permutations
from typing import Any

from codeio.evaluate import answers
from codeio.evaluate.benchmark import WRONG, Benchmark, Data, Item, Mark, Part, Reading, Row

ARTICLES = {"a", "an", "the"}
MANY = 6  # spans whose pairings are tried one by one
Spans = list[str]


def items(rows: Iterable[tuple[str, Row]]) -> list[Item]:
    return [item for _, row in rows for item in of_row(row)]


def of_row(row: Row) -> Iterator[Item]:
    """Rows of the hub hold one question; the authors' file is one object of passages."""
    if "question" in row:
        yield made(row["passage"], row)
        return
    for passage in row.values():
        for pair in passage["qa_pairs"]:
            yield made(passage["passage"], pair)


def made(passage: str, pair: Row) -> Item:
    others = pair.get("validated_answers") or []
    if isinstance(others, dict):  # the hub's columns
        others = [dict(zip(others, each, strict=True)) for each in zip(*others.values(), strict=True)]
    gold = [spans for answer in [pair["answer"], *others] if (spans := spans_of(answer))]
    return Item(id=pair["query_id"], question=f"{passage}\n\n{pair['question']}", gold=gold)


def spans_of(answer: dict[str, Any]) -> Spans:
    if str(answer.get("number") or ""):
        return [str(answer["number"])]
    if spans := answer.get("spans"):
        return list(spans)
    date = answer.get("date") or {}
    said = " ".join(str(date[part]) for part in ("day", "month", "year") if date.get(part))
    return [said] if said else []


def prompt(item: Item) -> str:
    return (
        f'{item.question}\n\nThink step by step, then end with one line "Answer: T" where T is a number, a date or '
        "words of the passage; separate several answers with semicolons."
    )


def read(item: Item, response: str) -> Mark:
    found = next((c for c in answers.candidates(response) if answers.bare(c)), None)
    if found is None:
        return WRONG
    text = answers.bare(found)
    tries = [[text], [part for part in re.split(r";|\n| and |,(?!\d)", text) if part.strip()]]
    if all(answers.amount(gold[0]) is not None for gold in item.gold) and (count := answers.number(response)):
        tries = [[count]]
    pairs = ((spans, gold) for gold in item.gold for spans in tries if len(spans) == 1 or len(gold) > 1)
    score = max((f1(*pair) for pair in pairs), default=0.0)
    return Mark(text, round(score, 2))


def f1(mine: Spans, gold: Spans) -> float:
    """Mean F1 of the best one-to-one pairing; what is left over on either side counts 0."""
    one, two = [bag(text) for text in mine], [bag(text) for text in gold]
    size = max(len(one), len(two))
    if not size:
        return 0.0
    if size > MANY:
        return sum(max((overlap(a, b) for a in one), default=0.0) for b in two) / size
    short, long = sorted((one, two), key=len)
    return max(sum(map(overlap, short, order)) for order in permutations(long, len(short))) / size


def bag(text: str) -> frozenset[str]:
    parts = re.split(r"[\s-]+", text.lower())
    return frozenset(word for part in parts if (word := token(part)) and word not in ARTICLES)


def token(part: str) -> str:
    value = (
        answers.amount(part.strip(string.punctuation.replace(".", "")).rstrip(".").lstrip("$"))
        if part
        else None
    )
    return str(value) if value is not None else "".join(c for c in part if c not in string.punctuation)


def overlap(mine: frozenset[str], gold: frozenset[str]) -> float:
    """F1 of two bags; 0 where the gold one holds numbers and none of them is there."""
    wanted = {word for word in gold if answers.amount(word) is not None}
    if wanted and not wanted & mine:
        return 0.0
    shared = len(mine & gold)
    return 2 * shared / (len(mine) + len(gold)) if shared else 0.0


BENCHMARK = Benchmark(
    name="drop",
    data=Data(
        hub="EleutherAI/drop", parts=(Part("drop/drop_dataset_dev.json", None, "validation"),), count=9536
    ),
    items=items,
    prompt=prompt,
    readings=(Reading("chat", 3, read),),
    metric="F1",
)
