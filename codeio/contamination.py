"""Search: test items in training text.   data/revise, test sets -> data/contamination, metrics/contamination.json

`python -m codeio.contamination [key=value ...]`, the DVC stage `contamination`. The text: contamination.of (all stores,
what these settings train on, or a file of chats) and the instructions of stage 2. The test items: those of
data/evaluate, and of the paper's 14 benchmarks as many as evaluate.bench.data_root holds. A run of evaluate.bench
(contamination.scored=FOLDER) gets its scores on the items that were not found beside the full ones.

An item is found when 13 words in a row of its question (13 characters of Chinese) occur in statement, description,
code, input, a response or a feedback (the paper checks the same length, appendix). Shorter ones are not testable, and
counted apart where the whole question occurs. A run of hardly any different words ("x x x", the alphabet) counts in
the raw rate only. A problem of LeetCode is also found by its address. Training text is read once, batch by batch.
"""

import json
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import xxhash
from rich.table import Table

from codeio import assemble, shards, stage, values
from codeio.command import command
from codeio.errors import BadInput
from codeio.evaluate import flips, grids
from codeio.evaluate.benchmark import Item
from codeio.evaluate.benchmarks import ALL
from codeio.evaluate.data import Absent, load
from codeio.evaluate.score import root
from codeio.grams import RUN, Index
from codeio.params import ROOT, Params
from codeio.prompting import compact
from codeio.records import Json, Record
from codeio.settings import Instructions
from codeio.stage import screen, write_json
from codeio.train import conversations, corpus, instructions

REMEMBERED = 200_000  # digests of texts that were read: bounded, since neighbours repeat and strangers do not


class Asked(NamedTuple):
    """A text whose occurrence tells of a test item, or of the problem that several items are of."""

    set: str
    unit: str
    item: str
    text: str
    address: bool = False  # where the problem is published, not its question


class Found(Record, kw_only=True):
    """What the training text holds of a test item."""

    set: str
    unit: str
    testable: bool  # its question has at least 13 words
    raw: bool  # any 13 in a row occurred
    found: bool  # 13 of varied words, or its address
    whole: bool  # too short for that, but all of it occurred

    @property
    def leaked(self) -> bool:
        return self.found or self.whole


class Rate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Items of a set by what was found of them, and a model's score on all and on those not found."""

    items: int
    testable: int
    raw: int
    found: int
    whole: int
    score: float | None = None
    unleaked: float | None = None


# --- the test items


class Posed(Record, kw_only=True):
    """What of a held-out problem is its question."""

    id: str
    predict: str
    split: str
    code: str
    given: Json


def embedded(params: Params, answers: Iterable[flips.Key]) -> Iterator[Asked]:
    """The items that the evaluation of `dvc repro` asked: held-out problems, instructions and grids."""
    asked = set(answers)
    every = [(f"{p.split}_{p.predict}", p.id, f"{p.code}\n{compact(p.given)}") for p in posed()]
    for question, _ in instructions.evaluated(params.evaluate.instructions, params.seed):
        every.append(("instructions_answer", values.digest("instruction", question), question))
    every += [("grids_answer", g.id, g.question) for g in grids.items(params.evaluate.grids, params.seed)]
    return (Asked(name, key, key, text) for name, key, text in every if (name, key) in asked)


def posed() -> Iterator[Posed]:
    return (p for p in shards.read_all(stage.folder("pose"), Posed) if p.split != "train")


def asked_of(name: str, items: Iterable[Item]) -> Iterator[Asked]:
    """The questions of a benchmark; a problem of LeetCode has an address too."""
    for item in items:
        yield Asked(name, item.unit or item.id, item.id, item.question)
        if name == "leetcode_o":
            yield Asked(name, item.unit, item.id, f"leetcode.com/problems/{item.unit}", address=True)


# --- the training text


class Said(msgspec.Struct, frozen=True):
    feedback: str


class Reply(msgspec.Struct, frozen=True):
    response: str
    verdict: Said | None = None


class Turn(msgspec.Struct, frozen=True):
    samples: tuple[Reply, ...]


class Told(Record, kw_only=True):
    """What of a problem training may read."""

    split: str
    statement: str
    io_description: str
    code: str
    given: Json
    gold: str
    turns: tuple[Turn, ...]


def texts(told: Told) -> Iterator[str]:
    yield from (told.statement, told.io_description, told.code, compact(told.given), told.gold)
    for sample in (sample for turn in told.turns for sample in turn.samples):
        yield from (sample.response, sample.verdict.feedback if sample.verdict else "")


def training(params: Params) -> Iterator[str]:
    """All text of both stages that `contamination.of` names."""
    of, counts = params.contamination.of, Counter[str]()
    if of == "stores":
        for teacher in params.teachers:
            at = stage.folder("revise", teacher)
            if not shards.files(at):
                raise BadInput(f"{at.relative_to(ROOT)} is not there to be searched: run `dvc repro revise`")
            told = shards.read_all(at, Told)
            yield from (text for one in told if one.split == "train" for text in texts(one))
    elif of == "view":
        yield from said(corpus.examples(params, counts))
    elif Path(of).is_file():
        yield from said(conversations.read(of, conversations.CHATS, "contamination.of"))
    else:
        raise BadInput(
            f"contamination.of={of}: there is no such file; say stores, view or name a .jsonl or .parquet of chats"
        )
    if of in ("stores", "view") and any("instruct" in name for name in params.train.stages):
        yield from said(stage_two(params.train.instructions, params.seed))


def stage_two(settings: Instructions, seed: int) -> Iterator[assemble.Example]:
    return instructions.examples(settings, seed, Counter())


def said(examples: Iterable[assemble.Example]) -> Iterator[str]:
    return (message.content for example in examples for message in example.messages)


