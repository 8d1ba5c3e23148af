"""Ask LiveBench: the tasks of the releases 2024-06-24 and 2024-07-26 but for coding and instructions.   rows -> items

Each task has its own scorer (livebench_tasks.py). Of the paper's 672 questions 140 are language tasks. The questions
say how to answer, so they are asked as they are, and the published reading is ours too, after a chat answer's dress
has been taken off where the published one finds nothing.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from codeio.evaluate import answers
from codeio.evaluate.benchmark import WRONG, Benchmark, Data, Item, Mark, Part, Reading, Row
from codeio.evaluate.benchmarks.livebench_tasks import TABLES, TASKS, Asked

RELEASES = ("2024-06-24", "2024-07-26")


def items(rows: Iterable[tuple[str, Row]]) -> list[Item]:
    return [item(row) for _, row in rows if release(row) in RELEASES and row["task"] in TASKS]


def release(row: Row) -> str:
    return str(row["livebench_release_date"])[:10]


def item(row: Row) -> Item:
    return Item(
        id=row["question_id"],
        question=row["turns"][0],
        gold=row["ground_truth"],
        group=row["task"],
        about={"task": row["task"], "subtask": row.get("subtask") or "", "release": release(row)},
    )


def prompt(item: Item) -> str:
    return item.question


def asked(item: Item) -> Asked:
    """What its scorer may know. A mapping of columns is kept as text; of several answers the last one counts."""
    about: dict[str, Any] = item.about
    gold = item.gold[-1] if isinstance(item.gold, list) else item.gold
    truth = gold if isinstance(gold, str) else json.dumps(gold)
    return Asked(item.question, truth, about.get("subtask", ""), about.get("release", ""))


def published(item: Item, response: str) -> Mark:
    score = TASKS[item.about["task"]](asked(item), response)
    return Mark(response[-200:] or None, round(score, 6)) if response.strip() else WRONG


def dressed(text: str) -> Iterator[str]:
    """An answer in each of the forms that questions ask for."""
    for form in ("{}", "**{}**", "***{}***", "<solution>{}</solution>", "\\boxed{{{}}}", "Answer: {}"):
        yield form.format(text)


def read(item: Item, response: str) -> Mark:
    """The published score of the response, or of its best candidate in the form the question asks for."""
    best, table = published(item, response), item.about["task"] in TABLES
    for candidate in answers.candidates(response):
        if best.score == 1.0:
            break
        text = answers.bare(candidate)
        if not text:
            continue
        if text.lower() == str(item.gold).strip().lower():
            return Mark(text, 1.0)
        for one in (candidate,) if table else (candidate, *dressed(text)):
            score = TASKS[item.about["task"]](asked(item), one)
            best = max(best, Mark(text[-200:], round(score, 6)), key=lambda mark: mark.score)
        if not table:  # a table is no guess: all candidates may be tried for it
            break
    return best


BENCHMARK = Benchmark(
    name="livebench",
    data=Data(
        hub="livebench/reasoning",
        parts=(
            Part("livebench/*.question.jsonl.gz"),
            Part("", "default", "test"),
            Part("", "default", "test", "livebench/math"),
            Part("", "default", "test", "livebench/data_analysis"),
            Part("", "default", "test", "livebench/language"),
        ),
        count=672,
        here=532,
        sha256="d23ae4b4dc009f83792758a525247a37",
    ),
    items=items,
    prompt=prompt,
    readings=(Reading("chat", 3, read), Reading("livebench", 2, published)),
    max_tokens=2048,
)
