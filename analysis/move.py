"""Move: runs between stores, a cluster's to a laptop's.   store -> folder of files -> another store

python -m analysis.runs export=DIR [sweep=ID]     every finished run, or one sweep's, as files
python -m analysis.runs import=DIR                into this checkout's store; runs that it has are left alone

One folder per run: run.json (parameters, metrics with history, tags) and its artifacts; copy it as you like.
"""

import json
import shutil
from pathlib import Path
from typing import Any

from analysis import runs
from codeio import tracker
from codeio.errors import BadInput, BadParams, CodeioError
from codeio.stage import screen

ORIGIN = "codeio.origin"  # the id that a moved run had in the store it came from


def main(arguments: list[str]) -> None:
    if arguments in ([], ["--help"], ["-h"], ["help"]):
        return print((__doc__ or "").strip())
    try:
        asked = dict(argument.partition("=")[::2] for argument in arguments)
        if set(asked) == {"import"}:
            moved, known = bring(Path(asked["import"]))
            screen.print(f"analysis.runs: {moved} runs brought in, {known} were there already")
        elif set(asked) in ({"export"}, {"export", "sweep"}):
            count = send(Path(asked["export"]), asked.get("sweep", ""))
            screen.print(f"analysis.runs: {count} runs in {asked['export']}")
        else:
            raise BadParams(f"{' '.join(arguments)}: say export=DIR [sweep=ID] or import=DIR")
    except CodeioError as error:
        raise SystemExit(f"analysis.runs: {error}") from None


def send(folder: Path, sweep: str = "") -> int:
    """Write runs that `folder` does not hold yet; returns how many it holds then."""
    chosen = runs.of_sweep(sweep) if sweep else runs.every()
    mlflow = tracker.store()
    for run in chosen:
        at = folder / origin(run)
        fresh = folder / f".{origin(run)}"
        if at.exists():
            continue
        shutil.rmtree(fresh, ignore_errors=True)
        (fresh / "artifacts").mkdir(parents=True)
        mlflow.artifacts.download_artifacts(run_id=run.id, dst_path=str(fresh / "artifacts"))
        (fresh / "run.json").write_text(json.dumps(described(run), indent=1), encoding="utf-8")
        fresh.rename(at)
    return len(chosen)


def origin(run: runs.Run) -> str:
    return run.tags.get(ORIGIN, run.id)


def described(run: runs.Run) -> dict[str, Any]:
    client = tracker.store().MlflowClient()
    history = {
        name: [
            (point.value, point.timestamp, point.step) for point in client.get_metric_history(run.id, name)
        ]
        for name in sorted(run.metrics)
    }
    when = int(run.started.timestamp() * 1000)
    return {"name": run.name, "started": when, "params": run.params, "tags": run.tags, "metrics": history}


def bring(folder: Path) -> tuple[int, int]:
    """Create the runs of `folder` in this store. Returns how many were new and how many known."""
    found = sorted(folder.glob("*/run.json"))
    if not found:
        raise BadInput(f"{folder} holds no exported runs: python -m analysis.runs export=DIR makes them")
    known = {origin(run) for run in runs.read()} | {run.id for run in runs.read()}
    new = [path.parent for path in found if path.parent.name not in known]
    for at in new:
        create(at)
    return len(new), len(found) - len(new)


def create(at: Path) -> None:
    mlflow = tracker.store()
    client = mlflow.MlflowClient()
    told = json.loads((at / "run.json").read_text(encoding="utf-8"))
    tags = told["tags"] | {ORIGIN: at.name}
    run = client.create_run(
        tracker.experiment(mlflow), start_time=told["started"], tags=tags, run_name=told["name"]
    )
    params = [mlflow.entities.Param(*pair) for pair in sorted(told["params"].items())]
    points = [
        mlflow.entities.Metric(name, *point) for name, line in told["metrics"].items() for point in line
    ]
    for first in range(0, len(params), tracker.BATCH):
        client.log_batch(run.info.run_id, params=params[first : first + tracker.BATCH])
    for first in range(0, len(points), 1000):
        client.log_batch(run.info.run_id, metrics=points[first : first + 1000])
    client.log_artifacts(run.info.run_id, str(at / "artifacts"))
    client.set_terminated(run.info.run_id, status="FINISHED")
