"""Search: test items in training text.   texts, benchmarks -> how many items of each set occur

python -m codeio.contamination [evaluate.bench.data_root=DIR]   data/revise/<teacher> against all sets that are there

An item is found when 13 words in a row of its question (13 characters of Chinese) occur in the training text:
statement, description, code, every response and every feedback (the paper checks the same length, appendix). Of an
item under 13 words the whole question must occur; such a short one is counted as not testable. A match whose words are
few different ones ("x x x") counts in the raw rate only. Training text is read once, problem by problem; memory is
that of the test sets' grams, whatever the corpus is. Stage 2's instructions are not searched.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
import xxhash
from rich.table import Table

from codeio import shards, stage
from codeio.command import command
from codeio.errors import BadInput
from codeio.evaluate.benchmark import Item
from codeio.evaluate.benchmarks import ALL
from codeio.evaluate.data import Absent, load
from codeio.evaluate.score import root
from codeio.params import ROOT, Params
from codeio.prompting import compact
from codeio.records import Problem
from codeio.stage import screen, write_json

GRAM = 13
VARIED = 6  # different words that 13 in a row must have, or they are a pattern and no text
WORD = re.compile(r"[a-z0-9]+|[一-鿿]")


class Rate(msgspec.Struct, frozen=True):
    """What was found of one test set."""

    items: int
    testable: int  # questions of at least GRAM words
    raw: int  # found by any gram
    found: int  # found by a gram of varied words
    short: int  # too short for a gram, but their whole text is there


class Index:
    """Grams of all test items. `see` takes training text; who was seen is in `rates`."""

    def __init__(self, sets: Mapping[str, Sequence[Item]]) -> None:
        self.sets = {name: [words(item.question) for item in items] for name, items in sets.items()}
        self.grams: dict[int, list[tuple[str, int]]] = {}
        self.plain: set[int] = set()  # grams of few different words
        self.seen: set[tuple[str, int]] = set()
        self.patterns: set[tuple[str, int]] = set()  # seen by such a gram only
        self.lengths: set[int] = set()
        for name, items in self.sets.items():
            for n, item in enumerate(items):
                self.add((name, n), item)

    def add(self, owner: tuple[str, int], item: list[str]) -> None:
        size = min(GRAM, len(item))
        if not size:
            return
        self.lengths.add(size)
        for gram in runs(item, size):
            key = hashed(gram)
            owners = self.grams.setdefault(key, [])
            if not owners or owners[-1] != owner:
                owners.append(owner)
            if size == GRAM and len(set(gram)) < VARIED:
                self.plain.add(key)

    def see(self, text: str) -> None:
        said = words(text)
        for size in self.lengths:
            for gram in runs(said, size):
                key = hashed(gram)
                if (owners := self.grams.get(key)) is not None:
                    (self.patterns if key in self.plain else self.seen).update(owners)

    def rates(self) -> dict[str, Rate]:
        found = {}
        for name, items in self.sets.items():
            testable = {(name, n) for n, item in enumerate(items) if len(item) >= GRAM}
            mine = {owner for owner in self.seen if owner[0] == name}
            raw = {owner for owner in self.patterns if owner[0] == name} | mine
            found[name] = Rate(
                len(items), len(testable), len(raw & testable), len(mine & testable), len(mine - testable)
            )
        return found


def words(text: str) -> list[str]:
    return WORD.findall(text.lower())


def runs(said: list[str], size: int) -> Iterator[tuple[str, ...]]:
    return zip(*(said[n:] for n in range(size)), strict=False)


def hashed(gram: tuple[str, ...]) -> int:
    return xxhash.xxh3_64_intdigest(" ".join(gram).encode())


def texts(problem: Problem) -> Iterator[str]:
    """All that training may read of a problem."""
    yield problem.statement
    yield problem.io_description
    yield problem.code
    yield compact(problem.given)
    yield problem.gold
    for turn in problem.turns:
        for sample in turn.samples:
            yield sample.response
            yield sample.verdict.feedback if sample.verdict else ""


def training(params: Params) -> Iterator[str]:
    """Training text of every store; a text that comes again (the code of a function's pairs) is read once."""
    before: dict[int, None] = {}
    for teacher in params.teachers:
        for problem in shards.read_all(stage.folder("revise", teacher), Problem):
            if problem.split != "train":
                continue
            for text in texts(problem):
                key = xxhash.xxh3_64_intdigest(text.encode("utf-8", "replace"))
                if key not in before:
                    before[key] = None
                    if len(before) > REMEMBERED:
                        before.pop(next(iter(before)))
                    yield text


REMEMBERED = 200_000  # digests of texts seen: bounded, since neighbours repeat and strangers do not


def searched(sets: Mapping[str, Sequence[Item]], said: Iterable[str]) -> tuple[dict[str, Rate], int]:
    """The rates of every set, and how many texts were read."""
    index, count = Index(sets), 0
    for text in said:
        index.see(text)
        count += 1
    return index.rates(), count


def main(params: Params) -> None:
    at = root(params.evaluate.bench.data_root)
    loaded = {name: load(one, at, params.evaluate.bench.hub) for name, one in ALL.items()}
    sets = {name: found.items for name, found in loaded.items() if not isinstance(found, Absent)}
    if not sets:
        raise BadInput("no test set is there to search for: give evaluate.bench.data_root=DIR")
    rates, count = searched(sets, training(params))
    if not count:
        raise BadInput("data/revise holds no training text: run `dvc repro revise`")
    absent = [name for name in loaded if name not in sets]
    plain = {name: msgspec.to_builtins(rate) for name, rate in rates.items()}
    write_json(ROOT / "outputs" / "contamination.json", {"texts": count, "sets": plain, "absent": absent})
    screen.print(table(rates, absent, count))
    print(
        json.dumps({"texts": count, "sets": len(rates), "found": sum(rate.found for rate in rates.values())})
    )


def table(rates: Mapping[str, Rate], absent: Sequence[str], count: int) -> Table:
    made = Table(
        title=f"test items in {count:,} training texts, by {GRAM} words in a row", title_justify="left"
    )
    for name in ("set", "items", "not testable", "raw", "found", "short, whole"):
        made.add_column(name, justify="left" if name == "set" else "right")
    for name, rate in rates.items():
        shares = [f"{100 * n / max(1, rate.testable):.1f} %" for n in (rate.raw, rate.found)]
        made.add_row(name, f"{rate.items:,}", str(rate.items - rate.testable), *shares, str(rate.short))
    for name in absent:
        made.add_row(name, "absent", "", "", "", "")
    return made


if __name__ == "__main__":
    command("contamination", __doc__, main)
