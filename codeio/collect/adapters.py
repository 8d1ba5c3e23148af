"""Adapt: each kind of source as work items.   params.collect -> Item ... -> (path, bytes) ...

An item is what one shard reads; it holds content hashes or pinned versions, so that a resumed run can tell
whether its shards are still those of this source.
"""

import gzip
import hashlib
import importlib.metadata
import json
import platform
import sysconfig
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import islice, repeat
from pathlib import Path
from typing import IO, Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from codeio.collect import procedural
from codeio.errors import BadInput
from codeio.records import Kind
from codeio.settings import Collect, Hub

TESTS = (
    "tests",
    "test",
    "testing",
    "__pycache__",
    "idlelib",
    "lib2to3",
    "site-packages",
    "turtledemo",
    "ensurepip",
)
CLASSIFIER = "License :: OSI Approved :: "
TEXT_COLUMNS = ("content", "text", "code")
LICENCE_COLUMNS = ("license", "licence", "max_stars_repo_licenses")
UNKNOWN = "unknown"


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """What one shard reads: `parts` are files of a corpus, or rows of a file, or programs of the grammar."""

    adapter: str
    corpus: str
    version: str
    licence: str
    parts: tuple[str | int, ...]
    at: str = ""  # where a file or data set lies
    pin: str = ""  # what fixes its content: a hash, or the parameters of a grammar

    @property
    def kind(self) -> Kind:
        return "procedural" if self.adapter == "procedural" else "natural"


class Raw(msgspec.Struct, frozen=True):
    """One file as found: its path inside the corpus, its bytes, and a licence of its own if it has one."""

    path: str
    data: bytes
    licence: str = ""
    row: int = 0  # tells two equal rows of a file apart


def items(p: Collect, seed: int) -> list[Item]:
    """All work items in a fixed order. Raises BadInput when no source is enabled, or one is missing or empty."""
    found: list[Item] = []
    if p.procedural.programs:
        found += grammar(p, seed)
    for name in p.installed:
        found += installed(name, p.rows_per_shard)
    if p.stdlib:
        found += standard_library(p.stdlib, p.rows_per_shard)
    if p.directory:
        found += directory(Path(p.directory), p.rows_per_shard)
    if p.jsonl:
        found += rows_of_file(Path(p.jsonl), p.rows_per_shard)
    if p.hub:
        found += hub(p.hub, p.rows_per_shard)
    if not found:
        raise BadInput("no source is enabled: set collect.installed, .directory, .jsonl, .hub or .procedural")
    return found


def grammar(p: Collect, seed: int) -> Iterator[Item]:
    pin = f"{p.procedural.programs} {p.procedural.levels} {seed}"
    for start in range(0, p.procedural.programs, p.rows_per_shard):
        parts = (start, min(start + p.rows_per_shard, p.procedural.programs))
        yield Item(
            adapter="procedural", corpus="procedural", version="1", licence="Apache-2.0", parts=parts, pin=pin
        )


def installed(name: str, size: int) -> Iterator[Item]:
    """The .py files of an installed distribution, tests left out; of `boltons/mathutils+strutils` only these two."""
    name, _, several = name.partition("/")
    try:
        distribution = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        wrong = f"collect.installed: no distribution {name} is installed"
        raise BadInput(f"{wrong}: `pip install {name}`, or take it off the list") from None
    every = (Path(f) for f in distribution.files or () if f.suffix == ".py")
    files = sorted(str(f) for f in every if wanted(f) and (not several or f.stem in several.split("+")))
    about = {"corpus": name, "version": distribution.version, "licence": licence(distribution.metadata)}
    yield from of_files("installed", files, size, **about)


