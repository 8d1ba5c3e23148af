"""Cluster: the same shards through Ray.   (stage, shards) -> reports as they finish

A shard is a Ray task of one core, which Ray tries again when a worker or a node is lost; what a worker opened for its
first shard, a sandbox started by exec among it, serves all its others. Only counts travel: the checkout lies at one
path on a file system that all nodes share, and a worker reads and commits its shard there. A shard that Ray gives up
is tried in halves, and rows that end their worker alone are named when all else is finished and kept.
"""

import os
import socket
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from codeio import engine
from codeio import stage as frame
from codeio.errors import BadParams, CodeioError, EngineError
from codeio.params import ROOT, Params
from codeio.spread import Done, Lost, Made, Piece, Spread

TRIES = 4  # of a piece whose worker or node is lost; of one killed for the memory it takes two
PATIENCE_S = 10.0  # for the head to answer, and for a worker to end
QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_task_oom_retries": "1"}
CODE = Path(__file__).resolve().parents[1]


def map_shards(params: Params, stage: frame.Stage, todo: engine.Todo, work: Path) -> Done:
    """(shard number, its report), in order of completion. Raises EngineError naming what cannot be made."""
    ray = joined(params)
    try:
        yield from Spread(stage, todo, work).run(Nodes(ray, engine.module_of(stage), params, work))
    finally:
        ray.shutdown()  # Ray ends the workers of this run


class Nodes:
    """The cores of a cluster. A piece is a task of one core, given where one is free.

    A node is given shards of the same numbers in each stage, as far as there are some left: those hold the same
    functions, whose calls it remembers.
    """

    def __init__(self, ray: Any, module: str, params: Params, work: Path) -> None:
        self.ray, self.work = ray, work
        self.stage = module, replace(params, workers=1)
        self.task = ray.remote(num_cpus=1, max_retries=TRIES - 1)(make_in_worker)
        self.nodes: list[str] = []
        self.given: dict[Any, tuple[Piece, str]] = {}

    def free(self) -> Sequence[str]:
        alive = [one for one in self.ray.nodes() if one["Alive"]]
        cores = {one["NodeID"]: int(one["Resources"].get("CPU", 0)) for one in sorted(alive, key=named)}
        self.nodes = [node for node, count in cores.items() if count]
        busy = Counter(node for _, node in self.given.values())
        return [node for node in self.nodes for _ in range(cores[node] - busy[node])]

    def choose(self, place: str, left: Sequence[Piece]) -> int:
        """Its own first; then what is furthest from those that its owner will be given next."""
        own, count = self.nodes.index(place), len(self.nodes)
        return next((at for at, piece in enumerate(left) if piece.n % count == own), len(left) - 1)

    def give(self, piece: Piece, source: Any, place: str) -> None:
        there = self.ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(place, soft=True)
        task = self.task.options(scheduling_strategy=there)
        self.given[task.remote(*self.stage, piece, source, self.work)] = piece, place

    def ended(self, seconds: float) -> Iterator[tuple[Piece, Made | Lost]]:
        if not self.given:
            time.sleep(seconds)  # until there is a node
            return
        ready, _ = self.ray.wait(list(self.given), timeout=seconds)
        for result in ready:
            if result in self.given:  # and not dropped for another of these
                piece, _ = self.given.pop(result)
                yield piece, self.outcome(piece, result)

    def outcome(self, piece: Piece, result: Any) -> Made | Lost:
        """Raises what the stage raised, and EngineError for what else Ray gives up."""
        ray = self.ray.exceptions
        try:
            return self.ray.get(result)
        except (ray.WorkerCrashedError, ray.OutOfMemoryError, ray.NodeDiedError) as error:
            return Lost(type(error).__name__)
        except ray.RayTaskError as error:
            if isinstance(error.cause, CodeioError | OSError):
                raise error.cause from None
            raise
        except ray.RayError as error:
            said = " ".join(str(error).split())[:300]
            raise EngineError(f"Ray gave up {piece.name}: {said}") from error

    def drop(self, piece: Piece) -> None:
        """End its worker, which would go on writing beside those that are kept."""
        (result,) = (one for one, (given, _) in self.given.items() if given == piece)
        del self.given[result]
        self.ray.cancel(result, force=True)
        self.ray.wait([result], timeout=PATIENCE_S)


def named(node: dict[str, Any]) -> tuple[str, str]:
    """Its place among the nodes, the same each time where they have names of their own."""
    return node["NodeName"], node["NodeID"]


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
        mend = "start it with `ray start --head`, and set RAY_AUTH_MODE here as there"
        raise EngineError(f"engine=ray: no cluster answers at {head} ({said}): {mend}") from error
    return ray


def answers(head: str) -> None:
    """Raises OSError where nobody listens at HOST:PORT; Ray itself would try for minutes."""
    host, _, port = head.rpartition(":")
    if host:
        socket.create_connection((host.rpartition("/")[2], int(port)), PATIENCE_S).close()


def make_in_worker(module: str, params: Params, piece: Piece, source: Any, work: Path) -> Made:
    """In a worker of Ray: one piece. Raises EngineError where this node does not see the checkout."""
    if not work.is_dir():
        raise EngineError(
            f"node {os.uname().nodename} does not see {work}: engine=ray needs the checkout at one path on all nodes"
        )
    own_cache()
    engine.open_once(module, params)
    return engine.make(piece, source, work)


def own_cache() -> None:
    """Calls are remembered on the node's own disk: the file cannot be shared over a network."""
    folder = Path(tempfile.gettempdir()) / f"codeio-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise EngineError(f"{folder} on node {os.uname().nodename} belongs to another user: remove it")
    os.environ.setdefault("CODEIO_CALLS", str(folder / "calls.sqlite"))
