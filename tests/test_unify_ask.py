"""Files unified by a model: replies written by us, from the server's wire to revised answers, no GPU anywhere."""

import importlib.metadata
import json
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from codeio import execute, pose, prompting, revise, shards, stage, verify
from codeio.answer import __main__ as answer
from codeio.collect import __main__ as collect
from codeio.llm import estimate
from codeio.llm import model as model_module
from codeio.params import load
from codeio.records import Dropped, Function, Problem
from codeio.unify import __main__ as unify
from codeio.unify import sections
from tests.conftest import ROOT
from tests.scripted import Scripted
from tests.unifying import sandbox, source

REPLIES = ROOT / "tests" / "replies"
QUICK = ("llm.model=scribe", "server.backoff_s=0.01", "server.tries=2", "server.concurrency=4")


class Recorded(NamedTuple):
    """Our replies about one raw file, and what shall come of them."""

    path: str
    text: str
    drops: list[str]
    ends: str
    replies: list[str]


def recorded(at: Path) -> Recorded:
    """A record: its head, the file itself unless it is one of the default corpus, the replies in turn."""
    head, *parts = at.read_text().split("%%%%\n")
    said = [line.split(": ", 1) for line in head.splitlines()]
    drops = [value for name, value in said if name == "drop"]
    path = said[0][1]
    text = parts.pop(0) if path.startswith("own/") else installed(path)
    return Recorded(path, text, drops, dict(said)["ends"], parts)


def installed(path: str) -> str:
    """The file as the installed distribution holds it."""
    held = importlib.metadata.distribution("algorithms")
    return Path(str(held.locate_file(path))).read_text(encoding="utf-8")


ALL = [recorded(at) for at in sorted(REPLIES.glob("*.txt"))]
MADE = sum(one.ends == "function" for one in ALL)
PAIRS = 3


class Scribe:
    """The model: unifies by our record; answers every second problem wrongly at first, and one always."""

    def __init__(self) -> None:
        self.problems: dict[str, Problem] = {}

    def __call__(self, body, sample):
        asked = body["messages"][0]["content"]
        turn = len(body["messages"]) // 2
        if found := re.search(r"^The file \((.*)\):$", asked, re.M):
            replies = next(one for one in ALL if one.path == found[1]).replies
            return replies[min(turn, len(replies) - 1)]
        one = self.problems[asked]
        right = turn > 0 if one.rank == 1 else one.rank != 2
        wrong = {"of": "nobody"} if one.predict == "input" else f"not it {turn}"
        return f"Step by step.\n{prompting.answer(one.predict, one.wanted if right else wrong)}"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """The raw files in one folder."""
    at = tmp_path_factory.mktemp("corpus")
    for one in ALL:
        (at / one.path).parent.mkdir(parents=True, exist_ok=True)
        (at / one.path).write_text(one.text, encoding="utf-8")
    return at


@pytest.fixture(scope="module")
def walked(corpus, tmp_path_factory):
    """All stages for real, in a folder of their own; the root of what they wrote."""
    root = tmp_path_factory.mktemp("root")
    scribe = Scribe()
    with pytest.MonkeyPatch.context() as patch, Scripted(respond=scribe) as server:
        for one in (stage, model_module, estimate):
            patch.setattr(one, "ROOT", root)
        patch.setattr(verify, "CACHE", root / "calls.sqlite")
        patch.delenv("OPENAI_API_KEY", raising=False)
        settings = [
            *QUICK, f"server.url={server.url}", f"collect.directory={corpus}", "collect.installed=[]",
            "collect.procedural.programs=0", "unify.backend=llm", "unify.heldout_natural=0", f"execute.pairs={PAIRS}",
            "execute.heldout_pairs=0", "execute.pool=30", "teacher=llm", "workers=1",
        ]  # fmt: skip
        params = load(*settings)
        for made in (collect.STAGE, unify.STAGE, execute.STAGE, pose.STAGE):
            stage.run(made, params)
        every = list(shards.read_all(root / "data" / "pose", Problem))
        scribe.problems = {prompting.question(one, "ask"): one for one in every}
        assert len(scribe.problems) == len(every)  # two pairs of one output are one question
        for made in (answer.STAGE, revise.STAGE):
            stage.run(made, params)
    return root


