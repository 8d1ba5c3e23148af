"""Fetch: the items of a benchmark, from a folder or from the hub.   Benchmark, data root -> items | why there are none

A local folder comes before the hub. What is not there is a value with its reason, since a suite lists what it could
not ask. A copy whose questions or answers differ from the pinned ones is refused.
"""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from codeio.errors import BadInput
from codeio.evaluate.benchmark import Benchmark, Item, Part, Row, content_hash


class Found(msgspec.Struct, frozen=True):
    """The items of a benchmark and where they came from."""

    items: tuple[Item, ...]
    source: str  # local | hub data set @ revision
    sha256: str  # content_hash of the items


class Absent(msgspec.Struct, frozen=True):
    """Why a benchmark cannot be asked here."""

    reason: str


def load(benchmark: Benchmark, data_root: Path | None, hub: bool = False) -> Found | Absent:
    """The items of a benchmark. Raises BadInput on a damaged copy or one of another revision."""
    data = benchmark.data
    files = [] if data_root is None else [(p, f) for p in data.parts for f in matching(data_root, p)]
    if files and data_root is not None:
        rows = (pair for _, file in files for pair in read(file))
        return checked(benchmark, rows, "local")
    if hub and data.hub:
        return checked(benchmark, from_hub(benchmark), f"{data.hub}@{data.revision}")
    where = (
        f"no {benchmark.data.parts[0].file or benchmark.name} under data_root"
        if data_root
        else "no data_root given"
    )
    gate = " (gated: accept its terms and give a token)" if data.gated else ""
    other = f"evaluate.bench.hub=true takes {data.hub}{gate}" if data.hub else "no hub data set has it"
    return Absent("; ".join(filter(None, [where, other, data.note])))


def matching(root: Path, part: Part) -> list[Path]:
    """The files of a part, each gzipped or not."""
    plain = part.file.removesuffix(".gz")
    files = [*root.glob(f"{plain}.gz"), *root.glob(plain)] if plain else []
    by_name = {str(file).removesuffix(".gz"): file for file in files}
    return [by_name[name] for name in sorted(by_name)]


def read(path: Path) -> Iterator[tuple[str, Row]]:
    """The rows of a file, each with the name of its part: its stem, or its folder's where all are called alike."""
    stem = path.name.split(".")[0]
    name = path.parent.name if stem in ("rule", "sample", "test", "validation", "dev") else stem
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8") as file:
            kind = Path(path.name.removesuffix(".gz")).suffix
            if kind == ".txt":
                yield name, {"text": file.read()}
            elif kind == ".json":
                yield name, json.load(file)
            else:
                yield from ((name, json.loads(line)) for line in file if line.strip())
    except (ValueError, EOFError, gzip.BadGzipFile) as error:
        raise BadInput(f"{path}: not readable as benchmark data ({error}); fetch it again") from error


def from_hub(benchmark: Benchmark) -> Iterator[tuple[str, Row]]:
    """Rows of the hub's data set; gated ones are streamed, since a download would leave them on disk."""
    from datasets import load_dataset
    from datasets.exceptions import DatasetsError
    from huggingface_hub.errors import HfHubHTTPError

    data = benchmark.data
    for part in data.parts:
        if part.file and len(data.parts) > 1 and part.config is None:
            continue  # a part that only a local folder has
        try:
            rows = load_dataset(
                part.hub or data.hub,
                part.config,
                split=part.split,
                revision=data.revision,
                streaming=data.gated,
            )
        except (OSError, ValueError, DatasetsError, HfHubHTTPError) as error:
            said = str(error).strip().split("\n")[0]
            raise BadInput(
                f"{benchmark.name}: {part.hub or data.hub} cannot be read from the hub ({said}); give data_root="
            ) from error
        yield from ((part.config or part.hub or data.hub, plain(row)) for row in rows)


def plain(row: dict[str, Any]) -> Row:
    return dict(row)


def checked(benchmark: Benchmark, rows: Iterator[tuple[str, Row]], source: str) -> Found | Absent:
    """The items, if they are those that the benchmark pins."""
    try:
        items = benchmark.items(rows)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise BadInput(
            f"{benchmark.name}: its data ({source}) has another form than this version knows: {error!r}"
        ) from error
    if not items:
        return Absent(
            f"its data ({source}) holds no question that can be scored"
            + (f"; {benchmark.data.note}" if benchmark.data.note else "")
        )
    sha256, pinned = content_hash(items), benchmark.data.here or benchmark.data.count
    known = not benchmark.data.sha256 or (
        sha256 == benchmark.data.sha256 if len(items) == pinned else len(items) == benchmark.data.count
    )
    if not known:
        raise BadInput(
            f"{benchmark.name}: {len(items)} items from {source} are not the pinned {pinned} "
            f"(content {sha256[:12]}, not {benchmark.data.sha256[:12]}): scores would not be "
            "comparable; fetch the pinned revision"
        )
    return Found(tuple(items), source, sha256)
