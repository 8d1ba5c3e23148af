"""Keep up: the MLflow store of a checkout that was moved, or that an older MLflow wrote.   mlflow.db -> usable

Called by the tracker under its lock, with MLflow as it imported it.
"""

import contextlib
import os
import sqlite3
from pathlib import Path
from types import ModuleType

from codeio.errors import BadInput
from codeio.stage import screen


def renew(mlflow: ModuleType, path: Path) -> None:
    """Bring the file to the schema of this MLflow; the old one stays beside it. Raises BadInput on a newer one.

    MLflow itself refuses some older files and changes others without a copy.
    """
    schema = mlflow.store.db.utils
    found = revision(path)
    if found in ("", schema._get_latest_schema_revision()):
        return
    known = Path(mlflow.store.__file__).parent / "db_migrations" / "versions"
    if not list(known.glob(f"{found}_*.py")):
        mend = f"install the one that wrote it, or move {path.name} away"
        raise BadInput(
            f"{path.name} has a schema ({found}) that MLflow {mlflow.__version__} does not know; {mend}"
        )
    kept = path.with_name(f"{path.name}.{found}")
    if not kept.exists():  # one that is there is from an attempt that did not come to its end
        copy(path, kept)
    schema._upgrade_db(schema.create_sqlalchemy_engine(f"sqlite:///{path}"))
    screen.print(
        f"{path.name} was written by an older MLflow and is up to date now; the old file is {kept.name}"
    )


def revision(path: Path) -> str:
    """The schema that a file holds; empty where it holds none, which MLflow makes or complains of."""
    if not path.exists():
        return ""
    with contextlib.closing(sqlite3.connect(path)) as database:
        try:
            row = database.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.DatabaseError:
            return ""
    return row[0] if row else ""


def copy(path: Path, to: Path) -> None:
    """Whole or not at all, also while somebody writes."""
    fresh = to.with_name(f"{to.name}.part")
    with contextlib.closing(sqlite3.connect(path)) as old, contextlib.closing(sqlite3.connect(fresh)) as new:
        old.backup(new)
    os.replace(fresh, to)


def follow(path: Path, old: str, new: str) -> None:
    """Point the store of a checkout that was moved or copied at the artifacts that came along.

    MLflow keeps full addresses; without this a copy would go on writing into the folder it was copied from.
    """
    if old == new or not old.endswith("/mlartifacts"):
        return
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        for table, column in (("experiments", "artifact_location"), ("runs", "artifact_uri")):
            moved = f"UPDATE {table} SET {column} = ? || substr({column}, ?) WHERE substr({column}, 1, ?) = ?"
            database.execute(moved, (new, len(old) + 1, len(old), old))
