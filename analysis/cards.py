"""Describe: the data and the head-line model, for whoever finds them.   metrics, functions, scores -> two cards"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
import pandas as pd
import pyarrow.parquet as pq

from analysis import funnel, table
from codeio import facts, shards
from codeio.assemble import VIEW
from codeio.params import Params

METHOD = "CODEI/O and CODEI/O++ (Li et al., ICML 2025, arXiv 2502.07316)"
MADE = "Written by `python -m analysis` (the DVC stage `analyze`)."


def data(root: Path, params: Params) -> str:
    """The card of data/: what it is, how much of it, under which licences, what it is not good for."""
    functions = read(root / "data" / "execute", ("corpus", "version", "licence", "kind", "tier", "split"))
    origins = (
        functions.groupby(["corpus", "version", "licence"], sort=True).size().reset_index(name="functions")
    )
    parts = [
        "# Data card: execution-verified input/output predictions",
        f"Problems that ask for the output or the input of a program, with rationales, verdicts by execution and "
        f"revision turns, as {METHOD} describe them. {MADE}",
        "## How much",
        markdown(funnel.flow(root / "metrics")),
        "## Where the functions come from",
        "Every record keeps its file, line span, version and licence: `python -m codeio.lineage row=ID`.",
        markdown(origins),
        "## Splits and statements",
        markdown(counted(functions, "split")),
        markdown(counted(functions, "tier")),
        "*inputs*, *constants*, *structure* and *natural* are held out, from near to far; no function of them, nor one "
        "that resembles one, is trained on. Tier: where the statement was taken from; `code-only` has none.",
        "## Who answered",
        f"Stores: {', '.join(params.teachers)}. `trace` tells the real run and is always right. `slip` **simulates** a "
        "reasoner's mistakes: a mutated program's trace, wrong at first in about half of the problems by design; its "
        "rates say nothing of any model. `llm` is a language model's.",
        "## Limits",
        "- Certified means: a second run in another process, with other seeds, order and clocks, gave the same. It "
        "does not mean that the function does what its statement says.\n"
        "- Rationales of `trace` and `slip` are told from templates: their language is plainer than a model's.\n"
        "- Items of the held-out sets are searched for in the training text (stage `contamination`); public "
        "benchmarks only where `evaluate.bench.data_root` holds them.\n"
        "- Answers are JSON; programs with files, network, clocks or randomness are left out.",
    ]
    return "\n\n".join(parts) + "\n"


def model(tidy: pd.DataFrame, params: Params) -> str:
    """The card of models/main: what it was trained on, its scores beside those of guessing, its limits."""
    own = params.model
    shape = ", ".join(f"{name} {value}" for name, value in own.architecture.items())
    start = f"trained from nothing ({shape})" if own.init == "scratch" else f"further trained from {own.hub}"
    budget = (
        f"{params.train.tokens:,} tokens"
        if params.train.budget == "tokens"
        else f"{params.train.epochs} epochs"
    )
    below = tidy[tidy["low"] <= tidy["baseline"]]
    weak = ", ".join(f"{row.rung} ({row.predict})" for row in below.itertuples()) or "none"
    parts = [
        f"# Model card: {own.name}, the head-line model",
        f"{start[0].upper()}{start[1:]}; context {own.context:,} tokens; stages {', '.join(params.train.stages)}; "
        f"stage 1 of {budget}; seed {params.seed}. Method: {METHOD}. {MADE}",
        "## Trained on",
        *trained_on(params),
        "## Scores",
        "Held-out problems, 95 % Wilson intervals, beside what always giving the most frequent answer would score.",
        table.markdown(table.readable(tidy).drop(columns="arm")).strip(),
        "## Limits",
        f"- Not above the majority answer: {weak}.\n"
        "- One seed: the intervals say nothing of what another seed would bring.\n"
        "- A model of this size shows that the pipeline works and what an ablation does to it. It is no assistant, and "
        "its figures are not comparable with the paper's 7B to 27B models.",
        "## Licence",
        "Apache-2.0, as the code. What the training data is licensed under: data_card.md.",
    ]
    return "\n\n".join(parts) + "\n"


def trained_on(params: Params) -> tuple[str, str]:
    """What of, and how it was read."""
    if params.corpus:
        of = facts.leaves(msgspec.to_builtins(params.corpus))
        return "A corpus in place of our data:", markdown(pd.DataFrame(of, columns=["corpus", "value"]))
    view = pd.DataFrame([(name, str(getattr(params, name))) for name in VIEW], columns=["view", "value"])
    return "The data of data_card.md, in this view:", markdown(view)


def read(at: Path, columns: Sequence[str]) -> pd.DataFrame:
    frames = [pq.read_table(path, columns=list(columns)).to_pandas() for path in shards.files(at)]
    return pd.concat(frames, ignore_index=True)


def counted(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    return frame.groupby(column, sort=True).size().reset_index(name="functions")


def markdown(frame: pd.DataFrame) -> str:
    cells: Iterable[list[str]] = ([said(value) for value in row] for row in frame.itertuples(index=False))
    return table.markdown(pd.DataFrame(cells, columns=frame.columns)).strip()


def said(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
