"""Bench: growth.   rows=3500,7000,14000 -> rows a second and peak memory per stage and size, one JSON line

A store of each size is generated: `rows` problems, eight a function, texts as long as real ones and all different. Each
stage reads it in a process of its own; memory is the peak of that process or of one that it started, time is the CPU
time of all of them. `linear`: what a further row costs at the end is at most 15 % more than at the beginning, for every
stage. With functions=5000 the real way from grammar to revised answers is run on so many, and with Ray installed one
stage by Ray beside it: `lost` and `doubled` are its rows that are missing and that are there twice (null: no Ray).
"""

import hashlib
import importlib.util
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from codeio import shards
from codeio.params import load
from codeio.records import Function, Pair, Problem, Sample, Turn, Verdict
from codeio.values import digest
from tests.conftest import ROOT

EACH = 8  # problems of a function: four pairs, both directions
SHARD = 400  # functions
TURN = 120  # words of an answer
LINEAR = 1.15
STORE = "slip"
STAGES = {
    "collect": ("-m", "codeio.collect"),
    "pose": ("-m", "codeio.pose"),
    "assemble": ("-m", "tests.bench.growing", "assemble"),
    "export": ("-m", "codeio.exchange", "export=messages"),
    "contamination": ("-m", "tests.bench.growing", "contamination"),
    "training": ("-m", "tests.bench.growing", "training"),
}
REAL = ("collect", "unify", "execute", "pose", "answer", "revise")


