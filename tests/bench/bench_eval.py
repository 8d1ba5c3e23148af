"""Bench: what evaluating costs beside generation.   data root, oracles -> start-up, per item, oracles, one JSON line

python -m tests.bench.bench_eval [data_root=DIR] [oracles=DIR]     default: ../shared/data/{benchmarks,oracles}

`start_s`: importing lm-eval and making the tasks of all benchmarks that are there, in a fresh process. `item_ms`:
prompt, extraction and scoring of an item, half of them answered right, half with another item's answer; `mean_ms`: of
all items of all sets. `oracles_s`: all oracles that are there.
Processor time is given beside it: on a shared machine only that can be compared.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

from codeio.command import arguments
from codeio.evaluate import oracles
from codeio.evaluate.benchmarks import ALL
from codeio.evaluate.data import Absent, load
from codeio.evaluate.score import scored
from codeio.params import load as load_params
from tests.conftest import SHARED

WARM = 8  # items that are scored before the clock starts: what is imported late belongs to the start
START = """
from pathlib import Path
from codeio.evaluate import bench, runner
from codeio.params import load
import lm_eval.evaluator
asked, _ = bench.available(load("evaluate.bench.data_root={root}"))
[runner.task(benchmark, items[:100], load()) for benchmark, items in asked]
"""


def main(words: list[str]) -> None:
    data = SHARED / "data"
    given = arguments(words, {"data_root": str(data / "benchmarks"), "oracles": str(data / "oracles")})
    root, params = Path(given["data_root"]).resolve(), load_params()
    started = time.monotonic()
    subprocess.run([sys.executable, "-c", START.format(root=root)], check=True, stderr=subprocess.DEVNULL)
    found = {"start_s": round(time.monotonic() - started, 2), "item_ms": {}, "item_cpu_ms": {}}
    counts: dict[str, int] = {}
    for name, benchmark in ALL.items():
        data = load(benchmark, root)
        if isinstance(data, Absent):
            print(f"{name}: absent ({data.reason})")
            continue
        items = data.items
        gold = [str(item.gold) for item in items]
        said = [
            mine if n % 2 else other
            for n, (mine, other) in enumerate(zip(gold, gold[3:] + gold[:3], strict=True))
        ]
        scored(benchmark, benchmark.readings[0], items[:WARM], said[:WARM], params)
        started, cpu = time.monotonic(), time.process_time()
        scored(benchmark, benchmark.readings[0], items, said, params)
        took, counts[name] = time.monotonic() - started, len(items)
        found["item_ms"][name] = round(1000 * took / len(items), 2)
        found["item_cpu_ms"][name] = round(1000 * (time.process_time() - cpu) / len(items), 2)
        print(
            f"{name}: {found['item_ms'][name]} ms per item, {found['item_cpu_ms'][name]} ms of this process's CPU"
        )
    total = sum(found["item_ms"][name] * count for name, count in counts.items())
    found |= {"items": sum(counts.values()), "mean_ms": round(total / sum(counts.values()), 2)}
    started = time.monotonic()
    made = oracles.check(Path(given["oracles"]), root, params).oracles
    found |= {
        "oracles_s": round(time.monotonic() - started, 1),
        "oracles": len(made),
        "exact": sum(o.exact for o in made),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
