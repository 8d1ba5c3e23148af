"""Ask BIG-Bench Hard in English and Chinese, three-shot.   rows -> items

The three worked examples of a task come with its repository (cot-prompts/), not with the hub's copy. Readings: `chat`
looks for what the gold answer is a kind of (a letter, a number, yes or no, a text); `published` is equality of the
text after "the answer is".
"""

import re
from collections.abc import Iterable, Iterator

from codeio.evaluate import answers
from codeio.evaluate.benchmark import WRONG, Benchmark, Data, Item, Mark, Part, Reading, Row, right

OPTION = re.compile(r"^\(([A-Z])\)\s*(.+)$", re.M)
GOLD_OPTION = re.compile(r"^\(([A-Z])\)$")
WORDS = ({"yes", "no"}, {"true", "false"}, {"valid", "invalid"}, {"是", "否"}, {"真", "假"}, {"有效", "无效"})
CANARY = re.compile(r"^.*?-----\s*", re.S)
MARKER = re.compile(r".*(?:the answer is|答案是)\s*[:：]?\s*", re.S | re.I)


def items(rows: Iterable[tuple[str, Row]]) -> list[Item]:
    shots: dict[str, str] = {}
    asked: list[tuple[str, int, Row]] = []
    for part, row in rows:
        if "text" in row:
            shots[part] = CANARY.sub("", row["text"]).strip()
        else:
            asked += [(part, n, example) for n, example in enumerate(row["examples"])]
    return [
        Item(
            id=f"{task}/{n}",
            question=example["input"],
            gold=example["target"].strip(),
            group=task,
            about={"shots": shots.get(task, "")},
        )
        for task, n, example in asked
    ]


def prompt(item: Item) -> str:
    return f"{item.about['shots']}\n\nQ: {item.question}\nA: Let's think step by step.".strip()


def read(item: Item, response: str) -> Mark:
    gold = item.gold
    if GOLD_OPTION.match(gold):
        options = {key: text.strip() for key, text in OPTION.findall(item.question)}
        found = answers.letter(response, options or {gold[1]: ""})
        return right(found, found == gold[1])
    if (words := next((pair for pair in WORDS if gold.lower() in pair), None)) is not None:
        found = word(response, words)
        return right(found, found == gold.lower())
    if re.fullmatch(r"-?\d+", gold):
        found = answers.number(response)
        return right(found, answers.equal_numbers(found, gold))
    return text(item, response)


def word(response: str, words: set[str]) -> str | None:
    """The one of two words that a candidate begins or ends with."""
    for candidate in answers.candidates(response):
        said = re.findall(
            "|".join(sorted(words, key=len, reverse=True)) if max(words)[0] > "z" else r"[a-z]+",
            candidate.lower(),
        )
        if said and (said[0] in words) != (said[-1] in words):
            return said[0] if said[0] in words else said[-1]
        if said and said[0] in words and (said[0] == said[-1] or len(set(said) & words) == 1):
            return said[0]
    return None


def text(item: Item, response: str) -> Mark:
    """A list of words or a run of brackets: the same, spaces and separators aside."""
    first = None
    if squeezed(response) == squeezed(item.gold):  # a list over several lines
        return right(response.strip(), True)
    for candidate in answers.candidates(response):
        for one in variants(candidate, item.question):
            first = first or one
            if squeezed(one) == squeezed(item.gold):
                return right(one, True)
        break_here = first is not None and len(first) < 2000
        if break_here and candidate.strip():
            break
    return right(first, False) if first else WRONG


def variants(candidate: str, question: str) -> Iterator[str]:
    """A candidate without its decoration, and without the start of the sequence that it was to complete."""
    bare = candidate.strip().strip("*_`$\"'.。 \n")
    yield bare
    given = re.search(r"Input: (.+)$", question)
    if given and squeezed(bare).startswith(squeezed(given.group(1))):
        yield squeezed(bare)[len(squeezed(given.group(1))) :]


def squeezed(text: str) -> str:
    joined = text.strip("[]() ") if re.search(r"\w", text) else text
    parts = re.split(r"[\s,;]+|(?:\\n)", re.sub(r"^\s*\d+[.)]\s+", "", joined.lower(), flags=re.M))
    parts = [part.strip("\"'`") for part in parts] if re.search(r"\w", text) else parts
    return (" " if re.search(r"\w", text) else "").join(part for part in parts if part)


def published(item: Item, response: str) -> Mark:
    """Equality of text with what follows "the answer is", without a closing full stop."""
    found = MARKER.sub("", response).strip() if MARKER.match(response) else response.strip()
    found = found.split("\n")[0].strip() if MARKER.match(response) else found
    found = found[:-1] if found.endswith(".") and not item.gold.endswith(".") else found
    return right(found, found == item.gold) if found else WRONG


READINGS = (Reading("chat", 3, read), Reading("published", 1, published))
ENGLISH = Benchmark(
    name="bbh_en",
    data=Data(
        hub="",
        parts=(Part("bbh/cot-prompts/*.txt"), Part("bbh/*.json")),
        count=6511,
        sha256="745cd0e062f9e70b871950c1e1989981",
        note="three-shot prompts come with the repository suzgunmirac/BIG-Bench-Hard, not with a hub data set",
    ),
    items=items,
    prompt=prompt,
    readings=READINGS,
)
CHINESE = Benchmark(
    name="bbh_zh",
    data=Data(
        hub="",
        parts=(Part("bbh_zh/cot-prompts/*.txt"), Part("bbh_zh/*.json")),
        count=2250,
        note="9 tasks translated by the paper's authors, never released: give your own in the layout of bbh/",
    ),
    items=items,
    prompt=prompt,
    readings=READINGS,
)
