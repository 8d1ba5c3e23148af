"""Numbers: a stage whose rows are pairs with a number as output, for tests of the frame and of who maps shards."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from codeio import shards, stage
from codeio.records import Pair

# The same stage as a file of a checkout, so that a process of its own can import it.
SOURCE = '''"""A stage for a test."""
import time
from contextlib import contextmanager
from codeio import stage
from codeio.records import Dropped, Pair


FUNCTION
@contextmanager
def opened(params):
    yield shard


STAGE = stage.Stage(
    name="NAME", takes=Pair, gives=Pair, reads=lambda p: stage.ROOT / "data/numbers", open=opened, sections=("pose",),
    apart="id",
)
if __name__ == "__main__":
    stage.main(STAGE)
'''


def put(root: Path, *several: Sequence[Pair]) -> None:
    """Shards that the stage reads."""
    for n, rows in enumerate(several):
        shards.write(root / "data/numbers" / stage.part(n), rows, Pair)


def staged(root: Path, name: str, opened: Callable[..., Any] | None, apart: str = "") -> stage.Stage:
    return stage.Stage(
        name=name,
        takes=Pair,
        gives=Pair,
        reads=lambda p: root / "data/numbers",
        open=opened,
        sections=("pose",),
        apart=apart,
    )


def written(root: Path, name: str, function: str) -> None:
    """The stage `python -m codeio.NAME` of a checkout; `function` is the text of its `shard(rows)`."""
    (root / "codeio" / f"{name}.py").write_text(SOURCE.replace("NAME", name).replace("FUNCTION", function))
