"""Ray: a real cluster on loopback makes the bytes of one process, whatever is killed meanwhile."""

import os
import shutil
import signal
from pathlib import Path

import pytest

from codeio import shards
from codeio.records import Pair
from tests import numbers
from tests.house import House, build, until
from tests.nodes import cluster, kill, needs_ray
from tests.test_engine import digests
from tests.test_spread import is_whole, slow_house

pytestmark = [pytest.mark.ray, needs_ray]
SMALL = {"collect.installed": [], "collect.procedural.programs": 120, "collect.rows_per_shard": 10}
STAGES = ("collect", "unify", "execute", "pose", "answer", "revise")
# Under CODEIO_NO_CACHE: what a run before has remembered would make the next one too quick to be killed in its middle.
FRESH = {"CODEIO_NO_CACHE": "1"}


@pytest.fixture(scope="module")
def nodes():
    with cluster(3) as made:
        yield made


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> House:
    """A checkout whose stages were all run here, by one process."""
    made = build(tmp_path_factory.mktemp("cluster") / "codeio")
    made.set(SMALL)
    for name in STAGES:
        made.run("python", "-m", f"codeio.{name}", "workers=1")
    return made


def by_ray(house: House, name: str, nodes, *settings: str, **environment: str):
    words = ("python", "-m", f"codeio.{name}", "engine=ray", *settings)
    return house.start(*words, RAY_ADDRESS=nodes.address, **FRESH, **environment)


def ended(running) -> str:
    said = running.communicate()[0]
    assert running.returncode == 0, said
    return said


def done(house: House, name: str) -> int:
    return len(list((house.root / ".work").glob(f"{name}*/*/part-*.json")))


def workers(house: House) -> list[int]:
    """Processes of Ray that make shards of this checkout."""
    found = []
    for at in Path("/proc").glob("[0-9]*"):
        try:
            if str(house.root).encode() in (at / "environ").read_bytes():
                found.append(int(at.name))
        except OSError:  # it ended meanwhile, or is another user's
            continue
    return found


def ids(house: House, name: str) -> list[str]:
    from codeio.records import Function

    return [row.id for row in shards.read_all(house.root / "data" / name, Function)]


def test_execute_by_ray_makes_the_bytes_of_one_process(house, nodes):
    whole = digests(house, "execute")
    ended(by_ray(house, "execute", nodes))
    assert len(whole) == 24
    assert digests(house, "execute") == whole
    assert not list((house.root / ".work" / "execute").glob("*"))


@pytest.mark.full
@pytest.mark.parametrize("name", [name for name in STAGES if name != "execute"])
def test_every_stage_by_ray_makes_the_bytes_of_one_process(house, nodes, name):
    whole = digests(house, name)
    ended(by_ray(house, name, nodes))
    assert digests(house, name) == whole


@pytest.mark.full
@pytest.mark.parametrize("name", ["execute", "revise"])
def test_a_node_killed_in_the_middle_costs_nothing(house, name):
    whole = digests(house, name)
    with cluster(3) as nodes:
        running = by_ray(house, name, nodes)
        until(lambda: done(house, name) >= 2, running)
        kill(nodes.worker_nodes.copy().pop())
        ended(running)
    assert digests(house, name) == whole
    if name == "execute":
        assert len(ids(house, name)) == len(set(ids(house, name)))


@pytest.mark.full
def test_the_run_killed_and_started_again_goes_on(house, nodes):
    whole = digests(house, "execute")
    running = by_ray(house, "execute", nodes)
    until(lambda: done(house, "execute") >= 2, running)
    assert len(workers(house)) >= 2  # the run and one that works for it
    os.kill(running.pid, signal.SIGKILL)
    running.communicate()
    until(lambda: not workers(house))
    said = ended(by_ray(house, "execute", nodes))
    assert "shards finished by an earlier run" in said
    assert digests(house, "execute") == whole


# A stage of our own, since no real one takes memory at will: rows with output 5 take as many bytes as they say.
GREEDY = """
def shard(rows):
    held = []
    for row in rows:
        if row.output == 5:
            held.append(bytearray(row.input["bytes"]))
            held[-1][::4096] = b"x" * len(held[-1][::4096])
            time.sleep(30)
    yield from rows
"""


