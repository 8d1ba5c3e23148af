"""The README's commands from an address or a checkpoint to CODEI/O++ data: real dvc, real stages, a real server."""

import json
import re
import shlex
import time

import pytest

from codeio import shards
from codeio.records import Problem
from tests.conftest import ROOT
from tests.house import House, build
from tests.scripted import Scripted

COMMANDS = re.findall(
    r"^dvc exp run -S 'teachers=\[llm\]' [^\[]* revise$", (ROOT / "README.md").read_text(), re.M
)
SMALL = {
    "collect.procedural.programs": 4, "collect.installed": [], "execute.pairs": 1, "execute.heldout_pairs": 0,
    "unify.heldout_structure": 0, "unify.heldout_constants": 0, "pairs_per_function": 1, "llm.max_tokens": 8,
}  # fmt: skip


@pytest.fixture
def house(tmp_path) -> House:
    """Of its own for each command: both backends' replies are one model's, and the second would ask for nothing."""
    made = build(tmp_path)
    made.set(SMALL)
    return made


def requests(house: House, stage: str) -> int:
    return json.loads((house.root / "data" / stage / "llm.run.json").read_text())["requests"]


@pytest.mark.full
@pytest.mark.parametrize("command", COMMANDS, ids=["address", "checkpoint"])
def test_one_command_makes_the_store_of_a_model(house, checkpoint, transformers_serve, command):
    """vLLM is stood in for by the other backend of a checkpoint; all else is as the README says it."""
    given = {"NAME": str(checkpoint), "http://HOST:8000/v1": transformers_serve, "FOLDER": str(checkpoint)}
    for word, meant in {**given, "=vllm": "=transformers"}.items():
        command = command.replace(word, meant)
    house.run(*shlex.split(command))
    found = list(shards.read_all(house.root / "data" / "revise" / "llm", Problem))
    assert len(found) == 8
    for one in found:
        assert len(one.turns) == 3 or one.turns[-1].correct
        assert all(turn.main.generation.model == str(checkpoint) and turn.main.verdict for turn in one.turns)
    metrics = json.loads((house.root / "metrics" / "revise-llm.json").read_text())
    assert metrics["turns"]["turn_0"]["answers"] == 8
    assert requests(house, "answer") >= 8
    house.run("dvc", "repro", "--force", "--single-item", "answer@llm")
    assert requests(house, "answer") == 0  # replies are outside of what DVC deletes
    assert not (house.root / "data" / "answer" / "slip").exists()


@pytest.mark.full
def test_a_killed_stage_asks_for_nothing_twice_and_ends_in_the_same_bytes(house):
    """Each asking stage is killed when a third is answered, and run again; then all of it undisturbed."""
    house.set({"collect.procedural.programs": 60})
    for name in ("collect", "unify", "execute", "pose"):
        house.run("python", "-m", f"codeio.{name}")
    with Scripted(latency=0.05) as server:
        words = ["teacher=llm", "llm.model=m", f"server.url={server.url}", "server.concurrency=4"]
        for name in ("answer", "revise"):
            before = len(server.good)
            process = house.start("python", "-m", f"codeio.{name}", *words)
            while len(server.good) < before + 40:
                assert process.poll() is None, process.stdout.read()
                time.sleep(0.01)
            process.kill()
            process.wait()
            house.run("python", "-m", f"codeio.{name}", *words)
            assert json.loads((house.root / "data" / name / "llm.run.json").read_text())["from_store"] >= 36
        assert max(server.good.values()) <= 2  # twice only what was under way at a kill
        assert sum(server.good.values()) <= len(server.good) + 2 * 4
        disturbed = bytes_of(house)
        for name in ("answer", "revise"):
            house.run("python", "-m", f"codeio.{name}", *words, "server.store=other.db")
    assert bytes_of(house) == disturbed
    assert len(disturbed) > 4


def bytes_of(house: House) -> dict[str, bytes]:
    """What DVC keeps of the two stages."""
    data, metrics = house.root / "data", house.root / "metrics"
    found = [*data.glob("answer/llm/**/*"), *data.glob("revise/llm/**/*"), *metrics.glob("*-llm.json")]
    return {str(at.relative_to(house.root)): at.read_bytes() for at in found if at.is_file()}


def test_the_readme_names_both_ways():
    assert len(COMMANDS) == 2
