"""Cluster: the same shards through Ray.   (stage, shards) -> reports as they finish

A shard is a Ray task of one core. Ray places it and tries it again when a worker or a node is lost; what a worker
opened for its first shard, a sandbox started by exec among it, serves all its others. Only counts travel: the checkout
lies at one path on a file system that all nodes share, and a worker reads and commits its shard there. A shard that Ray
gives up is named at the end, when all others are finished and kept.
"""

import os
import socket
import tempfile
from itertools import islice
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from codeio import engine
from codeio import stage as frame
from codeio.errors import BadParams, CodeioError, EngineError
from codeio.params import ROOT, Params

TRIES = 4  # of a shard whose worker or node is lost, or killed for the memory it takes
AHEAD = 2  # shards given to Ray per core: a core that is free finds the next one
LOOK_S = 5.0  # between two looks whether nodes have come or gone
PATIENCE_S = 10.0  # for the head to answer
QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_task_oom_retries": str(TRIES - 1)}
CODE = Path(__file__).resolve().parents[1]


def map_shards(params: Params, stage: frame.Stage, todo: engine.Todo, work: Path) -> engine.Done:
    """(shard number, its report), in order of completion. Raises EngineError naming the shards that cannot be made."""
    ray = joined(params)
    lost = (ray.exceptions.WorkerCrashedError, ray.exceptions.OutOfMemoryError, ray.exceptions.NodeDiedError)
    make = ray.remote(make_in_worker).options(num_cpus=1, max_retries=TRIES - 1)
    module, own = engine.module_of(stage), replace(params, workers=1)
    left, given, failed = iter(todo), {}, {}
    try:
        while True:
            cores = max(1, int(ray.cluster_resources().get("CPU", 0)))
            for n, source in islice(left, max(0, AHEAD * cores - len(given))):
                given[make.remote(module, own, n, source, work)] = n
            if not given:
                break
            ready, _ = ray.wait(list(given), timeout=LOOK_S)
            for n, result in ((given.pop(one), one) for one in ready):
                try:
                    report, facts = ray.get(result)
                except lost as error:
                    failed[n] = type(error).__name__
                except ray.exceptions.RayTaskError as error:
                    if isinstance(error.cause, CodeioError | OSError):
                        raise error.cause from None
                    raise
                except ray.exceptions.RayError as error:
                    raise EngineError(
                        f"Ray gave up {frame.part(n)}: {' '.join(str(error).split())[:300]}"
                    ) from error
                else:
                    stage.facts().update(facts)
                    yield n, report
    finally:
        ray.shutdown()  # Ray ends the workers of this run
    if failed:
        raise EngineError(told(failed))


def told(failed: dict[int, str]) -> str:
    names = ", ".join(f"{frame.part(n)} ({why})" for n, why in sorted(failed.items()))
    return (
        f"{len(failed)} shards ended their worker {TRIES} times, for lack of memory perhaps: {names}; all others are "
        "finished and kept: run it again with more memory per core (fewer cores told to Ray), or make shards smaller "
        "(collect.rows_per_shard)"
    )


def joined(params: Params) -> Any:
    """Ray, connected to the cluster that the environment or the machine's file names. Raises BadParams, EngineError."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)  # before the import, which reads them
    try:
        import ray
    except ImportError as error:
        raise BadParams(f"engine=ray: {error.name} is not installed; `pip install 'codeio[ray]'`") from error
    head = os.environ.get("RAY_ADDRESS") or params.machine.head
    if not head:
        raise BadParams(
            "engine=ray: no cluster is named: set RAY_ADDRESS=HOST:PORT, or `head` in the file of experiments/machine/ "
            "(RAY_ADDRESS=local starts one on this machine)"
        )
    given = {"PYTHONPATH": str(CODE), "CODEIO_ROOT": str(ROOT)}
    given |= {name: os.environ[name] for name in ("CODEIO_NO_CACHE",) if name in os.environ}
    try:
        answers(head)
        ray.init(address=head, runtime_env={"env_vars": given}, log_to_driver=False, logging_level="ERROR")
    except (OSError, RuntimeError, ValueError) as error:
        said = " ".join(str(error).split())[:300]
        mend = "start it with `ray start --head`"
        raise EngineError(f"engine=ray: no cluster answers at {head} ({said}): {mend}") from error
    return ray


def answers(head: str) -> None:
    """Raises OSError where nobody listens at HOST:PORT; Ray itself would try for minutes."""
    host, _, port = head.rpartition(":")
    if host:
        socket.create_connection((host.rpartition("/")[2], int(port)), PATIENCE_S).close()


def make_in_worker(module: str, params: Params, n: int, source: Any, work: Path) -> engine.Made:
    """In a worker of Ray: one shard. Raises EngineError where this node does not see the checkout."""
    if not work.is_dir():
        raise EngineError(
            f"node {os.uname().nodename} does not see {work}: engine=ray needs the checkout at one path on all nodes"
        )
    own_cache()
    engine.open_once(module, params)
    return engine.make(n, source, work)


def own_cache() -> None:
    """Calls are remembered on the node's own disk: the file cannot be shared over a network."""
    folder = Path(tempfile.gettempdir()) / f"codeio-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise EngineError(f"{folder} on node {os.uname().nodename} belongs to another user: remove it")
    os.environ.setdefault("CODEIO_CALLS", str(folder / "calls.sqlite"))
