"""Compare: which items two runs answer differently.   two files of items -> flips with a McNemar test

python -m codeio.evaluate.flips a=RUN b=RUN

RUN is an items.parquet of `python -m codeio.evaluate.bench` (or its folder), or a data/evaluate/items.parquet. By
benchmark and by group (subject, level or task; of the held-out ladder kind, reasoning patterns and difficulty, where
data/execute has the function): items that turned from wrong to right and back, and the exact two-sided McNemar p-value
of the two counts. An item is right when its score is 1.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from codeio import shards, stage, values
from codeio.command import arguments, run
from codeio.errors import BadInput
from codeio.records import Pair, Record
from codeio.shards import brief

Key = tuple[str, str]  # (benchmark, item id)


class Answer(NamedTuple):
    """How an item came out, and the groups it is of."""

    groups: tuple[str, ...]
    score: float

    @property
    def right(self) -> bool:
        return self.score == 1.0


class Flips(msgspec.Struct, frozen=True):
    """What changed from a to b among the items that both have."""

    items: int
    gained: int  # wrong -> right
    lost: int  # right -> wrong

    @property
    def p(self) -> float:
        """Exact two-sided McNemar: how likely a split at least as uneven is if both ways are equally likely."""
        n, least = self.gained + self.lost, min(self.gained, self.lost)
        tail = sum(math.comb(n, k) for k in range(least + 1))
        return min(1.0, 2 * tail / 2**n)


def read(given: str, known: Mapping[str, tuple[str, ...]] | None = None) -> dict[Key, Answer]:
    """The items of a run, with the groups that are known of them. Raises BadInput where there are none."""
    at = Path(given) / "items.parquet" if Path(given).is_dir() else Path(given)
    try:
        with at.open("rb") as file:
            rows = pq.read_table(file).to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise BadInput(
            f"{at} is no file of items ({brief(error)}): give an items.parquet or its folder"
        ) from error
    try:
        return dict(answer(row, known or {}) for row in rows)
    except KeyError as error:
        raise BadInput(
            f"{at} has no column {error}: give an items.parquet of evaluate.bench or evaluate"
        ) from error


def answer(row: Mapping[str, Any], known: Mapping[str, tuple[str, ...]]) -> tuple[Key, Answer]:
    """An item of the 14 benchmarks, or of the held-out ladder (rung and direction)."""
    if "benchmark" in row:
        return (row["benchmark"], row["id"]), Answer((row["group"],), float(row["score"]))
    groups = (row["kind"], *known.get(row["id"], ()))
    return (f"{row['rung']}_{row['predict']}", row["id"]), Answer(groups, float(row["correct"]))


class Tagged(Record, kw_only=True):
    """What of a function tells of its problems."""

    patterns: tuple[str, ...]
    pairs: tuple[Pair, ...]


def tags() -> dict[str, tuple[str, ...]]:
    """Problem.id -> the patterns of its function and the difficulty of its pair; none without data/execute."""
    return {
        values.digest(pair.id, predict): (
            *(f"pattern {name}" for name in one.patterns),
            f"difficulty {pair.difficulty}",
        )
        for one in shards.read_all(stage.folder("execute"), Tagged)
        for pair in one.pairs
        for predict in ("output", "input")
    }


def flips(a: Mapping[Key, Answer], b: Mapping[Key, Answer]) -> dict[tuple[str, str], Flips]:
    """By (benchmark, group); the group is empty for a whole benchmark, which comes before its groups."""
    pairs: dict[tuple[str, str], list[tuple[bool, bool]]] = {}
    for key in sorted(a.keys() & b.keys()):
        for group in {"", *a[key].groups}:
            pairs.setdefault((key[0], group), []).append((a[key].right, b[key].right))
    found = {
        name: Flips(len(p), p.count((False, True)), p.count((True, False)))
        for name, p in sorted(pairs.items())
    }
    return {name: one for name, one in found.items() if not name[1] or one.items < found[name[0], ""].items}


def main(words: list[str]) -> None:
    given = arguments(words, {"a": "", "b": ""}, required=("a", "b"))
    known = tags()
    a, b = read(given["a"], known), read(given["b"], known)
    found = flips(a, b)
    if not found:
        raise BadInput(
            f"{given['a']} and {given['b']} have no item in common: compare runs of the same benchmarks"
        )
    table = Table(title="from a to b", title_justify="left")
    for name in ("benchmark", "group", "items", "wrong -> right", "right -> wrong", "McNemar p"):
        table.add_column(name, justify="left" if name in ("benchmark", "group") else "right")
    for (name, group), one in found.items():
        table.add_row(name, group, str(one.items), str(one.gained), str(one.lost), f"{one.p:.4f}")
    Console(width=110, highlight=False).print(table)
    whole = [one for (_, group), one in found.items() if not group]
    total = {
        "items": sum(f.items for f in whole),
        "gained": sum(f.gained for f in whole),
        "lost": sum(f.lost for f in whole),
    }
    print(json.dumps({**total, "only_a": len(a.keys() - b.keys()), "only_b": len(b.keys() - a.keys())}))


if __name__ == "__main__":
    run("flips", __doc__, main)
