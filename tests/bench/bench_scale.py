"""Bench: growth.   rows=3500,7000,14000 functions=400 [keep=DIR] -> rows a second and peak memory per stage and size

A store of each size is generated: `rows` problems, eight a function, texts as long as real ones and all different. Each
stage reads it in a process of its own; memory is the peak of that process or of one that it started, time is the CPU
time of all of them. `linear`: what a further row costs at the end is at most 15 % more than at the beginning, for every
stage. `disk_gb`: the largest store of answers, and what DVC adds to it. The real way, from grammar to revised answers,
is run on `functions` (several sizes with commas), and with Ray installed execute by Ray beside it: `lost` and `doubled`
are its rows that are missing and that are there twice (null: no Ray).

With keep=DIR figures are written down as they come, and a run that was broken off, or that was asked for some
stages=NAME,NAME only, is gone on with. The last line is one JSON object.
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
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

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
PAPER = 455_000  # functions
STAGES = {
    "collect": ("-m", "codeio.collect"),
    "pose": ("-m", "codeio.pose"),
    "assemble": ("-m", "tests.bench.growing", "assemble"),
    "export": ("-m", "codeio.exchange", "export=messages", "to=made"),
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


def checkout(at: Path) -> Path:
    """An empty checkout: settings and no data."""
    for name in ("params.yaml", "experiments", "dvc.yaml", "dvc.lock"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, at / name, dirs_exist_ok=True)
        else:
            at.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, at / name)
    return at


def generate(root: Path, rows: int) -> None:
    """A checkout with raw files, executed functions and a store of answers."""
    checkout(root)  # also of a store that is there: settings may have changed since
    if (root / "whole").exists():
        return
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
    (root / "whole").touch()


class Cost(NamedTuple):
    """Of a command and all that it started."""

    cpu: float  # seconds
    wall: float
    memory: float  # MB of the largest of these processes


def measured(root: Path, *command: str) -> Cost:
    """Fails where the command fails."""
    environment = os.environ | {"CODEIO_ROOT": str(root), "PYTHONPATH": str(ROOT)}
    log, begun = root / "log", time.monotonic()
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, *command], cwd=root, env=environment, stdout=file, stderr=file
        )
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"{command}: {log.read_text()[-3000:]}"
    return Cost(used.ru_utime + used.ru_stime, time.monotonic() - begun, used.ru_maxrss / 1024)


def settings(name: str, root: Path) -> tuple[str, ...]:
    raw = (f"collect.jsonl={root / 'raw.jsonl'}", "collect.installed=[]", "collect.procedural.programs=0")
    return raw if name == "collect" else ("teachers=[slip]",) if name == "contamination" else ()


class Figures:
    """What was measured, by name; on disk as soon as it is there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.known: dict[str, list[float]] = json.loads(path.read_text()) if path.exists() else {}

    def get(self, name: str, measure: Callable[[], Sequence[float]]) -> list[float]:
        if name not in self.known:
            self.known[name] = [round(one, 4) for one in measure()]
            self.path.write_text(json.dumps(self.known, indent=1))
        return self.known[name]


def grown(sizes: list[int], chosen: list[str], root: Path, figures: Figures) -> dict[str, object]:
    costs: dict[str, list[Cost]] = {name: [] for name in chosen}
    disk: list[float] = []
    for rows in sizes:
        at = root / str(rows)
        wanted = [f"{rows} {name}" for name in (*chosen, "disk")]
        if not set(wanted) <= set(figures.known):
            generate(at, rows)
        for name in chosen:
            words = (*STAGES[name], *settings(name, at))
            cost = Cost(*figures.get(f"{rows} {name}", lambda at=at, words=words: measured(at, *words)))
            costs[name].append(cost)
            shutil.rmtree(at / "made", ignore_errors=True)
            print(
                f"  {rows:,} {name}: {cost.cpu:,.0f} s of CPU, {1e6 * cost.cpu / rows:,.0f} us a row, "
                f"{cost.wall:,.0f} s, {cost.memory:,.0f} MB",
                flush=True,
            )
        disk = figures.get(f"{rows} disk", lambda at=at: stored(at))
        print(f"  {rows:,} problems: {disk[0]:.3f} GB of answers, DVC adds {disk[1]:.3f} or {disk[2]:.3f}")
        if set(chosen) == set(STAGES):
            shutil.rmtree(at, ignore_errors=True)
    further = {name: ratio(sizes, [cost.cpu for cost in several]) for name, several in costs.items()}
    print("cost of a further row at the end against the beginning:", further)
    return {
        "rows": sizes[-1],
        "rss_mb_max": round(max(cost.memory for several in costs.values() for cost in several), 1),
        "linear": all(one <= LINEAR for one in further.values()) if len(sizes) > 2 else None,
        "rows_per_s": {name: round(sizes[-1] / several[-1].cpu, 1) for name, several in costs.items()},
        "disk_gb": {"answers": disk[0], "dvc_copy": disk[1], "dvc_hardlink": disk[2]},
    }


