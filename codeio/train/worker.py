"""Work: one of the processes that train together.   job.json -> its share of the training

Started by launch.py through accelerate. The first process prints the curve; one that fails says why.
"""

import os
import sys
from pathlib import Path

import msgspec

from codeio.errors import CodeioError
from codeio.train.launch import Job, Line


def main(job: Path) -> None:
    told = msgspec.json.decode(job.read_bytes(), type=Job)
    from codeio.train.run import here

    try:
        metrics = here(told.params, Path(told.out), lambda metrics, step: say(Line(step, metrics)))
    except CodeioError as error:
        say(Line(-1, {}, failed=str(error)))
        raise SystemExit(1) from None
    if os.environ.get("RANK") == "0":
        say(Line(-1, metrics))


def say(line: Line) -> None:
    """Where nobody reads any more, this ends the process: a training without its run would be in the way."""
    print(msgspec.json.encode(line).decode(), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
