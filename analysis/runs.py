"""Runs: read MLflow, the only place that does.   store -> Run records, items of a run

`python -m analysis.runs` moves runs between stores (analysis.move). Importing mlflow costs seconds, so that
happens where the store is opened (codeio.tracker).
"""

import contextlib
import json
import math
import re
import sqlite3
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd

from codeio import tracker
from codeio.errors import BadInput
from codeio.params import ROOT, did_you_mean

PAGE = 1000
NEWEST = 200
ITEMS = "samples/items.json"


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One MLflow run as the analysis sees it."""

    id: str
    name: str
    status: str
    started: datetime
    params: dict[str, str]
    metrics: dict[str, float]
    tags: dict[str, str]

    @property
    def sweeps(self) -> list[str]:
        return self.tags.get("codeio.sweep", "").split()


def read(where: str = "") -> list[Run]:
    """All runs that fulfil an MLflow search expression, the oldest first."""
    return sorted(pages(where), key=lambda run: (run.started, run.id))


FINISHED = "attributes.status = 'FINISHED'"
# Of a file of ours: what `FINISHED` means, and where the last value of each name lies.
MINE = "experiment_id = ? AND status = 'FINISHED' AND lifecycle_stage = 'active'"
VALUES = {"params": "value", "metrics": "CASE WHEN is_nan THEN NULL ELSE value END", "tags": "value"}
TABLES = {"params": "params", "metrics": "latest_metrics", "tags": "tags"}


def every() -> list[Run]:
    """All finished runs, the oldest first.

    From the tables where the store is a local file: MLflow's search makes objects of every value, 9 ms a run, which
    is minutes for ten thousand. A test holds the two ways to the same records.
    """
    mlflow = tracker.store()
    scheme, _, path = tracker.address().partition("sqlite:///")
    if scheme or not path:
        return read(FINISHED)
    mine = tracker.experiment(mlflow)
    with contextlib.closing(sqlite3.connect(path)) as database:
        wanted = f"SELECT run_uuid, name, status, start_time FROM runs WHERE {MINE}"
        rows = database.execute(wanted, (mine,)).fetchall()
        held = {field: values(database, field, mine) for field in TABLES}
    found = [
        Run(
            id=ident,
            name=name or ident[:8],
            status=status,
            started=datetime.fromtimestamp(start / 1000, UTC),
            **{field: of.get(ident, {}) for field, of in held.items()},
        )
        for ident, name, status, start in rows
    ]
    return sorted(found, key=lambda run: (run.started, run.id))


def values(database: sqlite3.Connection, field: str, experiment: str) -> dict[str, dict[str, Any]]:
    """run id -> name -> value, of parameters, last metrics or tags."""
    asked = f"SELECT run_uuid, key, {VALUES[field]} FROM {TABLES[field]} WHERE run_uuid IN "
    found: dict[str, dict[str, Any]] = {}
    for ident, key, value in database.execute(
        f"{asked} (SELECT run_uuid FROM runs WHERE {MINE})", (experiment,)
    ):
        found.setdefault(ident, {})[key] = math.nan if value is None and field == "metrics" else value
    return found


def one(run_id: str) -> Run:
    return plain(tracker.store().MlflowClient().get_run(run_id))


def named(name: str) -> Run:
    """The run of this id or its beginning, or the newest one of this name, of finished ones first.

    Raises BadInput with the nearest name.
    """
    by_id = read(f"attributes.run_id LIKE '{name}%'") if re.fullmatch("[0-9a-f]+", name) else []
    by_name = read(f"attributes.run_name = '{name}'") if "'" not in name else []
    if found := by_id or by_name:
        return max(found, key=lambda run: (run.status == "FINISHED", run.started))
    names = sorted({run.name for run in read()})
    hint = did_you_mean(name, names) or ("; `mlflow ui` lists them" if names else ", which holds no run yet")
    raise BadInput(f"run={name}: no such run in {tracker.address()}{hint}")


def pages(where: str) -> Iterator[Run]:
    mlflow = tracker.store()
    client, token = mlflow.MlflowClient(), None
    while True:
        found = client.search_runs([tracker.experiment(mlflow)], where, max_results=PAGE, page_token=token)
        yield from map(plain, found)
        token = found.token
        if not token:
            return


def plain(run: Any) -> Run:
    """MLflow's run as a plain record."""
    return Run(
        id=run.info.run_id,
        name=run.info.run_name or run.info.run_id[:8],
        status=run.info.status,
        started=datetime.fromtimestamp(run.info.start_time / 1000, UTC),
        params=dict(run.data.params),
        metrics=dict(run.data.metrics),
        tags=dict(run.data.tags),
    )


def of_sweep(sweep: str) -> list[Run]:
    """The finished runs that a sweep shows, in the order of its arms; `latest` names the newest sweep.

    Raises BadInput if there is none.
    """
    found = finished(latest() if sweep == "latest" else sweep)
    if not found:
        raise BadInput(f"no finished run of sweep {sweep!r} in {tracker.address()}: `mlflow ui` lists them")
    return found


def finished(sweep: str) -> list[Run]:
    """As `of_sweep`; empty if there is none."""
    if "'" in sweep:  # no id holds one, and MLflow's expressions cannot quote it
        return []
    found = read(f"tags.`codeio.sweep` LIKE '%{sweep}%' AND attributes.status = 'FINISHED'")
    return [run for run in found if sweep in run.sweeps]


def latest() -> str:
    """The newest sweep: of the newest runs, or of this checkout's folders (it may have trained nothing new)."""
    mlflow = tracker.store()
    newest = mlflow.MlflowClient().search_runs(
        [tracker.experiment(mlflow)],
        "tags.`codeio.sweep` LIKE '%'",
        max_results=NEWEST,
        order_by=["start_time DESC"],
    )
    here = {path.parent.name for path in (ROOT / "outputs" / "sweeps").glob("*/plan.json")}
    sweeps = here | {sweep for run in map(plain, newest) for sweep in run.sweeps}
    if not sweeps:
        raise BadInput("there is no sweep yet: python train.py -m revisions=0,1,2 makes one")
    return max(sweeps)  # ids begin with date and time


def items(run: Run) -> pd.DataFrame:
    """Every evaluated item of a run, one row each."""
    mlflow = tracker.store()
    path = mlflow.artifacts.download_artifacts(run_id=run.id, artifact_path=ITEMS)
    return pd.DataFrame(json.loads(Path(path).read_text(encoding="utf-8")))


def text(run: Run, path: str) -> str:
    """A text that a run keeps; empty where it keeps none of that name."""
    mlflow = tracker.store()
    try:
        at = mlflow.artifacts.download_artifacts(run_id=run.id, artifact_path=path)
    except (mlflow.exceptions.MlflowException, OSError):
        return ""
    return Path(at).read_text(encoding="utf-8")


def attach(run: Run, path: Path, folder: str) -> None:
    """Keep a file of the analysis with a run."""
    tracker.store().MlflowClient().log_artifact(run.id, str(path), folder)


if __name__ == "__main__":
    from analysis.move import main

    main(sys.argv[1:])