def stored(at: Path) -> list[float]:
    """GB of the answers; and what tracking them adds, by a copy as is usual and by links."""
    store = at / "data/revise" / STORE
    found = [size(store)]
    for kind in ("copy", "hardlink"):
        dvc = at / f"dvc-{kind}"
        shutil.copytree(store, dvc / "store", copy_function=os.link)
        before = used(dvc)
        for words in (("init", "--no-scm"), ("config", "cache.type", kind), ("add", "store")):
            measured(dvc, "-m", "dvc", "-q", *words)
        found.append(used(dvc) - before)
        shutil.rmtree(dvc)
    return found


def size(at: Path) -> float:
    return sum(file.stat().st_size for file in at.rglob("*.parquet")) / 1e9


def used(at: Path) -> float:
    """GB on disk below a folder, each file once however many names it has."""
    files = {one.st_ino: one.st_blocks * 512 for one in (f.lstat() for f in at.rglob("*"))}
    return sum(files.values()) / 1e9


def ratio(sizes: list[int], seconds: list[float]) -> float:
    """Marginal cost of the last step by that of the first; starting a process falls out."""
    if len(sizes) < 3:
        return 0.0
    steps = [(b - a) / (m - n) for n, m, a, b in zip(sizes, sizes[1:], seconds, seconds[1:], strict=False)]
    return round(steps[-1] / steps[0], 3)


def real(counts: list[int], root: Path, figures: Figures) -> dict[str, object]:
    """The whole way on so many programs of the grammar; of the fewest execute once more by Ray."""
    found: dict[str, object] = {}
    for count in counts:
        own = (f"collect.procedural.programs={count}", "collect.installed=[]", "teachers=[slip]")
        at = root / f"real-{count}"
        for name in REAL:
            if f"{count} functions {name}" not in figures.known:
                checkout(at)
            cpu, wall, memory, rows = figures.get(
                f"{count} functions {name}", lambda at=at, name=name, own=own: way(at, name, own)
            )
            found[name] = round(rows / wall, 1)
            hours = cpu / count * PAPER / 3600
            print(
                f"  {count:,} functions, {name}: {rows:,.0f} rows, {found[name]} rows/s, {1e3 * cpu / rows:.2f} ms of "
                f"CPU a row, {memory:,.0f} MB; {PAPER:,} functions: {hours:,.1f} core hours",
                flush=True,
            )
        if count == counts[0]:
            equal, lost, doubled = figures.get(f"{count} by Ray", lambda at=at, own=own: by_ray(at, own))
        shutil.rmtree(at, ignore_errors=True)
    ray = {"ray_equal": bool(equal), "lost": int(lost), "doubled": int(doubled)}
    none = {"ray_equal": None, "lost": None, "doubled": None}
    return {"real_rows_per_s": found, **(none if lost < 0 else ray)}


def way(at: Path, name: str, own: tuple[str, ...]) -> list[float]:
    """A stage on real rows; with how many rows it took."""
    cost = measured(at, "-m", f"codeio.{name}", *own)
    taken = json.loads(next(iter((at / "metrics").glob(f"{name}*.json"))).read_text())["rows_in"]
    return [*cost, taken]


def by_ray(at: Path, own: tuple[str, ...]) -> list[float]:
    """Whether execute gives the same files by Ray; rows lost and doubled, below 0 without Ray."""
    if importlib.util.find_spec("ray") is None:
        return [0, -1, -1]
    folder = at / "data/execute"
    before, known = hashes(folder), {row.id for row in shards.read_all(folder, Function)}
    os.environ["RAY_ADDRESS"] = "local"
    measured(at, "-m", "codeio.execute", "engine=ray", *own)
    made = Counter(row.id for row in shards.read_all(folder, Function))
    doubled = sum(count - 1 for count in made.values())
    return [hashes(folder) == before, len(known - set(made)), doubled]


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(f.relative_to(folder)): hashlib.sha256(f.read_bytes()).hexdigest()
        for f in folder.rglob("*.parquet")
    }


def main(given: dict[str, str]) -> dict[str, object]:
    sizes = sorted(int(one) for one in given.get("rows", "3500,7000,14000").split(",") if one)
    counts = sorted(int(one) for one in given.get("functions", "400").split(",") if one)
    chosen = given.get("stages", ",".join(STAGES)).split(",")
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(given.get("keep") or scratch)
        root.mkdir(parents=True, exist_ok=True)
        figures = Figures(root / "figures.json")
        found = grown(sizes, chosen, root, figures) if sizes else {}
        return found | (real(counts, root, figures) if counts else {})


if __name__ == "__main__":
    load()  # a broken params.yaml is told before hours of work
    print(json.dumps(main(dict(word.partition("=")[::2] for word in sys.argv[1:]))))