def standard_library(several: bool | tuple[str, ...], size: int) -> Iterator[Item]:
    """Its files, or those of several modules by name. Raises BadInput for a name of none."""
    root = Path(sysconfig.get_path("stdlib"))
    files = sorted(str(f.relative_to(root)) for f in root.rglob("*.py") if wanted(f.relative_to(root)))
    if isinstance(several, tuple):
        named = {file.removesuffix(".py").removesuffix("/__init__").replace("/", "."): file for file in files}
        if missing := set(several) - named.keys():
            raise BadInput(f"collect.stdlib: the standard library has no module {min(missing)}")
        files = sorted(named[name] for name in several)
    about = {"corpus": "stdlib", "version": platform.python_version(), "licence": "PSF-2.0"}
    yield from of_files("stdlib", files, size, **about)


def directory(root: Path, size: int) -> Iterator[Item]:
    if not root.is_dir():
        raise BadInput(
            f"collect.directory={root}: there is no such folder; give the path of one with .py files"
        )
    paths = sorted(f for f in root.rglob("*.py") if f.is_file())
    pin = hashlib.sha256(b"".join(hashlib.sha256(f.read_bytes()).digest() for f in paths)).hexdigest()
    files = [str(f.relative_to(root)) for f in paths]
    about = {"corpus": root.resolve().name, "version": pin[:12], "licence": UNKNOWN}
    yield from of_files("directory", files, size, at=str(root), pin=pin, **about)


def of_files(adapter: str, files: Sequence[str], size: int, **about: str) -> Iterator[Item]:
    if not files:
        raise BadInput(
            f"{adapter} source {about['corpus']}: no .py file in it; check the name, or leave it out"
        )
    for start in range(0, len(files), size):
        yield Item(adapter=adapter, parts=tuple(files[start : start + size]), **about)


def wanted(path: Path) -> bool:
    return not any(part in TESTS or part.startswith("test_") for part in (*path.parts[:-1], path.stem))


def licence(metadata: Any) -> str:
    """As precise as the distribution says it: SPDX expression, classifier, or free text."""
    if expression := metadata.get("License-Expression"):
        return expression
    for classifier in metadata.get_all("Classifier") or ():
        if classifier.startswith(CLASSIFIER):
            return classifier.removeprefix(CLASSIFIER)
    return (metadata.get("License") or UNKNOWN).splitlines()[0][:60]


def rows_of_file(path: Path, size: int) -> Iterator[Item]:
    """A .jsonl, .jsonl.gz or .parquet file with one source text per row (PyEdu layout)."""
    if not path.is_file():
        raise BadInput(
            f"collect.jsonl={path}: there is no such file; give a .jsonl, .jsonl.gz or .parquet file"
        )
    with path.open("rb") as file:
        pin = hashlib.file_digest(file, "sha256").hexdigest()
    try:
        places = list(pieces(path, size))
    except (pa.ArrowException, OSError, EOFError, zlib.error) as error:
        raise BadInput(
            f"collect.jsonl={path}: not a whole file of its kind ({error}); fetch it again"
        ) from error
    if not places:
        raise BadInput(f"collect.jsonl={path}: the file has no rows")
    about = {
        "corpus": path.name.split(".")[0],
        "version": pin[:12],
        "licence": UNKNOWN,
        "at": str(path),
        "pin": pin,
    }
    for place in places:
        yield Item(adapter="jsonl", parts=place, **about)


def pieces(path: Path, size: int) -> Iterator[tuple[int, int, int]]:
    """First row, row after the last, and byte where the first one begins: a shard must not read those before it."""
    if path.suffix == ".parquet":
        total = sum(
            batch.num_rows for batch in pq.ParquetFile(path).iter_batches(1000)
        )  # a damaged page too is noticed
        yield from ((start, min(start + size, total), 0) for start in range(0, total, size))
        return
    start = stop = at = here = 0
    with lines(path) as file:
        for line in file:
            stop, here = stop + 1, here + len(line)
            if stop - start == size:
                yield start, stop, at
                start, at = stop, here
    if stop > start:
        yield start, stop, at


def hub(data: Hub, size: int) -> Iterator[Item]:
    about = {"corpus": data.id, "version": data.revision, "licence": UNKNOWN, "at": data.id}
    for start in range(0, data.rows, size):
        parts = (start, min(start + size, data.rows))
        yield Item(adapter="hub", parts=parts, pin=f"{data.split} {data.column}", **about)


