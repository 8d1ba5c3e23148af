"""Reinforcement: rewards are execution's word, problems that teach nothing are left out, a training runs on a CPU."""

import json

import pytest

from codeio import arm, assemble, facts, locks, shards, stage, tracker
from codeio.errors import BadInput, BadParams
from codeio.params import Params, load
from codeio.records import Problem
from codeio.sandbox import Limits, Sandbox
from codeio.train import reward, rl
from codeio.train.run import train
from tests import families
from tests.test_tracker import Scored, migrated  # noqa: F401  (fixture)
from tests.views import problem

WISH = (
    "model.context=256", "predict=output", "rl.problems=4", "rl.samples=4", "rl.batch=8", "rl.steps=2",
    "rl.max_new_tokens=12", "rl.solved=[0.0, 1.0]", "rl.learning_rate=1.0e-3", "machine.threads=1", "workers=1",
)  # fmt: skip


def asked(n: int, predict: str) -> Problem:
    return problem(f"f{n}", n, predict, [True])


@pytest.fixture(scope="module")
def rewards():
    with Sandbox(Limits(cpu_s=2.0, memory_mb=512), workers=1) as box:
        yield reward.Rewards(box, 2000)


@pytest.mark.parametrize(
    ("predict", "said", "right", "form"),
    [
        ("output", 'so {"output": 4}', 1.0, 1.0),
        ("output", '{"output": 5}', 0.0, 1.0),
        ("output", "it is 4", 0.0, 0.0),
        ("input", '{"input": {"x": 3}}', 1.0, 1.0),
        ("input", '{"input": {"x": 2}}', 0.0, 1.0),
        ("input", '{"input": {"x": "a"}}', 0.0, 1.0),
        ("input", '{"input": 3}', 0.0, 0.0),
        ("input", "", 0.0, 0.0),
    ],
)
def test_an_output_is_compared_an_input_is_run_and_form_stands_apart(rewards, predict, said, right, form):
    """f(x) = x + 1 at 3."""
    columns = {
        "completions": [[{"role": "assistant", "content": said}]],
        "problem": [reward.written(asked(3, predict))],
    }
    assert rewards.right(**columns) == [right]
    assert rewards.form(**columns) == [form]


def test_answers_of_a_step_are_judged_each_by_its_own_problem(rewards):
    problems = [reward.written(asked(n, p)) for n in range(4) for p in ("output", "input")]
    truth = [t for n in range(4) for t in (f'{{"output": {n + 1}}}', f'{{"input": {{"x": {n}}}}}')]
    told = [[{"content": text}] for text in truth]
    assert rewards.right(told, problems) == [1.0] * 8
    assert rewards.right(told[1:] + told[:1], problems) == [0.0] * 8


@pytest.fixture
def root(tmp_path, monkeypatch, migrated):  # noqa: F811
    """A checkout with a store of small problems and a checkpoint of random weights."""
    for module in (arm, facts, locks, rl, stage, tracker):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    (tmp_path / "mlflow.db").write_bytes(migrated.read_bytes())
    (tmp_path / "params.yaml").write_text("seed: 0\n")
    families.root(tmp_path, monkeypatch)
    rows = [asked(n, p) for n in range(4) for p in ("output", "input")]
    (tmp_path / "data/revise/slip").mkdir(parents=True)
    shards.write(tmp_path / "data/revise/slip/part-00000.parquet", rows, Problem)
    learnt(tmp_path)
    return tmp_path


def learnt(at) -> None:
    """The checkpoint: a tiny model that knows the form and guesses the answer, as stage 1 would leave it."""
    wish = load(*WISH)
    chats = [
        {"role": "user", "content": assemble.question(asked(n, "output"), wish)}
        for n in range(4)
        for _ in range(6)
    ]
    said = [{"role": "assistant", "content": f'{{"output": {1 + n % 2}}}'} for n in range(24)]
    rows = [{"messages": list(pair)} for pair in zip(chats, said, strict=True)]
    (at / "chats.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    train(
        families.params("tiny", at, "model.context=256"), at / "models" / "main", lambda metrics, step: None
    )


def scored(params: Params, checkpoint) -> Scored:
    assert (checkpoint / "model.safetensors").exists()
    return Scored({"bench/constants_output": 0.25}, ())


def test_a_training_from_a_checkpoint_leaves_one_in_mlflow(root, capsys):
    rl.main(load(*WISH), scored)
    (found,) = tracker.store().MlflowClient().search_runs([tracker.experiment(tracker.store())])
    assert (found.info.status, found.data.tags["codeio.kind"]) == ("FINISHED", "rl")
    curve = tracker.store().MlflowClient().get_metric_history(found.info.run_id, "rl/reward")
    assert [point.step for point in curve] == [1, 2]
    wanted = {"rl/right", "rl/form", "rl/loss", "data/rl_of_use", "bench/constants_output"}
    assert wanted <= set(found.data.metrics)
    at = root / found.data.tags["codeio.checkpoint"]
    assert {"model.safetensors", "tokenizer.json", "chat_template.jinja"} <= {p.name for p in at.iterdir()}
    assert json.loads((at.parent / "done.json").read_text())["asked"] == 4
    before = (root / "models/main/model.safetensors").read_bytes()
    assert (at / "model.safetensors").read_bytes() != before
    rl.main(load(*WISH), scored)  # the same again is shown, not trained
    assert len(tracker.store().MlflowClient().search_runs([tracker.experiment(tracker.store())])) == 1
    assert "finished before" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("rl.start=models/none",), r"rl\.start=models/none holds no checkpoint"),
        (("rl.batch=5",), r"rl\.batch=5 is no multiple of rl\.samples=4"),
        (("rl.solved=[0.3, 0.4]",), r"no problem to learn from .*4 asked.*: widen rl\.solved"),
    ],
)
def test_what_cannot_be_trained_is_refused(root, words, says):
    with pytest.raises((BadInput, BadParams), match=says):
        rl.main(load(*WISH, *words), scored)
