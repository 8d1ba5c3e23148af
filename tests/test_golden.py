"""One file's way through all data stages, word for word: a refactor leaves these files untouched.

After a change that is meant to change them: `python -m tests.test_golden` writes them anew; read the diff.
"""

import importlib
import json
from pathlib import Path

import msgspec
import pytest

from codeio import shards, stage
from codeio.params import load
from tests.conftest import ROOT

GOLDEN = ROOT / "tests" / "golden"
MODULES = {
    "collect": "codeio.collect.__main__",
    "unify": "codeio.unify.__main__",
    "execute": "codeio.execute",
    "pose": "codeio.pose",
    "answer": "codeio.answer.__main__",
    "revise": "codeio.revise",
}
SMALL = (
    "collect.procedural.programs=0",
    "collect.installed=[]",
    f"collect.directory={GOLDEN / 'source'}",
    "unify.heldout_natural=0",
    "execute.pairs=2",
    "execute.heldout_pairs=0",
    "execute.pool=30",
    "workers=1",
)


def walk(root: Path) -> dict[str, str]:
    """Stage name -> its records of one function as indented JSON, every stage run for real."""
    stage.ROOT = root
    params, told = load(*SMALL), {}
    for name, module in MODULES.items():
        made = importlib.import_module(module).STAGE
        stage.run(made, params)
        rows = list(shards.read_all(stage.folder(name, made.variant(params)), made.gives))
        told[name] = json.dumps([msgspec.to_builtins(row) for row in rows], indent=1) + "\n"
    return told


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    before = stage.ROOT
    yield walk(tmp_path_factory.mktemp("golden"))
    stage.ROOT = before


@pytest.mark.parametrize("name", MODULES)
def test_record_after_each_stage(walked, name):
    assert walked[name] == (GOLDEN / f"{name}.json").read_text()


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        for name, text in walk(Path(scratch)).items():
            (GOLDEN / f"{name}.json").write_text(text)
