"""A small checkout to run the real commands in: the working tree's files, tiny sizes, its own git and DVC."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.conftest import ROOT

# Small enough for a test, large enough that every rung and both kinds of code are there.
TINY: dict[str, Any] = {
    "collect.procedural.programs": 90,
    "collect.installed": ["toolz"],
    "collect.rows_per_shard": 40,
    "execute.pairs": 3,
    "pairs_per_function": 2,
    "tokenizer.vocab": 400,
    "train.tokens": 20_000,
    "train.save_steps": 5,
    "train.instructions.rows": 40,
    "train.instructions.tokens": 4_000,
    "evaluate.items": 8,
    "evaluate.max_new_tokens": 40,
    "evaluate.instructions": 4,
    "evaluate.grids": 2,
}


class House:
    """A checkout under `root`; `run` starts a command in it as a user would."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def start(self, *command: str, **environment: str) -> subprocess.Popen:
        """A command in the checkout; `python` and `dvc` are this interpreter's."""
        words = [sys.executable, *command[1:]] if command[0] == "python" else list(command)
        words = [sys.executable, "-m", "dvc", *command[1:]] if command[0] == "dvc" else words
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("MLFLOW", "DVC", "CODEIO", "GIT"))}
        scripts = str(Path(sys.executable).parent)
        kept |= {"PYTHONPATH": str(self.root), "PATH": f"{scripts}:{kept['PATH']}", "COLUMNS": "120"}
        pipe = subprocess.PIPE
        return subprocess.Popen(
            words, cwd=self.root, env=kept | environment, stdout=pipe, stderr=subprocess.STDOUT, text=True
        )

    def run(self, *command: str, code: int = 0, **environment: str) -> str:
        """What the command printed; fails when it ends with another code."""
        process = self.start(*command, **environment)
        said = process.communicate()[0]
        assert process.returncode == code, f"{command} ended with {process.returncode}:\n{said[-6000:]}"
        return said

    def set(self, values: dict[str, Any], file: str = "params.yaml") -> None:
        """Change settings of a file by their dotted keys; all else stays as it is, comments too."""
        path, inside, left = self.root / file, [], dict(values)
        lines = path.read_text().splitlines(keepends=True)
        for number, line in enumerate(lines):
            if found := re.match(r"( *)(\w+):", line):
                inside = [*inside[: len(found[1]) // 2], found[2]]
                if (key := ".".join(inside)) in left:
                    comment = re.search(r" #.*", line)
                    lines[number] = f"{found[0]} {json.dumps(left.pop(key))}{comment[0] if comment else ''}\n"
        assert not left, f"{file} has no {list(left)}"
        path.write_text("".join(lines))


def until(wish: Any, running: Any = None, seconds: float = 240.0) -> None:
    end = time.monotonic() + seconds
    while not wish():
        assert running is None or running.poll() is None, running.communicate()[0]
        assert time.monotonic() < end
        time.sleep(0.02)


def build(root: Path) -> House:
    """The working tree as a fresh clone of its own, at tiny sizes, everything committed, nothing run."""
    every = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(every, cwd=ROOT, capture_output=True, text=True, check=True)
    for line in listed.stdout.splitlines():
        if (ROOT / line).is_file() and line != "dvc.lock" and not line.startswith("metrics/"):
            (root / line).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / line, root / line)
    house = House(root)
    house.set(TINY)
    house.set({"threads": 1}, "experiments/machine/cpu.yaml")  # another test takes the other core
    house.run("git", "init", "-q")
    house.run("git", "config", "user.email", "test@example.org")
    house.run("git", "config", "user.name", "test")
    house.run("git", "add", "-A")
    house.run("git", "commit", "-qm", "tiny")
    return house
