"""Track: every run's settings, lineage, curves and samples in MLflow.   run -> mlflow.db, mlartifacts/

The only module that writes MLflow. Importing mlflow costs seconds, so that happens where a run starts.
"""

import contextlib
import json
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import psutil
import yaml

from codeio import facts, upkeep
from codeio.errors import BadInput
from codeio.locks import held
from codeio.params import ROOT, Params

EXPERIMENT = "codeio"
LONGEST = 6000  # MLflow cuts longer parameters without a word
BATCH = 100  # parameters per call that the store takes
Log = Callable[[dict[str, float], int], None]


class About(msgspec.Struct, frozen=True, kw_only=True):
    """How a run presents itself."""

    name: str  # what differs from its neighbours: "revisions=1"
    kind: str  # sweep | single | dvc
    tags: dict[str, str]  # its identity: "codeio.training" and its like
    sweep: str = ""
    colour: str = ""  # "#0173b2"; distinct within a sweep
    overrides: tuple[str, ...] = ()


class Run(msgspec.Struct, frozen=True):
    """A run under way. Its methods write; nothing is read back."""

    id: str
    mlflow: Any

    def log(self, metrics: Mapping[str, float], step: int) -> None:
        self.mlflow.log_metrics({valid(name): float(value) for name, value in metrics.items()}, step=step)

    def tag(self, tags: Mapping[str, str]) -> None:
        self.mlflow.set_tags({name: str(value)[:LONGEST] for name, value in tags.items()})

    def text(self, text: str, path: str) -> None:
        self.mlflow.log_text(text, path)

    def file(self, path: Path, folder: str) -> None:
        self.mlflow.log_artifact(str(path), folder)

    def table(self, rows: Sequence[Mapping[str, Any]], path: str) -> None:
        """Rows as a table the UI shows; the columns are those of the first row."""
        columns = {name: [row[name] for row in rows] for name in rows[0]} if rows else {}
        if columns:
            self.mlflow.log_table(columns, path)

    def checkpoint(self, at: Path) -> None:
        """Where the checkpoint lies, how big it is and what it hashes to; the bytes stay where they are."""
        size = sum(path.stat().st_size for path in at.rglob("*") if path.is_file())
        where = at.relative_to(ROOT) if at.is_relative_to(ROOT) else at
        self.tag(
            {
                "codeio.checkpoint": str(where),
                "codeio.checkpoint_bytes": str(size),
                "codeio.checkpoint_sha256": facts.folder_hash(at),
            }
        )


def valid(name: str) -> str:
    """`name` as MLflow takes it: it refuses @ ( ) = and their like."""
    return "".join(c if c.isalnum() or c in "/_-. " else "_" for c in name)


def address() -> str:
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{ROOT / 'mlflow.db'}"


def store() -> ModuleType:
    """The mlflow module on our store and experiment, both made if need be; dead runs are marked as such.

    Under a lock: of several first runs on a fresh checkout all but one would die migrating the database.
    """
    with held("mlflow"):
        mlflow = imported()
        from sqlalchemy.exc import SQLAlchemyError  # what MLflow lets through of a file that is no database

        local = "MLFLOW_TRACKING_URI" not in os.environ or address().startswith(f"sqlite:///{ROOT}/")
        path = ROOT / "mlflow.db"
        mine = address() == f"sqlite:///{path}"
        mlflow.set_tracking_uri(address())
        try:
            if mine:
                upkeep.renew(mlflow, path)
            if mlflow.get_experiment_by_name(EXPERIMENT) is None:
                place = (ROOT / "mlartifacts").as_uri() if local else None
                mlflow.create_experiment(EXPERIMENT, artifact_location=place)
            if mine:
                old = mlflow.get_experiment_by_name(EXPERIMENT).artifact_location
                upkeep.follow(path, old, (ROOT / "mlartifacts").as_uri())
            mlflow.set_experiment(EXPERIMENT)
        except (mlflow.exceptions.MlflowException, SQLAlchemyError) as error:
            raise refused(error, "set MLFLOW_TRACKING_URI or move it away") from error
        bury(mlflow)
    return mlflow


