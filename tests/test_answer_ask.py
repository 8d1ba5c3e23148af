"""A language model as teacher: what it is asked, shown and credited with, turn by turn."""

import json

import pytest

from codeio import prompting, shards, stage, values
from codeio.answer import __main__ as answer
from codeio.errors import BadParams
from codeio.llm import estimate
from codeio.llm import model as model_module
from codeio.params import load
from codeio.records import Dropped, Generation, Problem
from codeio.revise import measure, preview
from tests.answering import answered, pose, revised
from tests.scripted import Scripted

CODE = "def f(xs, k):\n    return [x * k for x in xs]"
QUICK = (
    "teacher=llm",
    "llm.model=m",
    "server.backoff_s=0.01",
    "server.tries=2",
    "server.concurrency=4",
)


@pytest.fixture(scope="module")
def problems(box):
    inputs = [{"xs": [1, n], "k": 2} for n in range(3, 7)]
    return pose(
        box, CODE, inputs, statement="Scale a list.", io_description="`xs` (list), `k` (int)", kind="natural"
    )


@pytest.fixture(autouse=True)
def own_store(tmp_path, monkeypatch):
    monkeypatch.setattr(model_module, "ROOT", tmp_path)
    monkeypatch.setattr(estimate, "ROOT", tmp_path)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


