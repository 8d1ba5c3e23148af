"""A store that an older or a newer MLflow wrote: brought up to date with a copy beside it, or refused; nothing lost."""

import contextlib
import shutil
import sqlite3

import pytest

from analysis import runs
from codeio import arm, tracker, upkeep
from codeio.errors import BadInput
from codeio.params import load
from tests.test_tracker import Fakes, about, migrated, root  # noqa: F401  (fixtures)

# Schemas of earlier releases. MLflow changes the first by itself, since tables are missing, and refuses the second.
OLDER = ("b7e4c1a90f23", "1971f2d9a75b")
ROWS = """
INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage)
VALUES (7, 'codeio', 'file:///nowhere/mlartifacts', 'active');
INSERT INTO runs (run_uuid, name, status, start_time, lifecycle_stage, artifact_uri, experiment_id)
VALUES ('aaaa', 'revisions=1', 'FINISHED', 1, 'active', 'file:///nowhere/mlartifacts/aaaa', 7);
INSERT INTO params (run_uuid, key, value) VALUES ('aaaa', 'revisions', '1');
"""


@pytest.fixture(scope="module")
def older(tmp_path_factory):
    """Stores of earlier schemas with a run in each, made by MLflow's own migrations."""
    from alembic import command
    from mlflow.store.db import utils
    from mlflow.store.tracking.dbmodels.initial_models import Base

    tracker.imported()
    at = tmp_path_factory.mktemp("older")
    path = at / "mlflow.db"
    engine = utils.create_sqlalchemy_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    for schema in OLDER:
        config = utils._get_alembic_config(f"sqlite:///{path}")
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, schema)
        shutil.copyfile(path, at / schema)
        with contextlib.closing(sqlite3.connect(at / schema)) as database:
            database.executescript(ROWS)
    return at


def held(path):
    with contextlib.closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT run_uuid, key, value FROM params").fetchall()


@pytest.mark.parametrize("schema", OLDER)
def test_an_older_store_is_brought_up_to_date_and_kept(root, older, monkeypatch, capsys, schema):  # noqa: F811
    shutil.copyfile(older / schema, root / "mlflow.db")
    new = arm.run(load(), about(), Fakes().parts())
    assert "was written by an older MLflow and is up to date now" in " ".join(capsys.readouterr().err.split())
    assert {run.id: run.params["revisions"] for run in runs.every()} == {"aaaa": "1", new: "1"}
    kept = root / f"mlflow.db.{schema}"
    assert upkeep.revision(kept) == schema
    assert held(kept) == [("aaaa", "revisions", "1")]
    tracker.store()
    assert "older" not in capsys.readouterr().err  # once is enough


def test_a_copy_of_an_attempt_that_failed_is_not_written_over(root, older):  # noqa: F811
    kept = root / f"mlflow.db.{OLDER[0]}"
    shutil.copyfile(older / OLDER[0], root / "mlflow.db")
    kept.write_text("the whole one")
    tracker.store()
    assert kept.read_text() == "the whole one"


def test_a_newer_store_is_refused_and_left_alone(root):  # noqa: F811
    path = root / "mlflow.db"
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = 'fedcba987654'")
    before = path.read_bytes()
    with pytest.raises(
        BadInput, match=r"^mlflow\.db has a schema \(fedcba987654\) that MLflow [\d.]+ does not"
    ):
        tracker.store()
    assert path.read_bytes() == before
