"""A Ray cluster on loopback, one core a node, and a checkout whose stages run on it."""

import importlib.util
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="ray is not installed: `pip install 'codeio[ray]'`"
)
QUICK = {
    "health_check_initial_delay_ms": 0,
    "health_check_period_ms": 500,
    "health_check_failure_threshold": 20,
}
STORE = 80 << 20  # bytes of a node's object store: nothing but counts goes through it


@contextmanager
def cluster(nodes: int, **system: Any) -> Iterator[Any]:
    """A cluster whose head computes nothing, so that any node that does may be killed."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 0, "include_dashboard": False, "object_store_memory": STORE}
    made = Cluster(initialize_head=True, head_node_args={**head, "_system_config": {**QUICK, **system}})
    try:
        for _ in range(nodes):
            made.add_node(num_cpus=1, object_store_memory=STORE)
        yield made
    finally:
        made.shutdown()


def kill(node: Any) -> None:
    """The node's manager by SIGKILL; its workers end with it, as with a machine that is gone."""
    os.kill(node.all_processes["raylet"][0].process.pid, signal.SIGKILL)