def rows(walked, name, record):
    return list(shards.read_all(walked / "data" / name, record))


def test_each_file_is_a_function_or_has_its_reasons(walked):
    functions = {f.path: f for f in rows(walked, "unify", Function)}
    dropped = rows(walked, "unify/dropped", Dropped)
    for one in ALL:
        reasons = [d.reason for d in sorted(dropped, key=lambda d: d.id) if f"/{one.path} reply" in d.id]
        ended = [] if one.ends == "function" else [one.ends]
        assert reasons == one.drops + ended, one.path
        assert (one.path in functions) == (one.ends == "function"), one.path


def test_thirty_files_are_good_almost_right_and_hopeless():
    right = [one for one in ALL if one.ends == "function"]
    assert (len(ALL), len(right), sum(bool(one.drops) for one in right)) == (30, 25, 11)


def test_an_unusable_reply_is_kept_word_for_word(walked):
    dropped = rows(walked, "unify/dropped", Dropped)
    (shuffled,) = [d for d in dropped if d.id.endswith("bogo_sort.py reply 0")]
    assert shuffled.detail == next(one for one in ALL if "bogo" in one.path).replies[0]
    (wrong,) = [d for d in dropped if d.id.endswith("reconstruct_queue.py reply 0")]
    assert "unexpected keyword argument 'persons'" in wrong.detail


def test_functions_carry_the_models_words_and_certified_pairs(walked):
    made = rows(walked, "execute", Function)
    assert len(made) == MADE
    for f in made:
        assert (f.entry, f.backend, f.tier) == ("main_solution", "llm: scribe", "model")
        assert f.statement.endswith(("?", "."))
        assert "?" in f.statement
        assert len(f.pairs) == PAIRS
        assert '"""' not in f.code
        assert "__main__" not in f.code


def test_answers_are_verified_and_revised(walked):
    found = rows(walked, "revise/llm", Problem)
    assert len(found) == MADE * PAIRS * 2
    for one in found:
        if one.rank == 0:
            assert [turn.correct for turn in one.turns] == [True]
        elif one.rank == 1:
            assert [turn.correct for turn in one.turns] == [False, True]
        else:
            assert [turn.correct for turn in one.turns] == [False] * 3
    told = {turn.main.verdict.status for one in found for turn in one.turns}
    assert {"ok", "mismatch", "exception"} <= told


def test_metrics_and_sidecars_say_what_it_took(walked):
    metrics = json.loads((walked / "metrics" / "revise-llm.json").read_text())
    assert metrics["turns"]["turn_0"] == {"answers": 6 * MADE, "right": 2 * MADE}
    assert metrics["turns"]["turn_1"] == {"answers": 4 * MADE, "right": 2 * MADE}
    assert metrics["repeated"]["turn_2"] == MADE  # the same wrong input again; the outputs differ
    assert metrics["prompt_tokens"] == 10 * (6 + 4 + 2) * MADE
    volatile = json.loads((walked / "data" / "unify.run.json").read_text())
    assert volatile["requests"] == len(ALL) + sum(len(one.drops) for one in ALL)
    assert volatile["cost"] is None
    assert json.loads((walked / "metrics" / "unify.json").read_text())["backend_llm"] == MADE


TWO = "def double(n: int):\n    return 2 * n + 1\n\n\ndef triple(n: int):\n    return 3 * n\n"
MODELS = "## Statement\nTwice?\n## Input and output\n`n` int\n## Code\n```\nimport math\ndef main_solution(n):\n    return math.floor(n) * 2 + 1\n```\n## Generator\n```\ndef input_generator(rng):\n    return {'n': rng.randint(0, 50)}\n```\n"  # noqa: E501
SCRIPT = "function half(n) { return Math.floor(n / 2); }\n"


@pytest.fixture(scope="module")
def box():
    with sandbox() as opened:
        yield opened