class Student:
    """Replies by script: `says(problem, turn, sample) -> value that is predicted`, or a text as it is."""

    def __init__(self, problems, says):
        self.of = {prompting.question(one, "ask"): one for one in problems}
        self.says = says

    def __call__(self, body, sample):
        problem = self.of[body["messages"][0]["content"]]
        said = self.says(problem, len(body["messages"]) // 2, sample)
        return said if isinstance(said, str) else f"I think so.\n{prompting.answer(problem.predict, said)}"


def asked(server, *more):
    return (*QUICK, f"server.url={server.url}", *more)


def wrong(problem, n=0):
    return [n] if problem.predict == "output" else {"xs": [n], "k": 1}


def by_id(found):
    return {one.id: one for one in found}


def test_a_wrong_answer_is_shown_with_its_verdict_and_tried_again(box, problems):
    student = Student(problems, lambda one, turn, _: one.wanted if turn or one.rank == 0 else wrong(one))
    with Scripted(respond=student) as server:
        found = revised(problems, box, *asked(server))
        bodies = server.bodies
    assert [one.id for one in found] == [one.id for one in problems]
    assert [len(one.turns) for one in found] == [1 if one.rank == 0 else 2 for one in problems]
    assert all(one.turns[-1].correct for one in found)
    later = [body["messages"] for body in bodies if len(body["messages"]) == 3]
    assert len(later) == 6
    shown = {messages[2]["content"] for messages in later}
    for one in found:
        if len(one.turns) == 2:
            assert prompting.again(one.turns[0].main.verdict, one.predict, "ask") in shown
    assert any("with it the output is [0], not [2,6" in text or "not [2,8]" in text for text in shown)
    assert all("def f(xs, k)" in body["messages"][0]["content"] for body in bodies)
    assert all("Scale a list." in body["messages"][0]["content"] for body in bodies)


def test_a_repeated_prediction_is_told_and_counted(box, problems):
    with Scripted(respond=Student(problems, lambda one, turn, _: wrong(one))) as server:
        found = revised(problems, box, *asked(server))
        last = [body["messages"] for body in server.bodies if len(body["messages"]) == 5]
    counts = measure(iter(found))
    assert all(len(one.turns) == 3 for one in found)
    assert counts["repeated"] == {"turn_0": 0, "turn_1": 8, "turn_2": 8}
    assert all("already wrong in an earlier turn" in messages[4]["content"] for messages in last)
    assert not any("already wrong" in messages[2]["content"] for messages in last)


def test_other_wrong_predictions_are_no_repetition(box, problems):
    with Scripted(respond=Student(problems, lambda one, turn, _: wrong(one, turn))) as server:
        found = revised(problems, box, *asked(server))
    assert set(measure(iter(found))["repeated"].values()) == {0}


def test_resampling_shows_no_verdict_and_takes_other_seeds(box, problems):
    with Scripted(respond=Student(problems, lambda one, turn, _: wrong(one))) as server:
        revised(problems, box, *asked(server, "revise.mode=resample"))
    assert {len(body["messages"]) for body in server.bodies} == {1}
    seen = [(body["messages"][0]["content"], body["seed"]) for body in server.bodies]
    assert len(set(seen)) == len(seen) == 3 * len(problems)


def test_all_samples_are_kept_and_verified_and_the_best_may_come_first(box, problems):
    student = Student(problems, lambda one, turn, sample: one.wanted if sample == 2 else wrong(one, sample))
    with Scripted(respond=student) as server:
        first = revised(problems, box, *asked(server, "answer.samples=4"))
        best = revised(problems, box, *asked(server, "answer.samples=4", "revise.choose=best"))
    for one in first:
        assert [sample.verdict.correct for sample in one.turns[0].samples] == [False, False, True, False]
        assert one.turns[0].pass_rate == 0.25
        assert len(one.turns) == 3
    for one in best:
        assert [sample.verdict.correct for sample in one.turns[0].samples] == [True, False, False, False]
        assert len(one.turns) == 1
    assert measure(iter(best))["pass_rate"] == {"0.25": 8}


def test_what_a_model_took_is_in_the_record_and_the_metrics(box, problems):
    with Scripted(respond=Student(problems, lambda one, turn, _: one.wanted)) as server:
        found = answered(problems, box, *asked(server, "answer.samples=2"))
    told = [sample.generation for one in found for sample in one.turns[0].samples]
    assert told[:2] == [
        Generation(model="m", finish="stop", prompt_tokens=10, completion_tokens=10),
        Generation(model="m", finish="stop"),
    ]
    counts = answer.measure(iter(found))
    assert (counts["samples"], counts["prompt_tokens"], counts["completion_tokens"]) == (16, 80, 80)


def test_a_problem_without_a_reply_is_dropped_with_the_reason(box, problems):
    lost = prompting.question(problems[2], "ask")
    digest = {}

    def plan(chat, number):
        return "500" if chat == digest["lost"] else None

    with Scripted(
        respond=Student(problems, lambda one, turn, _: one.wanted), plan=plan, latency=0.05
    ) as server:
        seed = int(values.unit("ask", problems[2].id, 0, 0) * 2**31)
        digest["lost"] = values.digest([{"role": "user", "content": lost}], seed)
        found = answered(problems, box, *asked(server, "server.concurrency=1"))
    dropped = [one for one in found if isinstance(one, Dropped)]
    assert [(one.id, one.reason) for one in dropped] == [(problems[2].id, "no reply: status 500")]
    assert len(found) == len(problems)


def test_an_empty_reply_is_dropped_and_a_cut_one_is_a_wrong_answer(box, problems):
    said = {0: "", 1: "I walk over the list and"}
    student = Student(problems, lambda one, turn, _: said.get(one.rank, one.wanted))
    with Scripted(respond=student, plan=lambda chat, number: "length") as server:
        found = answered(problems, box, *asked(server))
        after = revised(problems[2:4], box, *asked(server, "revise.max_turns=0"))
    assert [one.reason for one in found[:2]] == ["empty reply"] * 2
    assert {one.turns[0].main.generation.finish for one in found[2:]} == {"length"}
    assert {one.turns[0].main.verdict.status for one in after} == {"no_answer"}


def test_what_no_trace_can_tell_is_asked_all_the_same(box):
    long = "def f(n):\n    t = 0\n    for i in range(n):\n        t += i\n    return t"
    several = pose(box, long, [{"n": 900}])
    with Scripted(respond=Student(several, lambda one, turn, _: one.wanted)) as server:
        found = revised(several, box, *asked(server))
    assert all(one.turns[0].correct and one.gold == "" for one in found)


def test_held_out_problems_are_not_asked(box, problems):
    from msgspec.structs import replace

    held = [replace(one, split="natural") for one in problems]
    with Scripted() as server:
        assert answered(held, box, *asked(server)) == held
    assert not server.bodies


def test_a_run_again_asks_nothing_and_gives_the_same(box, problems):
    student = Student(problems, lambda one, turn, _: one.wanted if turn == 1 else wrong(one))
    with Scripted(respond=student) as server:
        first = revised(problems, box, *asked(server))
        count = len(server.bodies)
        assert revised(problems, box, *asked(server)) == first
    assert len(server.bodies) == count == 2 * len(problems)


def test_a_dry_run_shows_prompts_and_cost_and_sends_nothing(box, problems, tmp_path, monkeypatch):
    monkeypatch.setattr(stage, "ROOT", tmp_path)
    shards.write(tmp_path / "data" / "pose" / "part-00000.parquet", problems, Problem)
    student = Student(problems, lambda one, turn, _: wrong(one))
    price = "+server.prices.m={prompt: 1000.0, completion: 1.0}"
    with Scripted(respond=student) as server:
        params = load(*asked(server, "server.dry_run=true", price))
        with stage.screen.capture() as shown:
            stage.run(answer.STAGE, params)
        assert not server.bodies
        found = answered(problems, box, *asked(server))
        shards.write(tmp_path / "data" / "answer" / "llm" / "part-00000.parquet", found, Problem)
        with stage.screen.capture() as again:
            stage.run(answer.STAGE, params)
            preview(params)
        assert len(server.bodies) == len(problems)
    first, later = shown.get(), again.get()
    assert "first prompt: answer output" in first
    assert "Scale a list." in first
    assert "16,384" in first  # tokens at most of four replies
    assert "first prompt: feedback input" in later
    assert "with it the output is [0], not [2," in later
    assert not (tmp_path / "data" / "answer" / "llm.run.json").exists()
    with pytest.raises(BadParams, match="asks no model; pass teacher=llm"):
        stage.run(answer.STAGE, load("server.dry_run=true"))


def test_the_record_of_other_teachers_has_no_such_field(box, problems):
    found = answered(problems, box, "teacher=trace")
    plain = json.loads(shards.text(found[0].turns))
    assert set(plain[0]["samples"][0]) == {"response", "verdict", "slip"}


def test_without_the_code_the_question_holds_words_only(box, problems):
    with Scripted(respond=lambda body, sample: 'so {"output": 1}') as server:
        answered(problems, box, *asked(server, "teacher=llm_blind"))
    first = [body["messages"][0]["content"] for body in server.bodies]
    assert len(first) == len(problems)
    assert all("Scale a list." in text and "def f" not in text and "code is" not in text for text in first)
