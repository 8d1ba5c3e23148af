"""One command from an OpenAI-compatible address to CODEI/O++ data: real dvc, real stages, a server that answers."""

import json

import pytest

from codeio import shards
from codeio.records import Problem
from tests.house import build
from tests.scripted import Scripted


@pytest.mark.full
def test_dvc_makes_the_store_of_a_model(tmp_path):
    house = build(tmp_path)
    with Scripted(respond=lambda body, sample: 'Nobody knows.\n{"output": 1}') as server:
        settings = ["teachers=[llm]", "teacher=llm", "llm.model=m", f"server.url={server.url}"]
        words = [word for one in settings for word in ("-S", one)]
        house.run("dvc", "exp", "run", *words, "revise@llm")
        asked = sum(server.good.values())
        house.run("dvc", "repro", "--force", "--single-item", "answer@llm")
        assert sum(server.good.values()) == asked  # replies are outside of what DVC deletes
    found = list(shards.read_all(tmp_path / "data" / "revise" / "llm", Problem))
    trained = [one for one in found if one.split == "train"]
    assert trained
    assert all(len(one.turns) == 3 or one.turns[-1].correct for one in trained)
    metrics = json.loads((tmp_path / "metrics" / "revise-llm.json").read_text())
    assert metrics["turns"]["turn_0"]["answers"] == len(trained)
    volatile = json.loads((tmp_path / "data" / "revise" / "llm.run.json").read_text())
    assert volatile["requests"] > 0
    assert not (tmp_path / "data" / "answer" / "slip").exists()
