"""Scale: what a given size will take, from what the last run here took.   sidecars, metrics, shards -> a table

python -m codeio.scale [functions=N] [instances=N] [tokens_per_s=N] [train_tokens_per_s=N] [key=value ...]
    functions with pairs, and problems asked of them (default: the paper's, 455,000 and 3,500,000); tokens that one GPU
    generates and trains a second: without them no GPU hours are shown

Everything is taken to grow with the rows, as `make bench-scale` measures. The basis of each figure stands
below; what was not measured here has none.
"""

import json
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from statistics import fmean
from typing import Any

import msgspec
from rich.table import Table

from codeio import assemble, prompting, stage
from codeio.command import run, split
from codeio.errors import BadInput, BadParams
from codeio.params import ROOT, Params, load
from codeio.records import Problem
from codeio.stage import screen

SIZES = {"functions": 455_000, "instances": 3_500_000, "tokens_per_s": 0, "train_tokens_per_s": 0}
CHARACTERS = 4  # of a token, as a rule of thumb: no tokenizer is asked
LOOKED_AT = 2000  # problems of a store whose lengths are measured
GROWS_WITH = {
    "collect": "functions",
    "unify": "functions",
    "execute": "functions",
    "pose": "functions",
    "answer": "instances",
    "revise": "instances",
}


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """What a stage takes; None where there is nothing to reckon it from."""

    stage: str
    rows: int
    core_hours: float | None = None
    gpu_hours: float | None = None
    disk_gb: float | None = None
    tokens: int | None = None  # that a model writes, or is trained on
    basis: str


class Lengths(msgspec.Struct, frozen=True):
    """Tokens of an average problem of a store."""

    first: float  # of the first answer
    later: float  # of all further ones
    conversation: float  # all that training reads
    basis: str


def needs(params: Params, sizes: dict[str, float]) -> list[Need]:
    """One per stage, in the order of the data. Raises BadInput where no run was measured."""
    growth = {
        "functions": sizes["functions"] / metric("execute")["rows_out"],
        "instances": sizes["instances"] / metric("pose")["rows_out"],
    }
    words = lengths(params)
    written = {"answer": words.first, "revise": words.later}
    found = []
    for name, what in GROWS_WITH.items():
        variant = params.teacher if name in written else ""
        one = data_stage(name, variant, growth[what])
        tokens = round(written[name] * sizes["instances"]) if name in written else None
        gpu = hours(tokens, sizes["tokens_per_s"])
        basis = f"{one.basis}; {words.basis}" if tokens is not None else one.basis
        found.append(msgspec.structs.replace(one, tokens=tokens, gpu_hours=gpu, basis=basis))
    tokens = round(words.conversation * sizes["instances"])
    gpu = hours(tokens, sizes["train_tokens_per_s"])
    trained = Need(
        stage="train, one epoch",
        rows=int(sizes["instances"]),
        gpu_hours=gpu,
        tokens=tokens,
        basis=words.basis,
    )
    return [*found, trained]


def data_stage(name: str, variant: str, growth: float) -> Need:
    """Rows, core hours and disk of a stage that is `growth` times as large as the one on disk."""
    label = f"{name}-{variant}" if variant else name
    at = stage.folder(name, variant)
    rows = round(metric(label)["rows_in"] * growth)
    size = sum(file.stat().st_size for file in at.rglob("*.parquet"))
    sidecar = at.with_name(f"{at.name}.run.json")
    told = read(sidecar) if sidecar.exists() else {}
    basis = f"{size / 2**20:,.1f} MiB on disk"
    core = None
    if told.get("made_rows") and "cpu_seconds" in told:
        each = told["cpu_seconds"] / told["made_rows"]
        core = each * rows / 3600
        basis = f"{1000 * each:,.2f} ms of CPU a row, {told['made_rows']:,} rows; {basis}"
    else:
        basis = f"no CPU time measured: `dvc repro -f -s {label.replace('-', '@')}`; {basis}"
    return Need(stage=label, rows=rows, core_hours=core, disk_gb=size * growth / 1e9, basis=basis)


def lengths(params: Params) -> Lengths:
    """Of the first answered problems of the teacher's store."""
    answered = (one for one in assemble.store(params) if one.turns)
    some = list(islice(answered, LOOKED_AT))
    if not some:
        raise BadInput(f"data/revise/{params.teacher} holds no answer: run `dvc repro revise`")
    first = fmean(said(one)[0] for one in some)
    later = fmean(sum(said(one)[1:]) for one in some)
    asked = fmean(len(prompting.question(one, params.model.prompts)) for one in some)
    basis = f"{len(some):,} problems of {params.teacher}, {CHARACTERS} characters a token"
    return Lengths(*(part / CHARACTERS for part in (first, later, asked + first + later)), basis)


def said(problem: Problem) -> list[int]:
    """Characters of each turn's answers."""
    return [sum(len(sample.response) for sample in turn.samples) for turn in problem.turns]


def hours(tokens: int | None, per_second: float) -> float | None:
    return tokens / per_second / 3600 if tokens is not None and per_second else None


def metric(label: str) -> dict[str, Any]:
    path = ROOT / "metrics" / f"{label}.json"
    if not path.exists():
        raise BadInput(
            f"metrics/{label}.json is not there: scale reckons from a run, make one with `dvc repro`"
        )
    found = read(path)
    if not found["rows_out"]:
        raise BadInput(f"metrics/{label}.json counts no row: scale cannot reckon from it")
    return found


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text())


def table(found: Iterable[Need], sizes: dict[str, float]) -> Table:
    title = f"{sizes['functions']:,.0f} functions, {sizes['instances']:,.0f} instances, if all grows with the rows"
    out = Table(title=title, title_justify="left")
    for head in ("stage", "rows", "core hours", "GPU hours", "GB", "M tokens"):
        out.add_column(head, justify="left" if head == "stage" else "right")
    for one in found:
        figures = (
            one.core_hours,
            one.gpu_hours,
            one.disk_gb,
            None if one.tokens is None else one.tokens / 1e6,
        )
        out.add_row(
            one.stage, f"{one.rows:,}", *("" if n is None else f"{n:,.1f}" for n in figures), one.basis
        )
    return out


def main(words: Sequence[str]) -> None:
    own, others = split(words, {name: str(value) for name, value in SIZES.items()})
    try:
        sizes = {name: float(value) for name, value in own.items()}
    except ValueError as error:
        raise BadParams(f"scale: {error}; functions, instances, tokens_per_s take numbers") from error
    if min(sizes.values()) < 0 or not sizes["functions"] or not sizes["instances"]:
        raise BadParams("scale: functions and instances must be above 0, tokens a second not below it")
    params = load(*others)
    found = needs(params, sizes)
    screen.print(table(found, sizes))
    for one in found:
        screen.print(f"{one.stage}: {one.basis}", soft_wrap=True)
    total = sum(one.disk_gb or 0 for one in found)
    screen.print(
        f"on disk {total:,.1f} GB; DVC's cache holds the same again where the file system has no reflinks",
        soft_wrap=True,
    )


if __name__ == "__main__":
    run("scale", __doc__, main)
