"""Measure: reading a store of many runs.   a store filled with copies of one run -> seconds

python -m tests.bench.bench_runs [runs=10000]

The copies hold what a real run of `train.py` holds: all parameters, tags and last metrics. Time is of the CPU.
"""

import contextlib
import json
import os
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from codeio import facts, tracker
from codeio.params import load

TABLES = ("runs", "params", "tags", "latest_metrics")
METRICS = 80  # of a run with the held-out ladder and its yardsticks


def fill(path: Path, count: int) -> None:
    """A store at `path` with `count` finished runs, all like the one that the tracker makes of params.yaml."""
    os.environ["MLFLOW_TRACKING_URI"] = f"sqlite:///{path}"
    tags = facts.lineage() | {"codeio.view": "v", "codeio.training": "t", "codeio.scoring": "s"}
    with tracker.run(load(), tracker.About(name="one", kind="single", tags=tags)) as now:
        now.log({f"bench/score_{n}": n / METRICS for n in range(METRICS)}, 0)
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TEMP TABLE fresh (id TEXT, n INTEGER)")
        database.executemany("INSERT INTO fresh VALUES (?, ?)", ((f"{n:032x}", n) for n in range(count - 1)))
        for table in TABLES:
            names = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            taken = {"run_uuid": "fresh.id", "start_time": "start_time + fresh.n"}
            values = ", ".join(taken.get(name, name) for name in names)
            copied = f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table}, fresh WHERE run_uuid = ?"
            database.execute(copied, (now.id,))


def measured(count: int, scratch: Path) -> dict[str, float]:
    """Runs read, and the seconds that took."""
    from analysis import runs

    tracker.ROOT = scratch
    fill(scratch / "many.db", count)
    started = time.process_time()
    found = runs.every()
    return {
        "runs": len(found),
        "cpu_seconds": round(time.process_time() - started, 1),
        "parameters": len(found[0].params),
        "metrics": len(found[0].metrics),
    }


if __name__ == "__main__":
    words = dict(word.partition("=")[::2] for word in sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measured(int(words.get("runs", "10000")), Path(folder))))
