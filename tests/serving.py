"""A real OpenAI-compatible server on loopback, as long as it is iterated over: the command, then its address."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

UP_S = 90
PROGRAM = "import sys; from transformers.cli.transformers import main; sys.exit(main())"


def transformers(checkpoint: Path) -> Iterator[str]:
    """`transformers serve`, which is among the pinned packages."""
    yield from served(sys.executable, "-c", PROGRAM, "serve", str(checkpoint))


def vllm(checkpoint: Path) -> Iterator[str]:
    small = ["--dtype", "float32", "--max-model-len", "256", "--enforce-eager"]
    module = "vllm.entrypoints.openai.api_server"
    yield from served(sys.executable, "-m", module, "--model", str(checkpoint), *small)


def served(*command: str) -> Iterator[str]:
    port = free_port()
    quiet = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error", "OMP_NUM_THREADS": "1"}
    words = [*command, "--host", "127.0.0.1", "--port", str(port)]
    pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    process = subprocess.Popen(words, env=os.environ | quiet, **pipe)
    try:
        up(f"http://127.0.0.1:{port}/health", process)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait(20)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def up(url: str, process: subprocess.Popen) -> None:
    """Wait until the server answers; its own words where it ends before."""
    until = time.monotonic() + UP_S
    while time.monotonic() < until:
        assert process.poll() is None, process.stdout.read()
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                assert answer.status == 200
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"{url} is not up after {UP_S} s")