def functions(count: int) -> Iterator[Function]:
    """Functions that no two share a line of; a tenth of them is held out."""
    for number in range(count):
        rng = random.Random(number)
        names = [f"{rng.choice('abcdefgh')}{rng.randrange(10**6)}" for _ in range(24)]
        body = "".join(f"    {a} = x * {rng.randrange(999)} + len(str({rng.randrange(99)}))\n" for a in names)
        code = f"def {names[0]}_f(x):\n{body}    return {' + '.join(names[:6])}\n"
        pairs = tuple(
            Pair(id=digest(number, n), input={"x": n + number}, output=n * number, difficulty=1)
            for n in range(EACH // 2)
        )
        yield Function(
            id=digest(code), source=digest(number), kind="natural", corpus="generated", version="1",
            path=f"{number}.py", lines=(1, 26), sha256=digest(body), licence="MIT", backend="static", code=code,
            entry=f"{names[0]}_f", generator="", statement="", io_description="", tier="code-only",
            structure=digest("s", number), split="natural" if number % 10 == 0 else "train", pairs=pairs,
        )  # fmt: skip


def problems(one: Function) -> Iterator[Problem]:
    """Answered problems of a function, half of them with a second turn."""
    rng = random.Random(one.id)
    for number in range(EACH):
        pair = one.pairs[number // 2]
        turns = [
            Turn(samples=(Sample(response=words(rng), verdict=judged(right)),))
            for right in ((False, True) if number % 2 else (True,))
        ]
        yield Problem(
            id=digest(pair.id, number), function=one.id, pair=pair.id, rank=number // 2,
            predict="input" if number % 2 else "output", split="train", kind="natural", corpus=one.corpus,
            licence=one.licence, structure=one.structure, statement="", io_description="", tier=one.tier, code=one.code,
            entry=one.entry, given=pair.input, wanted=pair.output, turns=tuple(turns),
        )  # fmt: skip


def judged(right: bool) -> Verdict:
    return Verdict(status="ok" if right else "mismatch", correct=right, feedback="" if right else "Wrong.")


def words(rng: random.Random) -> str:
    return " ".join(
        f"{rng.choice(('then', 'so', 'is', 'gives'))} {rng.randrange(10**6)}" for _ in range(TURN // 2)
    )


def generate(root: Path, rows: int) -> None:
    """A checkout's settings, raw files, executed functions and a store of answers."""
    for name in ("params.yaml", "experiments", "dvc.yaml", "dvc.lock"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, root / name)
    with (root / "raw.jsonl").open("w") as raw:
        part: list[Function] = []
        count = rows // EACH
        for number, one in enumerate(functions(count), 1):
            raw.write(json.dumps({"content": one.code, "path": one.path}) + "\n")
            part.append(one)
            if len(part) == SHARD or number == count:
                name = f"part-{(number - 1) // SHARD:05d}.parquet"
                shards.write(root / "data/execute" / name, part, Function)
                answered = [problem for function in part for problem in problems(function)]
                shards.write(root / "data/revise" / STORE / name, answered, Problem)
                part = []


def measured(root: Path, *command: str) -> tuple[float, float]:
    """CPU seconds of a command and all it started; MB of the largest of these processes. Fails where it fails."""
    environment = os.environ | {"CODEIO_ROOT": str(root), "PYTHONPATH": str(ROOT)}
    log = root / "log"
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, *command], cwd=root, env=environment, stdout=file, stderr=file
        )
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"{command}: {log.read_text()[-3000:]}"
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def settings(name: str, root: Path) -> tuple[str, ...]:
    raw = (f"collect.jsonl={root / 'raw.jsonl'}", "collect.installed=[]", "collect.procedural.programs=0")
    return raw if name == "collect" else ("teachers=[slip]",) if name == "contamination" else ()


def grown(sizes: list[int], root: Path) -> dict[str, object]:
    seconds: dict[str, list[float]] = {name: [] for name in STAGES}
    most = 0.0
    for rows in sizes:
        at = root / str(rows)
        at.mkdir()
        generate(at, rows)
        size = sum(file.stat().st_size for file in (at / "data/revise").rglob("*.parquet")) / 2**20
        print(f"{rows:,} problems: {size:,.1f} MiB of answers", flush=True)
        for name, command in STAGES.items():
            spent, memory = measured(at, *command, *settings(name, at))
            seconds[name].append(spent)
            most = max(most, memory)
            print(f"  {name}: {rows / spent:,.0f} rows a CPU second, {memory:,.0f} MB", flush=True)
        shutil.rmtree(at)
    costs = {name: ratio(sizes, spent) for name, spent in seconds.items()}
    print("cost of a further row at the end against the beginning:", costs)
    return {
        "rows": sizes[-1],
        "rss_mb_max": round(most, 1),
        "linear": all(one <= LINEAR for one in costs.values()) if len(sizes) > 2 else None,
        "rows_per_s": {name: round(sizes[-1] / spent[-1], 1) for name, spent in seconds.items()},
    }


def ratio(sizes: list[int], seconds: list[float]) -> float:
    """Marginal cost of the last step by that of the first; starting a process falls out."""
    if len(sizes) < 3:
        return 0.0
    steps = [(b - a) / (m - n) for n, m, a, b in zip(sizes, sizes[1:], seconds, seconds[1:], strict=False)]
    return round(steps[-1] / steps[0], 3)


def real(count: int, root: Path) -> dict[str, object]:
    """The whole way on `count` programs of the grammar; execute once more by Ray."""
    at = root / "real"
    at.mkdir()
    for name in ("params.yaml", "experiments", "dvc.yaml", "dvc.lock"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, at / name)
    own = (f"collect.procedural.programs={count}", "collect.installed=[]")
    found: dict[str, object] = {}
    for name in REAL:
        begun = time.monotonic()
        measured(at, "-m", f"codeio.{name}", *own)
        rows = json.loads(next(iter((at / "metrics").glob(f"{name}*.json"))).read_text())["rows_in"]
        found[name] = round(rows / (time.monotonic() - begun), 1)
        hours = 455_000 / count * rows / found[name] / 3600
        print(
            f"  {name}: {found[name]} rows/s; as many rows as 455,000 functions have: {hours:,.1f} h",
            flush=True,
        )
    return {"real_rows_per_s": found, **by_ray(at, own)}


def by_ray(at: Path, own: tuple[str, ...]) -> dict[str, object]:
    if importlib.util.find_spec("ray") is None:
        return {"ray_equal": None, "lost": None, "doubled": None}
    folder = at / "data/execute"
    before, known = hashes(folder), {row.id for row in shards.read_all(folder, Function)}
    os.environ["RAY_ADDRESS"] = "local"
    measured(at, "-m", "codeio.execute", "engine=ray", *own)
    made = Counter(row.id for row in shards.read_all(folder, Function))
    doubled = sum(count - 1 for count in made.values())
    return {"ray_equal": hashes(folder) == before, "lost": len(known - set(made)), "doubled": doubled}


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(f.relative_to(folder)): hashlib.sha256(f.read_bytes()).hexdigest()
        for f in folder.rglob("*.parquet")
    }


def main(given: dict[str, str]) -> dict[str, object]:
    sizes = sorted(int(size) for size in given.get("rows", "3500,7000,14000").split(","))
    with tempfile.TemporaryDirectory() as root:
        found = grown(sizes, Path(root))
        return found | real(int(given.get("functions", 400)), Path(root))


if __name__ == "__main__":
    load()  # a broken params.yaml is told before hours of work
    print(json.dumps(main(dict(word.partition("=")[::2] for word in sys.argv[1:]))))
