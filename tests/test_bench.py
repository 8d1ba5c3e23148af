"""The runner for real: a tiny random checkpoint is asked a slice of the benchmarks, through lm-eval."""

import gc
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from codeio import tokenizer
from codeio.errors import BadInput, BadParams
from codeio.evaluate import bench, runner
from codeio.evaluate.benchmarks import ALL
from codeio.evaluate.score import scored
from codeio.params import load
from codeio.train import model
from tests import asked, serving
from tests.checkpoint import build
from tests.conftest import ROOT

NAMES = ("winogrande", "gsm8k", "cruxeval_o", "zebralogic", "bbh_zh")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    """A random model as training would save it."""
    at = tmp_path_factory.mktemp("model")
    params = load("model.context=512")
    words = tokenizer.train([("How much is it? Answer: 12", "")], 300)
    model.fresh(params, words).save_pretrained(at)
    words.save_pretrained(at)
    return at


def settings(checkpoint, *more: str):
    return load(
        f"evaluate.bench.model={checkpoint}",
        "evaluate.bench.max_tokens=6",
        "evaluate.batch=2",
        "workers=1",
        *more,
    )


def given():
    return [(ALL[name], asked.items(name)[:2]) for name in NAMES]


@pytest.mark.full
def test_a_checkpoint_is_asked_through_the_hf_backend(checkpoint):
    params = settings(checkpoint)
    said = runner.answers(given(), params)
    assert list(said) == list(NAMES)
    assert all(
        len(responses) == 2 and all(0 <= one.tokens <= 6 for one in responses) for responses in said.values()
    )
    assert said == runner.answers(given(), params)  # greedy
    rows, tally = scored(
        ALL["gsm8k"],
        ALL["gsm8k"].readings[0],
        asked.items("gsm8k")[:2],
        [one.response for one in said["gsm8k"]],
        params,
    )
    assert (tally.items, len(rows), rows[0].version) == (2, 2, "1.3")


def command(root: Path, *settings: str) -> subprocess.CompletedProcess:
    """The bench command as a user runs it, its outputs and its MLflow store under `root`."""
    shutil.copyfile(ROOT / "params.yaml", root / "params.yaml")
    shutil.copytree(ROOT / "experiments", root / "experiments")
    words = [
        sys.executable,
        "-m",
        "codeio.evaluate.bench",
        "evaluate.bench.max_tokens=4",
        "workers=1",
        *settings,
    ]
    more = {"CODEIO_ROOT": str(root), "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW")}
    return subprocess.run(words, env=kept | more, capture_output=True, text=True, timeout=540)


def through(backend: str, at: Path):
    """The settings of a backend; a server is up as long as the generator is open."""
    if backend == "hf":
        yield ()
        return
    for url in serving.transformers(at):
        yield (f"evaluate.bench.backend={backend}", f"evaluate.bench.base_url={url}/chat/completions")


@pytest.mark.full
@pytest.mark.parametrize("backend", ["hf", "local-chat-completions"])
def test_the_command_asks_an_item_of_every_set_that_is_there(backend, shared, tmp_path):
    at = build(tmp_path / "model")
    (tmp_path / "root").mkdir()
    some = (
        "evaluate.bench.limit=1",
        f"evaluate.bench.data_root={shared / 'benchmarks'}",
        f"evaluate.bench.model={at}",
    )
    for settings in through(backend, at):
        ended = command(tmp_path / "root", *some, *settings)
    assert ended.returncode == 0, ended.stderr[-3000:]
    (scores,) = (tmp_path / "root/outputs/bench").glob("*/scores.json")
    made = json.loads(scores.read_text())
    assert sorted(made["absent"]) == ["bbh_zh", "drop", "gpqa", "zebralogic"]
    assert "bench/avg_10_of_14_limit1" in made["metrics"]
    rows = pq.read_table(scores.parent / "items.parquet").to_pylist()
    assert [row["benchmark"] for row in rows] == [name for name in ALL if name not in made["absent"]]
    assert sum(bool(row["response"]) for row in rows) >= 5
    assert all(0 < row["tokens"] <= 4 for row in rows if row["response"])
    logged = {path.name for path in (tmp_path / "root/mlartifacts").rglob("*.json")}
    assert {"items.json", "bench.json"} <= logged


