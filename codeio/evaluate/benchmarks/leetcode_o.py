"""Ask LeetCode-O: the output of each example; a problem counts when all its cases are right.   rows -> items

The paper's own set (900 problems in English and Chinese, 4,414 prompts) is on the hub; any local problem set with
examples in its descriptions gives the same kind of questions: rows under leetcode/ with a name (one of NAMES) and a
text in English, Chinese or both (TEXTS), whose examples read "Example 1: Input: ... Output: ...". The examples leave
the statement, since they are asked.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from codeio import values
from codeio.evaluate import answers
from codeio.evaluate.benchmark import Benchmark, Data, Item, Mark, Part, Reading, Row, right
from codeio.evaluate.benchmarks.cruxeval import literal, stripped
from codeio.records import Json

EXAMPLE = re.compile(
    r"(?:Example|示例)\s*(\d*)\s*[:：]?\s*\n+\s*(?:Input|输入)\s*[:：]\s*(.+?)\n+\s*(?:Output|输出)\s*[:：]\s*(.+?)(?=\n|$)",
    re.S,
)
NAMES = ("task_id", "slug", "title_slug", "question_id", "id")
TEXTS = {
    "en": ("problem_description", "description", "content", "question"),
    "zh": ("problem_description_zh", "description_zh", "content_zh", "question_zh"),
}
BOLD = re.compile(
    r"\*\*((?:Example|Input|Output|Explanation|Constraints|Follow-up|示例|输入|输出|解释|提示)[^*\n]*)\*\*"
)
BOUNDS = re.compile(r"\n\s*(?:Constraints|提示|Follow-up)\s*[:：]")
FIRST = re.compile(r"(?:Example|示例)\s*\d*\s*[:：]")
READABLE = re.compile(r"^\s*(?:\w+\s*=\s*)?[\[{\"'\d-]|^\s*(?:true|false|null)", re.I)


def items(rows: Iterable[tuple[str, Row]]) -> list[Item]:
    return [
        item
        for _, row in rows
        for language, fields in TEXTS.items()
        for item in cases(row, language, BOLD.sub(r"\1", str(field(row, fields) or "")))
    ]


def field(row: Row, names: Sequence[str]) -> Any:
    """What a row holds under the first of these names."""
    return next((row[name] for name in names if row.get(name)), None)


def cases(row: Row, language: str, text: str) -> Iterator[Item]:
    if (name := field(row, NAMES)) is None:
        raise KeyError(" or ".join(NAMES))
    for n, (_, given, wanted) in enumerate(EXAMPLE.findall(text)):
        gold = parsed(wanted)
        if gold is None or not READABLE.match(given):
            continue
        yield Item(
            id=f"{name}/{language}/{n}",
            question=f"{statement(text)}\n\n{given.strip()}",
            gold=wanted.strip(),
            unit=str(name),
            group=row.get("difficulty", ""),
            about={"language": language, "starter": row.get("starter_code", "")},
        )


def statement(text: str) -> str:
    """The description without its examples: what comes before the first one, and the constraints."""
    first, bounds = FIRST.search(text), BOUNDS.search(text)
    before = text[: first.start()] if first else text
    return (before.strip() + ("\n" + text[bounds.start() :].strip() if bounds else "")).strip()


def prompt(item: Item) -> str:
    if item.about["language"] == "zh":
        return f"{item.question}\n\n上面最后一行是输入。请一步一步思考，最后单独一行写出“答案：V”，V 是输出。"
    return (
        f"{item.question}\n\nThe last lines are an input. Think step by step, then end with one line "
        '"Answer: V" where V is the output.'
    )


def parsed(text: str) -> tuple[Json] | None:
    """The value that a text says, in a tuple since it may be null; None where it says none."""
    text = text.strip()
    try:
        return (values.Reader(text).value(0, 0)[0],) if whole(text) else None
    except (values.Unreadable, values.Exhausted):
        is_literal, value = literal(text)
        return (value,) if is_literal else None


def whole(text: str) -> bool:
    """Whether the forgiving reader takes all of the text: "3 apples" is no value."""
    try:
        return not text[values.Reader(text).value(0, 0)[1] :].strip()
    except (values.Unreadable, values.Exhausted):
        return literal(text)[0]


def read(item: Item, response: str) -> Mark:
    (wanted,) = parsed(item.gold) or (None,)
    for candidate in answers.candidates(response):
        for text in (candidate, stripped(candidate), answers.bare(candidate)):
            text = re.sub(r"^\w+\s*=\s*", "", text.strip())
            if (found := parsed(text)) is not None:
                return right(text, values.same(found[0], wanted))
        if isinstance(wanted, str) and answers.bare(candidate) == wanted:
            return right(candidate, True)
        if (
            isinstance(wanted, int | float)
            and not isinstance(wanted, bool)
            and (number := numeric(candidate))
        ):
            return right(number, answers.equal_numbers(number, item.gold))
    return Mark(None)


def numeric(candidate: str) -> str | None:
    found = answers.numbers(answers.bare(candidate))
    return found[0] if len(found) == 1 else None


BENCHMARK = Benchmark(
    name="leetcode_o",
    data=Data(
        hub="hkust-nlp/LeetCode-O",
        parts=(Part("leetcode/*.jsonl.gz"),),
        count=900,
        note="a local problem set is a stand-in for the paper's 900 problems and is not comparable with its scores",
    ),
    items=items,
    prompt=prompt,
    readings=(Reading("chat", 3, read),),
    metric="problems with every case right",
)
