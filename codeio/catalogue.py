"""Catalogue: list experiments, corpora and commands.   their files, docstrings -> experiments/README.md, README.md

`python -m codeio.catalogue` writes them; a test fails while one is out of date.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import msgspec

from codeio.errors import BadParams
from codeio.overrides import sweep_of
from codeio.params import ROOT, group_files, load, read_yaml
from codeio.settings import DataSet

HEAD = """# Experiments

One file of `experiment/` is one ablation: a row of the paper, run by one command. All read the store that
`dvc repro` made; none regenerates it. Figures are the paper's (Qwen 2.5 Coder 7B unless said, AVG of 14
benchmarks), quoted for orientation: a small model on a CPU is not expected to repeat them.
Add `seed=0,1,2` for seeds: `python train.py -m experiment=revisions seed=0,1,2`.

Written by `python -m codeio.catalogue` from the first lines of the files.

| file | paper row | arms | command | needs |
|---|---|---|---|---|
"""
CORPORA = """
One file of `corpus/` is what stage 1 trains on, under the same budget, schedule and stage 2:
`python train.py -m corpus=view,openmathinstruct-2`. A file of yours beside them is one more.

| file | paper row | rows at most | columns | licence | source |
|---|---|---|---|---|---|
"""
TAIL = """
`model/` and `machine/` hold one model or machine a file (`model=tiny`, `machine=cpu`).
"""

OPEN, SHUT = "<!-- commands, by python -m codeio.catalogue -->\n", "<!-- end of commands -->"
STARTED = {"codeio.train.worker"}  # by other commands only
TOLD_IN = {"analysis.runs": "analysis/move.py"}  # where another module holds the command itself


class Experiment(msgspec.Struct, frozen=True):
    """An experiment file, as its comments and its sweep describe it."""

    name: str
    row: str
    needs: str
    sweeps: dict[str, str]


def read(path: Path) -> Experiment:
    """One file. Raises BadParams where its three leading comments are not there."""
    lines = path.read_text(encoding="utf-8").splitlines()
    head = [text.removeprefix("# ") for text in lines[:3] if text.startswith("# ")]
    if len(head) < 3 or head[0] != "@package _global_" or not head[2].startswith("Needs: "):
        raise BadParams(
            f"experiments/experiment/{path.name}: its first three lines must be comments, "
            "`@package _global_`, the paper's row, `Needs: ...`"
        )
    return Experiment(path.stem, head[1], head[2].removeprefix("Needs: "), sweep_of(read_yaml(path)))


def line(one: Experiment) -> str:
    arms = "; ".join(f"`{key}={values}`" for key, values in one.sweeps.items())
    command = f"`python train.py -m experiment={one.name}`"
    needs = one.needs if one.needs == "nothing more" else f"`{one.needs}`"
    cells = (f"[{one.name}](experiment/{one.name}.yaml)", one.row, arms, command, needs)
    return "| " + " | ".join(cells) + " |\n"


def text() -> str:
    """The whole README of experiments/."""
    at = ROOT / "experiments" / "experiment"
    experiments = "".join(line(read(at / f"{name}.yaml")) for name in group_files("experiment"))
    corpora = "".join(corpus_row(name) for name in group_files("corpus"))
    return HEAD + experiments + CORPORA + corpora + TAIL


def corpus_row(name: str) -> str:
    """One file of experiments/corpus/: what its first comment says of it, and its settings."""
    path = ROOT / "experiments" / "corpus" / f"{name}.yaml"
    said = next(
        text for text in path.read_text(encoding="utf-8").splitlines() if not text.startswith("# @package")
    )
    told = ["-"] * 4
    if one := load(f"corpus={name}").corpus:
        of = one.source if isinstance(one.source, str) else hub(one.source)
        columns = {key: column for key, column in msgspec.to_builtins(one.columns).items() if column}
        named = ", ".join(f"{key}: `{column}`" for key, column in columns.items())
        told = [f"{one.rows:,}", named, one.licence, of]
    cells = (f"[{name}](corpus/{name}.yaml)", said.removeprefix("# "), *told)
    return "| " + " | ".join(cells) + " |\n"


def hub(data: DataSet) -> str:
    subset = f", subset `{data.subset}`" if data.subset else ""
    return f"`{data.id}`{subset}, " + (
        f"revision `{data.revision[:12]}`" if data.revision else "to be pinned: no revision is known here"
    )


def commands() -> Iterator[tuple[str, str]]:
    """Every module that is a command, with the first line of its docstring."""
    for path in sorted([*(ROOT / "codeio").rglob("*.py"), *(ROOT / "analysis").rglob("*.py")]):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__main__")
        text = path.read_text(encoding="utf-8")
        if '\nif __name__ == "__main__":' in text and name not in STARTED:
            told = (ROOT / TOLD_IN.get(name, path)).read_text(encoding="utf-8")
            yield name, (ast.get_docstring(ast.parse(told)) or "").splitlines()[0]


def command_row(name: str, first: str) -> str:
    said, _, way = first.partition("   ")
    return f"| `python -m {name}` | {said} | {f'`{way.strip()}`' if way else ''} |\n"


def readme() -> str:
    """README.md with the table of commands as the modules tell it."""
    before, _, rest = (ROOT / "README.md").read_text(encoding="utf-8").partition(OPEN)
    after = rest.partition(SHUT)[2]
    rows = "".join(command_row(*one) for one in commands())
    return f"{before}{OPEN}| command | what it does | from -> to |\n|---|---|---|\n{rows}{SHUT}{after}"


if __name__ == "__main__":
    (ROOT / "README.md").write_text(readme(), encoding="utf-8")
    (ROOT / "experiments" / "README.md").write_text(text(), encoding="utf-8")