def once(told: Iterable[str]) -> Iterator[str]:
    """Each text once, as far back as REMEMBERED others: a function's pairs share its code."""
    before = OrderedDict[int, None]()  # a plain dict looks for its first key past all that were taken out
    for text in told:
        key = xxhash.xxh3_64_intdigest(text.encode("utf-8", "replace"))
        if key not in before:
            before[key] = None
            if len(before) > REMEMBERED:
                before.popitem(last=False)
            yield text


# --- the search


def search(asked: Sequence[Asked], told: Iterable[str]) -> tuple[list[Found], int]:
    """What was found of each test item, and how many training texts were read."""
    index = Index([one.text for one in asked])
    count = index.read(once(told))
    units: dict[tuple[str, str], list[Found]] = {}
    for one, (long, run, telling, whole) in zip(asked, index.occurred(), strict=True):
        if one.address:
            long, run, telling, whole = False, False, telling or whole, False
        found = Found(set=one.set, unit=one.unit, testable=long, raw=run, found=telling, whole=whole)
        units.setdefault((one.set, one.unit), []).append(found)
    return [together(found) for found in units.values()], count


def together(found: Sequence[Found]) -> Found:
    """One verdict on all the texts of a unit."""
    flags = {name: any(getattr(one, name) for one in found) for name in ("testable", "raw", "found", "whole")}
    return Found(set=found[0].set, unit=found[0].unit, **flags)


def scored(asked: Iterable[Asked], answers: Mapping[flips.Key, flips.Answer]) -> dict[tuple[str, str], float]:
    """A model's score of each unit, that of its worst item, where it was asked any."""
    found: dict[tuple[str, str], float] = {}
    for one in asked:
        if (answer := answers.get((one.set, one.item))) is not None:
            found[one.set, one.unit] = min(answer.score, found.get((one.set, one.unit), 1.0))
    return found


def rates(found: Iterable[Found], scores: Mapping[tuple[str, str], float]) -> dict[str, Rate]:
    """The counts and scores of each set."""
    sets: dict[str, list[Found]] = {}
    for one in found:
        sets.setdefault(one.set, []).append(one)
    return {name: rate(units, scores) for name, units in sets.items()}


def rate(units: Sequence[Found], scores: Mapping[tuple[str, str], float]) -> Rate:
    known = [(one, scores[one.set, one.unit]) for one in units if (one.set, one.unit) in scores]
    return Rate(
        items=len(units),
        testable=sum(one.testable for one in units),
        raw=sum(one.raw for one in units),
        found=sum(one.found for one in units),
        whole=sum(one.whole for one in units),
        score=mean([score for _, score in known]),
        unleaked=mean([score for one, score in known if not one.leaked]),
    )


def mean(scores: Sequence[float]) -> float | None:
    return round(sum(scores) / len(scores), 6) if scores else None


# --- the report


def main(params: Params) -> None:
    given = params.contamination.scored
    own = ROOT / "data" / "evaluate" / "items.parquet"
    answers = (flips.read(str(own)) if own.exists() else {}) | (flips.read(given) if given else {})
    at, hub = root(params.evaluate.bench.data_root), params.evaluate.bench.hub
    loaded = {name: load(one, at, hub) for name, one in ALL.items()}
    absent = [name for name, one in loaded.items() if isinstance(one, Absent)]
    asked = list(embedded(params, answers))
    for name, one in loaded.items():
        asked += [] if isinstance(one, Absent) else asked_of(name, one.items)
    if not asked:
        raise BadInput(
            "no test item is there to search for: run `dvc repro evaluate` or give evaluate.bench.data_root="
        )
    found, count = search(asked, training(params))
    if not count:
        raise BadInput(
            f"contamination.of={params.contamination.of} holds no training text: run `dvc repro revise`"
        )
    made = rates(found, scored(asked, answers))
    shards.write(ROOT / "data" / "contamination" / "items.parquet", found, Found)
    plain = {name: msgspec.to_builtins(one) for name, one in made.items()}
    write_json(
        ROOT / "metrics" / "contamination.json", {"texts": count, "absent": len(absent), "sets": plain}
    )
    screen.print(table(made, count))
    screen.print(compared(made, absent, at))
    print(json.dumps({"texts": count, "sets": len(made), "found": sum(one.found for one in made.values())}))


def compared(made: Mapping[str, Rate], absent: Sequence[str], at: Path | None) -> str:
    """What was compared and what was not."""
    public = sum(name in ALL for name in made)
    lines = [
        f"compared: {len(made) - public} sets of data/evaluate, {public} of the {len(ALL)} public benchmarks"
    ]
    if absent:
        why = "not in evaluate.bench.data_root" if at else "no evaluate.bench.data_root given"
        lines.append(f"not compared ({why}): {', '.join(absent)}")
    if any(name.startswith("inputs_") for name in made):
        lines.append("`inputs` asks about functions that are trained on: they are found by design")
    return "\n".join(lines)


def table(made: Mapping[str, Rate], count: int) -> Table:
    shown = Table(
        title=f"test items in {count:,} training texts, by {RUN} words in a row", title_justify="left"
    )
    for name in ("set", "items", "untestable", "raw", "found", "short", "score", "on the rest"):
        shown.add_column(name, justify="left" if name == "set" else "right", no_wrap=True)
    for name, one in made.items():
        shares = [f"{100 * n / max(1, one.testable):.1f} %" for n in (one.raw, one.found)]
        scores = ["" if score is None else f"{score:.3f}" for score in (one.score, one.unleaked)]
        shown.add_row(name, f"{one.items:,}", str(one.items - one.testable), *shares, str(one.whole), *scores)
    return shown


if __name__ == "__main__":
    command("contamination", __doc__, main)
