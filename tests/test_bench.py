"""The runner for real: a tiny random checkpoint is asked a slice of the benchmarks, through lm-eval."""

import json

import pytest

from codeio import tokenizer
from codeio.errors import BadInput, BadParams
from codeio.evaluate import bench, runner
from codeio.evaluate.benchmarks import ALL
from codeio.evaluate.score import scored
from codeio.params import load
from codeio.train import model
from tests import asked

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
        len(responses) == 2 and all(isinstance(one, str) for one in responses) for responses in said.values()
    )
    assert said == runner.answers(given(), params)  # greedy
    rows, tally = scored(
        ALL["gsm8k"], ALL["gsm8k"].readings[0], asked.items("gsm8k")[:2], said["gsm8k"], params
    )
    assert (tally.items, len(rows), rows[0].version) == (2, 2, "1.1")


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
        bench.available
        if (error is BadInput and "root" in override) or "names" in override
        else runner.model_args
    )
    with pytest.raises(error, match=complaint):
        ask(params)
