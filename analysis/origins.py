"""Find where asked problems come from: pair, function, file.   problem ids -> origins"""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple

import pyarrow.compute as pc
import pyarrow.parquet as pq

from codeio import shards
from codeio.params import ROOT
from codeio.records import Function, Pair


class Origin(NamedTuple):
    """What a problem was made from."""

    function: Function
    pair: Pair

    @property
    def place(self) -> str:
        one = self.function
        return f"{one.corpus} {one.version}, {one.path}:{one.lines[0]}-{one.lines[1]}"


def of(idents: Collection[str], root: Path = ROOT) -> dict[str, Origin]:
    """The origins of those problems that data/pose and data/execute know; instructions have none."""
    pairs: dict[str, tuple[str, str]] = {}
    wanted = pc.field("id").isin(sorted(idents))
    for path in shards.files(root / "data" / "pose"):
        table = pq.read_table(path, columns=["id", "function", "pair"], filters=wanted)
        columns = (table.column(name).to_pylist() for name in ("id", "function", "pair"))
        pairs |= {ident: (function, pair) for ident, function, pair in zip(*columns, strict=True)}
    functions = read(root / "data" / "execute", {function for function, _ in pairs.values()})
    found = {}
    for ident, (function, pair) in pairs.items():
        if function in functions:
            one = functions[function]
            found.update((ident, Origin(one, p)) for p in one.pairs if p.id == pair)
    return found


def read(at: Path, idents: Iterable[str]) -> dict[str, Function]:
    wanted = pc.field("id").isin(sorted(idents))
    rows = (row for path in shards.files(at) for row in shards.read(path, Function, wanted))
    return {row.id: row for row in rows}