@pytest.mark.parametrize(
    ("prefer", "backends", "asked"),
    [
        ("static", {"a.py": {"static"}, "b.js": {"llm: scribe"}}, 1),
        ("llm", {"a.py": {"llm: scribe"}, "b.js": {"llm: scribe"}}, 2),
        ("union", {"a.py": {"static", "llm: scribe"}, "b.js": {"llm: scribe"}}, 2),
    ],
)
def test_two_backends_merge_per_file(own_store, box, prefer, backends, asked):
    """The other language is the model's alone; the model is only asked where its functions would be taken."""
    texts = {"Twice?": MODELS, "half": MODELS.replace("* 2 + 1", "// 2")}

    def respond(body, sample):
        return texts["half" if "Math.floor" in body["messages"][0]["content"] else "Twice?"]

    files = [source(TWO, "a.py"), source(SCRIPT, "b.js")]
    with Scripted(respond=respond) as server:
        settings = (*QUICK, f"server.url={server.url}", "unify.backend=both", f"unify.prefer={prefer}")
        params = load(*settings)
        with unify.asked(params, unify.Ledger()) as model:
            found = list(unify.shard(files, box, params.unify, model))
        assert len(server.bodies) == asked
    made = [one for one in found if isinstance(one, Function)]
    assert {path: {f.backend for f in made if f.path == path} for path in backends} == backends
    assert len({f.id for f in made}) == len(made)


def test_a_schema_is_sent_where_the_server_has_it(own_store, box):
    said = {"statement": "Twice?", "io_description": "n", "code": "def main_solution(n):\n    return n * 2 + 1",
            "input_generator": "def input_generator(rng):\n    return {'n': rng.randint(0, 50)}"}  # fmt: skip
    with Scripted(respond=lambda body, sample: json.dumps(said)) as server:
        params = load(*QUICK, f"server.url={server.url}", "unify.backend=llm", "llm.json_schema=true")
        with unify.asked(params, unify.Ledger()) as model:
            found = list(unify.shard([source(TWO)], box, params.unify, model))
        (body,) = server.bodies
    assert [type(one) for one in found] == [Function]
    assert body["response_format"]["json_schema"]["schema"] == sections.SCHEMA
    assert "one JSON object" in body["messages"][0]["content"]


CODE = "def main_solution(n):\n    return n"
MAKE = "def input_generator(rng):\n    return {}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"## Statement\nx?\n## Input and output\ny\n## Code\n{CODE}\n## Input generator\n{MAKE}", None),
        (f"# STATEMENT:\nx?\n# I/O Description\ny\n```\n{CODE}\n\n{MAKE}\n```", None),
        (f"**1. Statement**\nx?\n**2. Inputs and outputs:**\ny\n```\n# Code\n{CODE}\n```\n```\n{MAKE}\n```", None),
        (json.dumps({"Problem": "x?", "io description": "y", "code": f"```\n{CODE}\n```", "generator": MAKE}), None),
        (f"## Statement\nx?\n## Code\n{CODE}\n## Input generator\n{MAKE}", "no io description"),
        (f"## Statement\nx?\n## Input and output\ny\n## Code\n{CODE}", "no input generator"),
        ("", "no statement"),
        ("```", "no statement"),
        ('{"statement": 3}', "no statement"),
        ('{"statement": "x', "no statement"),
    ],
)  # fmt: skip
def test_a_reply_is_read_however_it_is_decorated(text, says):
    found = sections.read(text)
    if says:
        assert found == says
    else:
        assert (found.statement, found.io_description) == ("x?", "y")
        assert sections.lacks(found.code, "main_solution") is None
        assert sections.lacks(found.input_generator, "input_generator") is None


def test_a_long_file_is_not_sent(own_store, box):
    with Scripted() as server:
        params = load(*QUICK, f"server.url={server.url}", "unify.backend=llm", "unify.max_file_chars=10")
        with unify.asked(params, unify.Ledger()) as model:
            (one,) = unify.shard([source(TWO)], box, params.unify, model)
    assert one.reason == "file too long for the model"
    assert not server.bodies
