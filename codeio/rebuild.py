"""Rebuild: make every data stage from nothing, compare with dvc.lock.   commit -> same bytes?

`python -m codeio.rebuild [stages=collect,unify]` works in a scratch clone without DVC cache, earlier shards
or verdict cache, so that agreement means: this commit makes this data. Checkpoints are not compared (they may
differ between processors). Exit code 1 where something differs, with the promised and the made hash, and the first
row that this checkout's data and the rebuilt data do not share.
"""

import os
import subprocess
import sys
import tempfile
from itertools import zip_longest
from pathlib import Path
from typing import Any

import yaml

from codeio import shards
from codeio.errors import BadInput, CodeioError
from codeio.params import ROOT
from codeio.records import Function, Problem, Record, Source

RECORDS: dict[str, type[Record]] = {
    "collect": Source, "unify": Function, "execute": Function, "pose": Problem, "answer": Problem, "revise": Problem,
}  # fmt: skip
DATA_STAGES = (*RECORDS, "tokenizer")
CONTEXT = 40  # characters shown on either side of a difference


def main() -> None:
    try:
        stages = chosen(sys.argv[1:])
        with tempfile.TemporaryDirectory(prefix="codeio-rebuild-") as scratch:
            differing = rebuild(Path(scratch) / "clone", stages)
    except CodeioError as error:
        raise SystemExit(f"rebuild: {error}") from None
    raise SystemExit(1 if differing else 0)


def chosen(arguments: list[str]) -> tuple[str, ...]:
    if arguments in (["--help"], ["-h"]):
        raise SystemExit(__doc__)
    stages = DATA_STAGES
    for argument in arguments:
        key, _, value = argument.partition("=")
        stages = tuple(value.split(","))
        if key != "stages" or not set(stages) <= set(DATA_STAGES):
            raise BadInput(f"{argument}: say stages= and some of {','.join(DATA_STAGES)}")
    return stages


def rebuild(clone: Path, stages: tuple[str, ...]) -> list[str]:
    """Names of the stages whose outputs differ from those the committed dvc.lock promises."""
    run("git", "clone", "--quiet", str(ROOT), str(clone), at=ROOT)
    promised = outs(clone)
    wanted = {name: files for name, files in promised.items() if name.split("@")[0] in stages}
    missing = set(stages) - {name.split("@")[0] for name in wanted}
    if missing:
        raise BadInput(
            f"dvc.lock has no entry for {', '.join(sorted(missing))}: run `dvc repro` and commit it"
        )
    run(sys.executable, "-m", "dvc", "repro", "--no-commit", *stages, at=clone)
    made = outs(clone)
    differing = [name for name in wanted if made.get(name) != wanted[name]]
    for name in wanted:
        print(f"rebuild: {name:<16} {'DIFFERS' if name in differing else 'same bytes'}", flush=True)
    for name in differing:
        print(f"rebuild: {name}: dvc.lock promises {wanted[name]}, this machine made {made.get(name)}")
        for path in wanted[name]:
            if (record := RECORDS.get(name.split("@")[0])) and path.startswith("data/"):
                print(f"rebuild: {path}: {first_difference(ROOT / path, clone / path, record)}", flush=True)
    return differing


def first_difference(here: Path, rebuilt: Path, record: type[Record]) -> str:
    """The first row that two folders of shards do not share, with the field and both values."""
    if not shards.files(here):
        return "this checkout does not hold it: `dvc pull` it to see the first row that differs"
    both = zip_longest(shards.read_all(here, record), shards.read_all(rebuilt, record))
    for n, (mine, other) in enumerate(both):
        if mine == other:
            continue
        if mine is None or other is None or mine.id != other.id:
            return f"row {n} is {ident(mine)} in this checkout and {ident(other)} rebuilt"
        field = next(name for name in mine.__struct_fields__ if getattr(mine, name) != getattr(other, name))
        a, b = brief(getattr(mine, field), getattr(other, field))
        return f"row {n}, {mine.id}: {field} is {a} in this checkout and {b} rebuilt"
    return "all rows are the same as in this checkout, so that is not what dvc.lock promises, or dropped rows differ"


def ident(row: Record | None) -> str:
    return "absent" if row is None else row.id


def brief(a: object, b: object) -> tuple[str, str]:
    """Both values around the place where they part."""
    mine, other = repr(a), repr(b)
    alike = next((n for n, (x, y) in enumerate(zip(mine, other, strict=False)) if x != y), 0)
    start = max(0, alike - CONTEXT)
    dots = "..." if start else ""
    return dots + mine[start : start + 2 * CONTEXT], dots + other[start : start + 2 * CONTEXT]


def outs(clone: Path) -> dict[str, dict[str, Any]]:
    """Stage -> its outputs with md5 and size, as dvc.lock tells."""
    try:
        lock = yaml.safe_load((clone / "dvc.lock").read_text())
    except FileNotFoundError:
        raise BadInput("dvc.lock is missing: run `dvc repro` and commit it") from None
    return {
        name: {out["path"]: (out.get("md5"), out.get("size")) for out in stage.get("outs", [])}
        for name, stage in lock["stages"].items()
    }


def run(*command: str, at: Path) -> None:
    """A command in the clone, which must find the clone's own code first."""
    environment = os.environ | {"PYTHONPATH": str(at), "CODEIO_NO_CACHE": "1"}
    environment.pop("CODEIO_ROOT", None)
    if subprocess.run(command, cwd=at, env=environment, check=False).returncode:
        raise BadInput(f"`{' '.join(command[-4:])}` failed in the scratch clone: see above")


if __name__ == "__main__":
    main()
