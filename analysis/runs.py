"""Runs: read MLflow, the only place that does.   store -> Run records, items of a run

`python -m analysis.runs` moves runs between stores (analysis.move). Importing mlflow costs seconds, so that
happens where the store is opened (codeio.tracker).
"""

import json
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


def one(run_id: str) -> Run:
    return plain(tracker.store().MlflowClient().get_run(run_id))


def named(name: str) -> Run:
    """The newest run of this id (or its beginning) or name. Raises BadInput with the nearest name."""
    if "'" not in name:
        for where in (f"attributes.run_id LIKE '{name}%'", f"attributes.run_name = '{name}'"):
            if found := read(where):
                return found[-1]
    names = sorted({run.name for run in read()})
    raise BadInput(f"run={name}: no such run in {tracker.address()}{did_you_mean(name, names)}")


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
