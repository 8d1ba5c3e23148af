"""A tracking server that goes away in the middle: the run goes on and nothing is lost."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from codeio import tracker
from codeio.params import load
from tests.test_tracker import about, migrated, read, root  # noqa: F401  (fixtures)

AWAY = 20  # seconds


def start(at, port):
    """A real `mlflow server` on loopback, up when this returns."""
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--backend-store-uri", f"sqlite:///{at}/server.db"]
    command += ["--artifacts-destination", str(at / "served")]
    with (at / "server.log").open("a") as log:
        server = subprocess.Popen(command, cwd=at, stdout=log, stderr=log, start_new_session=True)
    for _ in range(240):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2)
            return server
        except (urllib.error.URLError, OSError):
            time.sleep(0.25)
    raise AssertionError((at / "server.log").read_text())


def stop(server):
    os.killpg(server.pid, signal.SIGKILL)
    server.wait(timeout=30)


@pytest.mark.full
def test_a_server_that_is_away_for_a_while_loses_nothing(root, monkeypatch):  # noqa: F811
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{port}")
    server = start(root, port)
    try:
        shown = tracker.About(name="r", kind="single", tags={**about().tags, "codeio.view": "v"})
        with tracker.run(load(), shown) as now:
            now.log({"train/loss": 0.0}, 0)
            stop(server)
            wake = f"import time; time.sleep({AWAY})"
            pause = subprocess.Popen([sys.executable, "-c", wake])
            server = later(pause, root, port)
            for step in range(1, 4):
                now.log({"train/loss": float(step)}, step)
            now.text("kept", "samples/note.txt")
        client = tracker.store().MlflowClient()
        curve = client.get_metric_history(now.id, "train/loss")
        assert [point.step for point in curve] == [0, 1, 2, 3]
        assert read(now.id).info.status == "FINISHED"
        assert tracker.show("s", "{}").startswith(f"http://127.0.0.1:{port}/#/experiments/")
    finally:
        stop(server.result() if isinstance(server, Future) else server)


def later(pause, at, port):
    """The server again once `pause` has ended, from another thread."""

    def wait_and_start():
        pause.wait()
        return start(at, port)

    return ThreadPoolExecutor(1).submit(wait_and_start)
