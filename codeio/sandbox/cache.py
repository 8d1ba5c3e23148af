"""Cache: calls that were made before, kept on disk.   (program, input, lines) -> Call, or not yet

Only outcomes that come out the same wherever the same versions run are kept: no time-out, no lack of memory. A kept
call has no arcs and no events. What is made of calls, and costs as much, is kept beside them (`once`). Any number of
processes may share a file; one that is damaged is begun anew.
"""

import fcntl
import json
import platform
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Self, TypeVar

from codeio.errors import EngineError
from codeio.sandbox.box import Sandbox
from codeio.sandbox.jobs import ENGINE, Call

LASTING = ("ok", "exception", "too_large", "not_json", "load_error", "missing_module")
SCHEMA = (
    "CREATE TABLE IF NOT EXISTS calls (number INTEGER PRIMARY KEY, key BLOB UNIQUE, said BLOB, seal BLOB)"
)
OLDER_HALF = "DELETE FROM calls WHERE number <= (SELECT (min(number) + max(number)) / 2 FROM calls)"
FIELDS = ("status", "output", "mutated", "error", "lines", "truncated")
PATIENCE_S = 60  # for another process that writes
OUTSIDE = (  # what is wrong with the machine, not with the file
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR,
)  # fmt: skip
ASKED = 500  # keys per query

Key = tuple[str, str, str]  # code, entry, input as text
T = TypeVar("T")


class Cache:
    """Calls under the limits and on the machine of `box`; at most about `most_bytes` on disk, the oldest go first."""

    def __init__(self, path: Path, box: Sandbox, most_bytes: int) -> None:
        self.path, self.most_bytes = path, most_bytes
        self.where = blake2b(json.dumps(environment(box)).encode(), digest_size=16).hexdigest()
        path.parent.mkdir(parents=True, exist_ok=True)
        self.store = self.opened()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()

    def get(self, keys: Sequence[Key], max_lines: int) -> dict[Key, Call]:
        """The calls among these that are known; a row that is not as it was written is not."""
        names = {self.digest(key, max_lines): key for key in keys}
        found: dict[Key, Call] = {}
        for name, said, seal in self.whole(lambda: self.rows(list(names))):
            key = names.get(name)
            if key and isinstance(said, bytes) and seal == sealed(name, said):
                found[key] = Call(input=json.loads(key[2]), **json.loads(said))
        return found

    def put(self, calls: Mapping[Key, Call], max_lines: int) -> None:
        """Keep what may be kept of these calls."""
        rows = []
        for key, call in calls.items():
            if call.status in LASTING or call.truncated:
                name = self.digest(key, max_lines)
                said = json.dumps({field: getattr(call, field) for field in FIELDS}).encode()
                rows.append((name, said, sealed(name, said)))
        if rows:
            self.whole(lambda: self.insert(rows))

    def once(self, asked: Sequence[str], make: Callable[[], bytes]) -> bytes:
        """What `make` gives, or gave before on this machine under the same words."""
        name = blake2b(json.dumps([self.where, *asked]).encode(), digest_size=16).digest()
        for _, said, seal in self.whole(lambda: self.rows([name])):
            if isinstance(said, bytes) and seal == sealed(name, said):
                return said
        said = make()
        self.whole(lambda: self.insert([(name, said, sealed(name, said))]))
        return said

    def digest(self, key: Key, max_lines: int) -> bytes:
        return blake2b(json.dumps([self.where, *key, max_lines]).encode(), digest_size=16).digest()

    def rows(self, names: list[bytes]) -> list[tuple[bytes, bytes, bytes]]:
        found = []
        for at in range(0, len(names), ASKED):
            some = names[at : at + ASKED]
            marks = ",".join("?" * len(some))
            found += self.store.execute(f"SELECT key, said, seal FROM calls WHERE key IN ({marks})", some)
        return found

    def insert(self, rows: list[tuple[bytes, bytes, bytes]]) -> None:
        with self.store:
            self.store.executemany("INSERT OR REPLACE INTO calls (key, said, seal) VALUES (?, ?, ?)", rows)
        gone = 1
        while gone and self.used() > self.most_bytes:
            with self.store:
                gone = self.store.execute(OLDER_HALF).rowcount

    def used(self) -> int:
        """Bytes of pages that hold something; pages of deleted rows are used again."""
        pages, free, size = (
            self.store.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
        return (pages - free) * size

    def whole(self, act: Callable[[], T]) -> T:
        """Do something with the file; once more where it is damaged, with a new one."""
        try:
            return act()
        except sqlite3.DatabaseError as error:
            refuse(error, self.path)
            self.store.close()
            self.store = self.opened()
            return act()

    def opened(self) -> sqlite3.Connection:
        """The file, made anew where it cannot be read. One process at a time looks."""
        with locked(self.path):
            try:
                return connected(self.path)
            except sqlite3.DatabaseError as error:
                refuse(error, self.path)
                for ending in (
                    "-wal",
                    "-shm",
                    "",
                ):  # a log without its file first: it must not meet the new one
                    Path(f"{self.path}{ending}").unlink(missing_ok=True)
                return connected(self.path)


def refuse(error: sqlite3.DatabaseError, path: Path) -> None:
    """Raise EngineError for what a new file would not mend."""
    if error.sqlite_errorcode & 0xFF in OUTSIDE:
        raise EngineError(f"the cache {path.name} cannot be used: {error}") from error


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with open(f"{path}.lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def connected(path: Path) -> sqlite3.Connection:
    """A connection to a file that is whole. Raises DatabaseError."""
    store = sqlite3.connect(path, timeout=PATIENCE_S)
    try:
        store.execute("PRAGMA journal_mode=WAL")
        store.execute(
            "PRAGMA synchronous=OFF"
        )  # a crash of the machine may cost the cache, never a wrong call
        store.execute(SCHEMA)
        if store.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise damage()
    except sqlite3.Error:
        store.close()
        raise
    return store


def damage() -> sqlite3.DatabaseError:
    """What sqlite raises itself on damage that it meets."""
    error = sqlite3.DatabaseError("not whole")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def sealed(name: bytes, said: bytes) -> bytes:
    """What tells a row that was changed by accident."""
    return blake2b(name + said, digest_size=8).digest()


def environment(box: Sandbox) -> list[object]:
    """All that a call depends on beside the program and its input."""
    installed = sorted(p.name for site in box.launch.sites for p in Path(site).glob("*.dist-info"))
    limits = box.limits
    given = [limits.cpu_s, limits.memory_mb, limits.wall, limits.output_bytes]
    engine = [blake2b(p.read_bytes()).hexdigest() for p in sorted(Path(__file__).parent.rglob("*.py"))]
    return [ENGINE, engine, sys.version, platform.machine(), box.tier, given, installed]
