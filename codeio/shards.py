"""Shards: records as parquet, the same bytes for the same rows.   records <-> part-*.parquet

Scalars are columns; nested fields are columns of JSON text: every tool reads the files and no schema drifts.
"""

import hashlib
import os
import platform
import types
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from codeio.errors import BadInput
from codeio.records import Record

R = TypeVar("R", bound=Record)
SCALARS = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
# Fixed row groups and codec level: part of the promise of equal bytes.
WRITER = {"compression": "zstd", "compression_level": 3, "row_group_size": 2048, "store_schema": False}
# What reading an open file raises; a page that cannot be unpacked is an OSError.
DAMAGED = (pa.ArrowException, OSError, UnicodeDecodeError, msgspec.MsgspecError, KeyError)


@cache
def columns(record: type[Record]) -> dict[str, pa.DataType | None]:
    """Field -> arrow type, None for a field that travels as JSON text."""
    return {name: SCALARS.get(scalar(hint)) for name, hint in get_type_hints(record).items()}


def scalar(hint: Any) -> type | None:
    """The plain type behind a hint: Literal["a", "b"] is str; a union or a tuple is none."""
    if get_origin(hint) is Literal:
        return type(get_args(hint)[0])
    return None if get_origin(hint) in (Union, types.UnionType) else hint if isinstance(hint, type) else None


def schema(record: type[Record]) -> pa.Schema:
    return pa.schema([(name, kind or pa.string()) for name, kind in columns(record).items()])


def write(path: Path, rows: Sequence[Record], record: type[Record]) -> str:
    """Rows as one parquet file, whole or not at all. Returns the sha256 of its bytes."""
    plain = [msgspec.structs.asdict(row) for row in rows]
    arrays = [
        pa.array([row[name] if kind else text(row[name]) for row in plain], kind or pa.string())
        for name, kind in columns(record).items()
    ]
    return put(path, pa.Table.from_arrays(arrays, schema=schema(record)))


def join(parts: Sequence[Path], path: Path) -> str:
    """The rows of several files as one: the bytes that `write` makes of all of them. Returns its sha256."""
    return put(path, pa.concat_tables([pq.read_table(part) for part in parts]).combine_chunks())


def put(path: Path, table: pa.Table) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{own()}")
    pq.write_table(table, fresh, **WRITER)
    os.replace(fresh, path)
    return sha256(path)


def own() -> str:
    """What ends the name of a file that only this process writes: two containers may have the same process ids."""
    return f"{platform.node()}.{os.getpid()}"


def text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def read(path: Path, record: type[R], only: pc.Expression | None = None) -> list[R]:
    """All rows of one shard, or those that fulfil `only`. Raises BadInput on a damaged or foreign file."""
    with path.open("rb") as file:
        try:
            table = pq.read_table(file, filters=only)
            return [row for batch in table.to_batches() for row in decode(batch, record)]
        except DAMAGED as error:
            mend = f"delete it and run `dvc checkout {os.path.relpath(path.parent)}` or `dvc repro`"
            raise BadInput(
                f"{path} is not a whole shard of {record.__name__} ({brief(error)}): {mend}"
            ) from error


def column(path: Path, name: str) -> list[Any]:
    """One scalar field of all rows."""
    return pq.read_table(path, columns=[name]).column(0).to_pylist()


def length(path: Path) -> int:
    return pq.read_metadata(path).num_rows


def decode(batch: pa.RecordBatch, record: type[R]) -> Iterator[R]:
    kinds = columns(record)
    names = list(kinds)
    lists = [batch.column(name).to_pylist() for name in names]
    parsers = [None if kinds[n] else msgspec.json.Decoder(get_type_hints(record)[n]).decode for n in names]
    for values in zip(*lists, strict=True):
        yield record(**{n: p(v) if p else v for n, v, p in zip(names, values, parsers, strict=True)})


def read_all(at: Path, record: type[R]) -> Iterator[R]:
    """All rows of a folder of shards, in order, one shard in memory at a time."""
    for path in files(at):
        yield from read(path, record)


def files(at: Path) -> list[Path]:
    return sorted(at.glob("part-*.parquet"))


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def brief(error: Exception) -> str:
    return str(error).splitlines()[0][:160]
