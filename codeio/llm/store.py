"""Store: replies that were paid for, kept as they come.   key -> Reply, or not yet

Append-only; any number of processes may write to one file at once, and a process that is killed loses no reply that
it had stored. It lies outside what DVC deletes. A file that cannot be read is never begun anew: it was paid for.
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import msgspec

from codeio.errors import ModelError
from codeio.llm.chat import Reply

SCHEMA = "CREATE TABLE IF NOT EXISTS replies (key TEXT PRIMARY KEY, model TEXT, reply BLOB) WITHOUT ROWID"
PATIENCE_S = 60  # for another process that writes
ASKED = 500  # keys per query


class Store:
    """Replies by key. `model` is only there for a reader of the file: the key holds it already."""

    def __init__(self, path: Path, model: str) -> None:
        self.path, self.model = path, model
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.file = sqlite3.connect(path, timeout=PATIENCE_S, isolation_level=None)
            self.file.execute("PRAGMA journal_mode=WAL")
            self.file.execute("PRAGMA synchronous=NORMAL")  # a killed process loses nothing
            self.file.execute(SCHEMA)
        except sqlite3.Error as error:
            raise self.unusable(error) from error

    def get(self, keys: Sequence[str]) -> dict[str, Reply]:
        """The replies among these that are known."""
        found: dict[str, Reply] = {}
        try:
            for at in range(0, len(keys), ASKED):
                some = keys[at : at + ASKED]
                marks = ",".join("?" * len(some))
                rows = self.file.execute(f"SELECT key, reply FROM replies WHERE key IN ({marks})", some)
                found |= {name: msgspec.json.decode(said, type=Reply) for name, said in rows}
        except (sqlite3.Error, msgspec.DecodeError) as error:
            raise self.unusable(error) from error
        return found

    def put(self, key: str, reply: Reply) -> None:
        """Keep a reply. The first one stays, whoever asked at the same time."""
        row = (key, self.model, msgspec.json.encode(reply))
        try:
            self.file.execute("INSERT OR IGNORE INTO replies VALUES (?, ?, ?)", row)
        except sqlite3.Error as error:
            raise self.unusable(error) from error

    def close(self) -> None:
        self.file.close()

    def unusable(self, error: Exception) -> ModelError:
        return ModelError(
            f"the store of replies {self.path} cannot be used ({error}): mend it or move it away, "
            "or name another one as server.store"
        )