def refused(error: Exception, mend: str) -> BadInput:
    """The store's complaint in one line."""
    return BadInput(f"MLflow store {address()}: {str(error).strip().splitlines()[0]}; {mend}")


def imported() -> ModuleType:
    """mlflow, quiet: no telemetry, no migration chatter, no addresses printed."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    import mlflow.store.db.utils

    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)  # prints a page of what it raises
    return mlflow


def bury(mlflow: ModuleType) -> None:
    """Mark as killed the runs of this host whose process is gone."""
    client = mlflow.MlflowClient()
    where = f"attributes.status = 'RUNNING' AND tags.`codeio.host` = '{socket.gethostname()}'"
    for run in client.search_runs([experiment(mlflow)], filter_string=where, max_results=1000):
        if not alive(run.data.tags.get("codeio.process", "")):
            client.set_terminated(run.info.run_id, status="KILLED")


def myself() -> str:
    """This process, told apart from a later one that gets its number."""
    return f"{os.getpid()} {psutil.Process().create_time():.2f}"


def alive(process: str) -> bool:
    number, _, born = process.partition(" ")
    try:
        return f"{psutil.Process(int(number)).create_time():.2f}" == born
    except (psutil.Error, ValueError):
        return False


def experiment(mlflow: ModuleType) -> str:
    return mlflow.get_experiment_by_name(EXPERIMENT).experiment_id


@contextmanager
def run(params: Params, about: About) -> Iterator[Run]:
    """A new MLflow run with all that its numbers depend on; ends FINISHED, FAILED or KILLED."""
    mlflow = store()
    tags = identity(about) | facts.machine() | facts.versions() | facts.taught_by(params)
    with ended(mlflow):
        mlflow.start_run(run_name=about.name, tags=cut(tags), log_system_metrics=True)
        now = Run(mlflow.active_run().info.run_id, mlflow)
        describe(now, params, about)
        yield now


@contextmanager
def reopened(run_id: str) -> Iterator[Run]:
    """A run of before, to write more into (the second half of the pipeline's model)."""
    mlflow = store()
    with ended(mlflow):
        mlflow.start_run(run_id=run_id, log_system_metrics=False)
        mlflow.set_tags({"codeio.host": socket.gethostname(), "codeio.process": myself()})
        yield Run(run_id, mlflow)


@contextmanager
def ended(mlflow: ModuleType) -> Iterator[None]:
    """End the active run with the status that is true, and let the reason through."""

    def stop(number: int, frame: Any) -> None:
        raise SystemExit(128 + number)

    main_thread = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, stop) if main_thread else None
    status = "FINISHED"
    try:
        yield
    except Exception as error:
        status = "FAILED"
        with contextlib.suppress(Exception):  # the store may be what failed; the reason itself goes on
            mlflow.set_tag("codeio.error", f"{type(error).__name__}: {error}"[:LONGEST])
        if isinstance(error, mlflow.exceptions.MlflowException):
            raise refused(error, "free its disk or mend it, and run it again") from error
        raise
    except BaseException:
        status = "KILLED"
        raise
    finally:
        if main_thread:
            signal.signal(signal.SIGTERM, before)
        if mlflow.active_run():
            with contextlib.nullcontext() if status == "FINISHED" else contextlib.suppress(Exception):
                mlflow.end_run(status)


def identity(about: About) -> dict[str, str]:
    tags = {
        "codeio.kind": about.kind,
        "codeio.sweep": about.sweep,
        "codeio.overrides": " ".join(about.overrides),
        "codeio.host": socket.gethostname(),
        "codeio.process": myself(),
        "mlflow.runColor": about.colour,
    }
    return {name: value for name, value in (tags | about.tags).items() if value}