@pytest.mark.full
def test_a_shard_that_takes_too_much_memory_is_named_and_the_others_are_kept(house):
    """Ray's own monitor kills its worker, each time it is tried; when there is memory the same command ends."""
    import psutil

    def put(size: int) -> None:
        rows = [Pair(id=str(n), input={"bytes": size if n == 5 else 0}, output=n) for n in range(8)]
        numbers.put(house.root, *([row] for row in rows))

    memory = psutil.virtual_memory()
    put(int(memory.total * 0.15))
    numbers.written(house.root, "greedy", GREEDY)
    allowed = round((memory.total - memory.available) / memory.total + 0.08, 3)
    with cluster(2, memory_usage_threshold=allowed, memory_monitor_refresh_ms=50) as nodes:
        running = by_ray(house, "greedy", nodes)
        said = " ".join(running.communicate()[0].split())
    assert running.returncode == 1
    assert "greedy: 1 pieces ended their worker each time" in said
    assert "part-00005.parquet (OutOfMemoryError)" in said
    assert "Traceback" not in said
    assert done(house, "greedy") == 7


@pytest.mark.full
def test_a_shard_of_too_much_memory_is_made_in_halves(house):
    """The rows of a shard take more than the node has left, one of them does not."""
    import psutil

    shutil.rmtree(house.root / "data/numbers", ignore_errors=True)
    memory = psutil.virtual_memory()
    rows = [Pair(id=str(n), input={"bytes": int(memory.total * 0.04)}, output=5) for n in range(4)]
    numbers.put(house.root, rows)
    numbers.written(house.root, "greedy", GREEDY.replace("time.sleep(30)", "time.sleep(2)"))
    allowed = round((memory.total - memory.available) / memory.total + 0.11, 3)
    with cluster(1, memory_usage_threshold=allowed, memory_monitor_refresh_ms=50) as nodes:
        ended(by_ray(house, "greedy", nodes))
    assert list(shards.read_all(house.root / "data/greedy", Pair)) == rows


@pytest.mark.full
def test_a_shard_that_takes_long_is_not_waited_for(nodes, tmp_path):
    house, kept = slow_house(tmp_path / "codeio")
    ended(by_ray(house, "slow", nodes))
    is_whole(house, kept)
    until(lambda: not workers(house), seconds=20.0)


# It notes where each shard was made.
WHERE = """
def shard(rows):
    import ray
    time.sleep(0.4)
    for row in rows:
        yield Pair(id=row.id, input={"node": ray.get_runtime_context().get_node_id()}, output=row.output)
"""


@pytest.mark.full
def test_a_node_is_given_the_shards_that_it_was_given_before(house, nodes):
    """Those that its cache knows; but for the last ones, which are for whoever is free."""
    numbers.written(house.root, "where", WHERE)
    shutil.rmtree(house.root / "data/numbers", ignore_errors=True)
    numbers.put(house.root, *([Pair(id=str(n), input={}, output=n)] for n in range(30)))
    made = []
    for _ in range(2):
        ended(by_ray(house, "where", nodes))
        made.append([row.input["node"] for row in shards.read_all(house.root / "data/where", Pair)])
    assert len(set(made[0])) == 3
    assert sum(one == other for one, other in zip(*made, strict=True)) >= 22


@pytest.mark.full
@pytest.mark.parametrize(
    ("address", "head", "says"),
    [
        ("", "null", "no cluster is named: set RAY_ADDRESS"),
        ("127.0.0.1:9", "null", "no cluster answers at 127.0.0.1:9"),
        ("", "127.0.0.1:10", "no cluster answers at 127.0.0.1:10"),
        ("127.0.0.1:9", "127.0.0.1:10", "no cluster answers at 127.0.0.1:9"),
    ],
)
def test_a_cluster_that_is_not_there_is_one_line(house, address, head, says):
    words = ("engine=ray", f"machine.head={head}")
    said = house.run("python", "-m", "codeio.pose", *words, code=1, RAY_ADDRESS=address)
    assert says in " ".join(said.split())
    assert "Traceback" not in said