def read(item: Item) -> Iterator[Raw]:
    """The files of one item, in order."""
    return READERS[item.adapter](item)


def read_installed(item: Item) -> Iterator[Raw]:
    distribution = importlib.metadata.distribution(item.corpus)
    for part in item.parts:
        yield Raw(str(part), Path(str(distribution.locate_file(part))).read_bytes())


def read_folder(item: Item) -> Iterator[Raw]:
    root = Path(item.at or sysconfig.get_path("stdlib"))
    for part in item.parts:
        yield Raw(str(part), (root / str(part)).read_bytes())


def read_rows(item: Item) -> Iterator[Raw]:
    start, stop, at = map(int, item.parts)
    for number, row in enumerate(islice(table(Path(item.at), start, at), stop - start), start):
        yield raw(row, number)


def read_hub(item: Item) -> Iterator[Raw]:
    from datasets import load_dataset
    from datasets.exceptions import DatasetsError

    split, column = item.pin.split(" ")
    try:
        rows = load_dataset(item.at, revision=item.version or None, split=split, streaming=True)
    except (OSError, ValueError, DatasetsError) as error:
        wrong = f"collect.hub: cannot read split {split} of {item.at}: {error}"
        raise BadInput(f"{wrong}; check id, revision and split") from error
    start, stop = item.parts
    for number, row in enumerate(rows.skip(int(start)).take(int(stop) - int(start)), int(start)):
        if column not in row:
            raise BadInput(f"collect.hub: {item.at} has no column {column}; it has {', '.join(sorted(row))}")
        yield raw({**row, "content": row[column]}, number)


def read_grammar(item: Item) -> Iterator[Raw]:
    start, stop = item.parts
    for number, program in enumerate(programs(item.pin)[int(start) : int(stop)], int(start)):
        yield Raw(f"program_{number:06d}.py", procedural.text(program).encode())


@cache
def programs(pin: str) -> list[procedural.Program]:
    return procedural.programs(*map(int, pin.split(" ")))


READERS: dict[str, Callable[[Item], Iterator[Raw]]] = {
    "installed": read_installed,
    "stdlib": read_folder,
    "directory": read_folder,
    "jsonl": read_rows,
    "hub": read_hub,
    "procedural": read_grammar,
}


def table(path: Path, start: int = 0, at: int = 0) -> Iterator[dict[str, Any]]:
    """Rows of a jsonl or parquet file from row `start`, which begins at byte `at`.

    A row that is no JSON object becomes one without text.
    """
    if path.suffix == ".parquet":
        yield from islice(whole_groups(pq.ParquetFile(path), start), start, None)
        return
    with lines(path) as file:
        file.seek(at)
        for line in file:
            try:
                row = json.loads(line)
            except ValueError:
                row = {}
            yield row if isinstance(row, dict) else {}


def lines(path: Path) -> IO[bytes]:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")


def whole_groups(file: pq.ParquetFile, start: int) -> Iterator[dict[str, Any]]:
    """All rows; those of row groups that end before row `start` are not read and stand as empty ones."""
    passed = 0
    for group in range(file.num_row_groups):
        rows = file.metadata.row_group(group).num_rows
        if passed + rows <= start:
            yield from repeat({}, rows)
        else:
            for batch in file.iter_batches(1000, row_groups=[group]):
                yield from batch.to_pylist()
        passed += rows


def raw(row: dict[str, Any], number: int) -> Raw:
    """A row as a file; its text is in the first column that has one."""
    content = next((row[c] for c in TEXT_COLUMNS if isinstance(row.get(c), str)), "")
    path = "/".join(str(row[c]).strip("/") for c in ("repo_name", "path") if row.get(c)) or f"row {number}"
    owned = next((str(row[c]) for c in LICENCE_COLUMNS if row.get(c)), "")
    return Raw(path, content.encode("utf-8", "surrogatepass"), owned, number)
