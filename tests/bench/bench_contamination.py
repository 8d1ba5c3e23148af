"""Bench: the search for test items in a stream of training text.   examples -> time, memory, one JSON line

python -m tests.bench.bench_contamination [examples=20000] [data_root=DIR]     3500000 = the size of the paper's data

Examples of about 1,500 characters are made up on the way (words drawn from a vocabulary, a text of its own each) and
never held. In every thousandth stands the question of a test item, and all of these must be found.
Peak memory is that of the whole process, sets of DIR (default: ../shared/data/benchmarks) and libraries included.
"""

import json
import random
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from codeio import contamination
from codeio.command import arguments
from codeio.contamination import Asked
from codeio.evaluate.benchmarks import ALL
from codeio.evaluate.data import Absent, load
from codeio.grams import RUN, Words
from tests.conftest import SHARED

PLANTED = 1000  # one example in so many holds a question
LINES = 24


def made(count: int, questions: Sequence[str]) -> Iterator[str]:
    """Texts as a program and its rationale have them, in length and variety; the same ones at every call."""
    rng = random.Random(0)
    words = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 9))) for _ in range(20_000)]
    lines = [" ".join(rng.choices(words, k=9)) for _ in range(50_000)]
    for n in range(count):
        question = [questions[n // PLANTED % len(questions)]] if n % PLANTED == 0 else []
        yield "\n".join([f"example {n}", *rng.choices(lines, k=LINES), *question])


def items(root: Path) -> list[Asked]:
    found = ((name, load(one, root)) for name, one in ALL.items())
    return [
        one for name, f in found if not isinstance(f, Absent) for one in contamination.asked_of(name, f.items)
    ]


def main(words: list[str]) -> None:
    keys = {"examples": "20000", "data_root": str(SHARED / "data" / "benchmarks")}
    given = arguments(words, keys)
    count, asked = int(given["examples"]), items(Path(given["data_root"]))
    questions = [one.text for one in asked if not one.address and len(Words([one.text]).digests) >= RUN][::7]
    first = next(made(1, questions))
    print(f"{count:,} examples of about {len(first):,} characters against {len(asked):,} items", flush=True)
    started, cpu = time.monotonic(), time.process_time()
    found, read = contamination.search(asked, made(count, questions))
    seconds, busy = time.monotonic() - started, time.process_time() - cpu
    planted = {text for text in questions[: -(-count // PLANTED)]}
    wanted = {one[:2] for one in asked if one.text in planted}
    raw = {(one.set, one.unit) for one in found if one.raw}
    about = {
        "examples": read, "items": len(found), "seconds": round(seconds, 1), "cpu_s": round(busy, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "planted": len(wanted), "planted_found": len(wanted & raw),
    }  # fmt: skip
    print(json.dumps(about))


if __name__ == "__main__":
    main(sys.argv[1:])