def describe(now: Run, params: Params, about: About) -> None:
    """Everything that is known before the first step."""
    values = facts.flat(params)
    long = {name: value for name, value in values.items() if len(value) > LONGEST}
    for name, value in long.items():
        now.text(value, f"config/{name}.txt")
        values[name] = f"see artifact config/{name}.txt ({len(value):,} characters)"
    names = sorted(values)
    for first in range(0, len(names), BATCH):
        now.mlflow.log_params({valid(name): values[name] for name in names[first : first + BATCH]})
    now.text(yaml.safe_dump(msgspec.to_builtins(params), sort_keys=False), "config/config.yaml")
    now.text("".join(f"{n}=={v}\n" for n, v in facts.packages().items()), "config/packages.txt")
    for name in ("params.yaml", "dvc.lock"):
        if (ROOT / name).exists():
            now.file(ROOT / name, "config")
    now.text(json.dumps(facts.sidecars(), indent=1), "data/stages.json")
    if "codeio.view" in about.tags:  # a model from elsewhere was trained on none of our data
        dataset(now, params, about.tags)
        if not params.corpus and (took := facts.asked(params.store)):
            now.log(took, 0)


def dataset(now: Run, params: Params, tags: Mapping[str, str]) -> None:
    """The view or the corpus as MLflow's dataset input: its hash is the digest, the store's md5 a tag."""
    from mlflow.data.huggingface_dataset_source import HuggingFaceDatasetSource
    from mlflow.data.meta_dataset import MetaDataset
    from mlflow.data.sources import LocalArtifactDatasetSource

    name = path = f"data/revise/{params.store}"
    source = LocalArtifactDatasetSource(str(ROOT / path))
    more = {"dvc_md5": tags.get(f"dvc.{path}") or "not in dvc.lock"}
    if params.corpus:
        name, of, more = params.corpus.name, params.corpus.source, {"licence": params.corpus.licence}
        if isinstance(of, str):
            source = LocalArtifactDatasetSource(of)
        else:
            source = HuggingFaceDatasetSource(of.id, of.subset, split=of.split, revision=of.revision)
    view = MetaDataset(source, name=name, digest=tags["codeio.view"][:32])
    now.mlflow.log_input(view, context="train", tags=more)


def cut(tags: Mapping[str, str]) -> dict[str, str]:
    return {name: value[:LONGEST] for name, value in tags.items()}


def find(tags: Mapping[str, str], without: str = "") -> str | None:
    """The newest finished run that carries `tags` (and has no tag `without`), by id."""
    mlflow = store()
    where = [f"tags.`{name}` = '{value}'" for name, value in tags.items()]
    where.append("attributes.status = 'FINISHED'")
    if without:
        where.append(f"tags.`{without}` IS NULL")
    found = mlflow.MlflowClient().search_runs(
        [experiment(mlflow)], filter_string=" AND ".join(where), max_results=1
    )
    return found[0].info.run_id if found else None


def join(run_id: str, about: About) -> None:
    """Show a finished run in one more sweep: tag, colour, and what differs there."""
    mlflow = store()
    client = mlflow.MlflowClient()
    with held("mlflow-join"):
        old = client.get_run(run_id)
        sweeps = [*old.data.tags.get("codeio.sweep", "").split(), about.sweep]
        client.set_tag(run_id, "codeio.sweep", " ".join(dict.fromkeys(sweeps)))
        name = dict.fromkeys([*about.name.split(), *(old.info.run_name or "").split()])
        client.set_tag(run_id, "mlflow.runName", " ".join(name))
        if about.colour:
            client.set_tag(run_id, "mlflow.runColor", about.colour)


def show(sweep: str, layout: str) -> str:
    """Keep how MLflow's page shows a sweep (codeio.charts). Returns the link to its charts, no click."""
    mlflow = store()
    name = f"mlflow.sharedViewState.{sweep}"
    mlflow.MlflowClient().set_experiment_tag(experiment(mlflow), name, layout)
    return f"{page()}/runs?viewStateShareKey={sweep}&compareRunsMode=CHART"


def run_link(run_id: str) -> str:
    return f"{page()}/runs/{run_id}"


def page() -> str:
    """Our experiment in the UI: of the tracking server, or of `mlflow ui` at the root of this checkout."""
    base = address() if address().startswith("http") else "http://127.0.0.1:5000"
    return f"{base.rstrip('/')}/#/experiments/{experiment(store())}"
