"""Report: the funnel from raw files to functions, per corpus.   data/{collect,unify,execute} -> table

python -m codeio.unify.report     # run `dvc repro execute` first
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec
from rich.console import Console
from rich.table import Table

from codeio import shards, stage
from codeio.errors import BadInput, BadParams, CodeioError
from codeio.params import ROOT
from codeio.records import Dropped, Function, Record, Source

STAGES = {"collect": Source, "unify": Function, "execute": Function}
UNKNOWN = "(unknown)"


class Funnel(msgspec.Struct, kw_only=True):
    """Counts of one corpus. `dropped` by stage and reason."""

    files: int = 0  # that collect kept
    candidates: int = 0  # functions, methods and scripts that unify looked at, and files it found none in
    functions: int = 0  # that unify made
    kept: int = 0  # with certified pairs
    dropped: Counter[tuple[str, str]] = msgspec.field(default_factory=Counter)


def rows(name: str) -> tuple[list[Record], list[Dropped]]:
    """What a stage gave and dropped. Raises BadInput where it has not run."""
    at = stage.folder(name)
    if not shards.files(at):
        raise BadInput(f"{at.relative_to(ROOT)} holds no shards: run `dvc repro {name}`")
    return list(shards.read_all(at, STAGES[name])), list(shards.read_all(at / "dropped", Dropped))


def funnels() -> dict[str, Funnel]:
    """One funnel per corpus, in the order of their names."""
    given, dropped = {}, {}
    for name in STAGES:
        given[name], dropped[name] = rows(name)
    corpora = sorted({source.corpus for source in given["collect"]}, key=len, reverse=True)
    out = {corpus: Funnel() for corpus in sorted(corpora)}
    by_function = {f.id: f.corpus for f in given["unify"]}
    for source in given["collect"]:
        out[source.corpus].files += 1
    for function in given["unify"]:
        out[function.corpus].functions += 1
        out[function.corpus].candidates += 1
    for function in given["execute"]:
        out[function.corpus].kept += 1
    for name, one in [(at, one) for at, gone in dropped.items() for one in gone]:
        corpus = by_function.get(one.id) if name == "execute" else origin(one.id, corpora)
        funnel = out.setdefault(corpus or UNKNOWN, Funnel())
        funnel.dropped[name, one.reason] += 1
        funnel.candidates += name == "unify"
    return out


def origin(path: str, corpora: Sequence[str]) -> str | None:
    """The corpus whose name begins the id of a drop; longer names come first in `corpora`."""
    return next((corpus for corpus in corpora if path.startswith(f"{corpus}/")), None)


def tables(found: dict[str, Funnel]) -> Iterator[Table]:
    """The figures of all corpora, then the reasons of each."""
    total = Table(title="from files to functions")
    for head in ("corpus", "files", "candidates", "functions", "with pairs"):
        total.add_column(head, justify="left" if head == "corpus" else "right")
    for corpus, f in found.items():
        total.add_row(corpus, *(f"{n:,}" for n in (f.files, f.candidates, f.functions, f.kept)))
    yield total
    for corpus, f in found.items():
        if f.dropped:
            yield reasons(corpus, f.dropped.items())


def reasons(corpus: str, counted: Iterable[tuple[tuple[str, str], int]]) -> Table:
    table = Table("stage", "dropped because", title=corpus)
    table.add_column("rows", justify="right")
    order = list(STAGES)
    for (name, reason), n in sorted(counted, key=lambda row: (order.index(row[0][0]), -row[1], row[0][1])):
        table.add_row(name, reason, f"{n:,}")
    return table


def main(argv: Sequence[str]) -> None:
    if list(argv) in (["--help"], ["-h"]):
        return print((__doc__ or "").strip())
    if argv:
        raise BadParams(f"unknown {' '.join(argv)}: the report takes no arguments")
    console = Console()
    for table in tables(funnels()):
        console.print(table)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except CodeioError as error:
        raise SystemExit(f"unify.report: {error}") from None
