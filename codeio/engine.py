"""Engine: map shards, here or on a cluster.   (stage, shards) -> reports as they finish"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from codeio import stage as frame
from codeio.params import Params


def map_shards(
    params: Params, stage: "frame.Stage", todo: Sequence[tuple[int, Any]], work: Path
) -> Iterator[tuple[int, "frame.Report"]]:
    """(shard number, its report), in order of completion.

    `local` runs them in this process, for it is the sandbox that uses the cores; another engine hands the
    same `frame.shard` to its workers.
    """
    with stage.open(params) as function:
        for n, source in todo:
            yield n, frame.shard(stage, function, n, source, work)