def test_a_server_gets_no_empty_list_of_stop_strings():
    from codeio.evaluate.served import Served

    client = Served(model="m", base_url="http://127.0.0.1:9/v1/chat/completions")
    given = {"until": [], "max_gen_toks": 7, "temperature": 0.0, "do_sample": False}
    chat = [{"role": "user", "content": "x"}]
    payload = client._create_payload(chat, generate=True, gen_kwargs=dict(given))
    assert payload == {"messages": chat, "model": "m", "max_tokens": 7, "temperature": 0.0, "seed": 1234}
    stopped = client._create_payload(chat, generate=True, gen_kwargs=given | {"until": ["END"]})
    assert stopped["stop"] == ["END"]


def test_tokens_are_those_that_the_server_counted():
    from codeio.evaluate.served import Served

    client = Served(model="m", base_url="http://127.0.0.1:9/v1/chat/completions")
    reply = {"choices": [{"index": 0, "message": {"content": "so 18"}}]}
    assert client.parse_generations(reply | {"usage": {"completion_tokens": 4}}) == ["so 18"]
    assert client.parse_generations(
        [reply | {"choices": [{"index": 0, "message": {"content": "other"}}]}]
    ) == ["other"]
    size = runner.counter({"model": client})
    assert (size("so 18"), size("other")) == (4, -1)


@pytest.mark.full
def test_a_server_that_is_not_there_is_one_line():
    params = load(
        "evaluate.bench.backend=local-chat-completions", "evaluate.bench.model=m",
        "evaluate.bench.base_url=http://127.0.0.1:9/v1/chat/completions",
    )  # fmt: skip
    with pytest.raises(BadInput, match=r"evaluate\.bench\.model=m cannot be asked") as raised:
        runner.answers(given()[:1], params)
    assert "\n" not in str(raised.value)
    del raised
    gc.collect()  # what lm-eval left waiting says so when it is collected: here, not within a test that parses code


def test_metrics_say_of_how_many_and_how_far():
    items = asked.items("gsm8k")
    params = load("workers=1")
    said = [asked.gold(item) for item in items[:-1]] + ["no"]
    _, tally = scored(ALL["gsm8k"], ALL["gsm8k"].readings[0], items, said, params)
    found = bench.metrics({"gsm8k": tally}, None, 14)
    assert found["bench/gsm8k"] == found["bench/avg_1_of_14"] == 0.8
    assert found["yardstick/gsm8k_low"] < 0.8 < found["yardstick/gsm8k_high"]
    assert "bench/gsm8k_limit5" in bench.metrics({"gsm8k": tally}, 5, 14)


def test_absent_data_is_listed_and_a_suite_of_nothing_refused(tmp_path):
    (tmp_path / "bbh_zh").mkdir()
    (tmp_path / "bbh_zh" / "web_of_lies.json").write_text(json.dumps(asked.ROWS["bbh_zh"][0][1]))
    there, absent = bench.available(load(f"evaluate.bench.data_root={tmp_path}"))
    assert [benchmark.name for benchmark, _ in there] == ["bbh_zh"]
    assert sorted([*absent, "bbh_zh"]) == sorted(ALL)
    with pytest.raises(BadInput, match="no benchmark can be asked"):
        bench.main(load())


@pytest.mark.parametrize(
    ("override", "error", "complaint"),
    [
        ("evaluate.bench.names=[gsm9k]", BadParams, "did you mean gsm8k"),
        ("evaluate.bench.data_root=/nowhere", BadInput, "there is no such folder"),
        ("evaluate.bench.backend=local-chat-completions", BadParams, "base_url= is missing"),
        ("evaluate.bench.model=models/none", BadInput, "dvc repro train"),
    ],
)
def test_slips_are_told(override, error, complaint):
    params = load(override)
    ask = (
        bench.available if (error is BadInput and "root" in override) or "names" in override else runner.model
    )
    with pytest.raises(error, match=complaint):
        ask(params)
