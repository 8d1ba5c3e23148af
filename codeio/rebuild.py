"""Rebuild: make every data stage from nothing, compare with dvc.lock.   commit -> same bytes?

`python -m codeio.rebuild [stages=collect,unify]` works in a scratch clone without DVC cache, earlier shards
or verdict cache, so that agreement means: this commit makes this data. Checkpoints are not compared (they may
differ between processors). Exit code 1 where something differs, with the promised and the made hash.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from codeio.errors import BadInput, CodeioError
from codeio.params import ROOT

DATA_STAGES = ("collect", "unify", "execute", "pose", "answer", "revise", "tokenizer")


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
    return differing


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
