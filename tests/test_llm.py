"""Language models: every chat one outcome, each reply kept as it comes, whatever the server does."""

import asyncio
import json
import sqlite3
import subprocess
import sys
import time

import pytest

from codeio import stage
from codeio.errors import BadParams, ModelError
from codeio.llm import Chat, Failed, Ledger, Message, Reply, opened
from codeio.llm import model as model_module
from codeio.llm.pace import Pace
from codeio.params import load
from tests.conftest import ROOT
from tests.scripted import PASSING, Scripted, echo, sometimes

QUICK = (
    "server.backoff_s=0.01",
    "server.timeout_s=20",
    "server.deadline_s=60",
    "llm.model=m",
    "server.concurrency=16",
)


@pytest.fixture(autouse=True)
def own_store(tmp_path, monkeypatch):
    monkeypatch.setattr(model_module, "ROOT", tmp_path)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)


def chats(count: int, n: int = 1, first: int = 0) -> list[Chat]:
    return [
        Chat(kind="question", messages=(Message("user", f"number {i}"),), seed=7, n=n)
        for i in range(first, first + count)
    ]


def expected(chat: Chat) -> list[str]:
    return [echo({"messages": chat.plain(), "seed": chat.seed}, k) for k in range(chat.n)]


def asked(server: Scripted, several: list[Chat], *settings: str) -> tuple[list[Reply | Failed], Ledger]:
    ledger = Ledger()
    with opened(load(*QUICK, f"server.url={server.url}", *settings), ledger) as model:
        return model.ask(several), ledger


def always(fault: str, tries: int):
    return lambda chat, number: fault if number < tries else None


def test_replies_lie_in_the_order_of_the_chats_and_samples_in_theirs():
    several = chats(40, n=3)
    with Scripted(latency=0.005) as server:
        found, ledger = asked(server, several)
    assert [[t.content for t in reply.texts] for reply in found] == [expected(chat) for chat in several]
    assert (ledger.requests, ledger.prompt_tokens, ledger.completion_tokens, ledger.cached_tokens) == (
        40,
        400,
        600,
        160,
    )


@pytest.mark.parametrize("fault", PASSING)
def test_what_passes_is_tried_again_and_counted(fault):
    several = chats(3, n=2)
    patience = 2 if fault == "slow" else 20
    with Scripted(plan=always(fault, 2)) as server:
        found, ledger = asked(server, several, f"server.timeout_s={patience}")
    assert [[t.content for t in reply.texts] for reply in found] == [expected(chat) for chat in several]
    assert ledger.requests == 9
    assert sum(ledger.failures.values()) == 6
    assert len(ledger.failures) == 1
    assert not ledger.unanswered


@pytest.mark.parametrize(
    ("fault", "finish"), [("length", "length"), ("refusal", "refused"), ("filter", "refused")]
)
def test_a_cut_or_refused_reply_is_a_reply(fault, finish):
    with Scripted(plan=always(fault, 99)) as server:
        found, ledger = asked(server, chats(2))
    assert [reply.texts[0].finish for reply in found] == [finish] * 2
    assert ledger.requests == 2


def test_a_chat_that_fails_for_itself_has_its_reason_and_the_others_their_reply():
    several = chats(60)
    bad = {"messages": several[3].plain(), "seed": 7}

    def plan(chat: str, number: int) -> str | None:
        from codeio import values

        return "500" if chat == values.digest(bad["messages"], bad["seed"]) else None

    with Scripted(plan=plan, latency=0.02) as server:
        found, ledger = asked(server, several, "server.tries=3", "server.concurrency=2")
    assert found[3] == Failed("status 500", "scripted 500") or found[3].reason == "status 500"
    assert [n for n, one in enumerate(found) if isinstance(one, Failed)] == [3]
    assert dict(ledger.unanswered) == {"status 500": 1}


def test_a_refused_request_is_not_tried_again():
    several = chats(30)
    with Scripted(plan=lambda chat, number: "400" if int(chat[0], 16) < 2 else None) as server:
        found, ledger = asked(server, several)
    failed = [one for one in found if isinstance(one, Failed)]
    assert failed
    assert {one.reason for one in failed} == {"refused by the server"}
    assert ledger.requests == 30


@pytest.mark.parametrize("fault", ["500", "cut", "no choices"])
def test_a_server_that_is_down_stops_the_run_and_keeps_what_was_said(fault):
    with Scripted() as server:
        asked(server, chats(5))
        server.plan = always(fault, 999)
        with pytest.raises(ModelError, match=r"answers nothing any more.*run it again") as raised:
            asked(server, chats(12), "server.tries=3")
        assert "\n" not in str(raised.value)
        server.plan = lambda chat, number: None
        found, ledger = asked(server, chats(12))
    assert all(isinstance(one, Reply) for one in found)
    assert (ledger.requests, ledger.from_store) == (7, 5)


def test_settings_that_no_server_takes_stop_the_run():
    with (
        Scripted(plan=always("400", 99)) as server,
        pytest.raises(ModelError, match="refuses every request: 400"),
    ):
        asked(server, chats(100))


def test_nobody_there_is_one_line():
    settings = (*QUICK, "server.url=http://127.0.0.1:9/v1", "server.tries=2")
    with opened(load(*settings), Ledger()) as model, pytest.raises(ModelError, match="no connection"):
        model.ask(chats(2))


def test_fewer_samples_than_asked_are_asked_for_again_under_other_seeds():
    def one_only(body, sample):
        return echo(body, sample)

    with Scripted(respond=one_only) as server:
        whole = server.content
        server.content = lambda body, fault: whole({**body, "n": 1}, fault)
        found, ledger = asked(server, chats(4, n=3))
    assert all(len({t.content for t in reply.texts}) == 3 for reply in found)
    assert ledger.requests == 12


def test_nothing_is_asked_twice_and_no_model_gets_the_reply_of_another():
    several = chats(20)
    with Scripted() as server:
        first, _ = asked(server, several)
        again, ledger = asked(server, several)
        assert again == first
        assert (ledger.requests, ledger.from_store) == (0, 20)
        for other in (
            "llm.model=k",
            "llm.revision=v2",
            "llm.temperature=0.1",
            "llm.top_p=0.5",
            "llm.max_tokens=9",
        ):
            assert asked(server, several, other)[1].requests == 20, other
        for changed in (
            {"seed": 8},
            {"n": 2},
            {"messages": (Message("system", "x"), Message("user", "number 0"))},
        ):
            fields = {"kind": "q", "messages": several[0].messages, "seed": 7} | changed
            assert asked(server, [Chat(**fields)])[1].requests == 1, changed


def test_equal_chats_of_one_call_are_asked_once():
    with Scripted() as server:
        found, ledger = asked(server, chats(3) + chats(3))
    assert found[:3] == found[3:]
    assert ledger.requests == 3


def test_a_checkpoint_folder_is_told_apart_by_its_bytes(tmp_path):
    at = tmp_path / "checkpoint"
    at.mkdir()
    (at / "weights").write_text("one")
    first = model_module.revision(load(f"llm.model={at}").llm)
    (at / "weights").write_text("two")
    assert model_module.revision(load(f"llm.model={at}").llm) != first


def test_two_writers_share_a_store(tmp_path):
    from codeio.llm.chat import Text
    from codeio.llm.store import Store

    one, two = Store(tmp_path / "s.db", "m"), Store(tmp_path / "s.db", "m")
    for n in range(50):
        one.put(f"a{n}", Reply(texts=(Text(f"one {n}", "stop"),)))
        two.put(f"a{n}", Reply(texts=(Text("late", "stop"),)))
        two.put(f"b{n}", Reply(texts=(Text(f"two {n}", "stop"),)))
    found = one.get([f"{x}{n}" for x in "abc" for n in range(50)])
    assert len(found) == 100
    assert found["a7"].texts[0].content == "one 7"


def test_a_store_that_is_no_store_is_refused_and_left_alone(tmp_path):
    (tmp_path / "llm.db").write_text("my notes, not a database" * 100)
    with Scripted() as server, pytest.raises(ModelError, match="cannot be used"):
        asked(server, chats(1))
    assert (tmp_path / "llm.db").read_text().startswith("my notes")


def test_the_key_comes_from_the_environment_and_is_shown_nowhere(monkeypatch, tmp_path):
    secret = "sk-test-1234567890"
    monkeypatch.setenv("OPENAI_API_KEY", secret)
    with Scripted() as server:
        asked(server, chats(2))
        assert server.keys == {f"Bearer {secret}"}
        server.content = lambda body, fault: (
            401,
            f'{{"error": {{"message": "bad key {secret}"}}}}'.encode(),
            "",
        )
        with pytest.raises(ModelError, match="refuses the key") as raised:
            asked(server, chats(2, first=50))
    assert secret not in str(raised.value)
    assert "***" in str(raised.value)
    assert not [at for at in tmp_path.rglob("*") if at.is_file() and secret.encode() in at.read_bytes()]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (("llm.model=null",), "llm.model is null"),
        (("server.url=null",), "OPENAI_API_KEY is not set"),
        (("server.url=http://me:secret@127.0.0.1:1/v1",), "holds a user or a password"),
    ],
)
def test_a_setting_that_cannot_be_is_named(settings, says):
    with pytest.raises(BadParams, match=says), opened(load(*QUICK, *settings), Ledger()):
        pass


def test_429s_lower_the_pace_and_success_raises_it():
    with Scripted(latency=0.02, most=4) as server:
        found, ledger = asked(server, chats(120), "server.concurrency=32", "server.tries=50")
    assert all(isinstance(one, Reply) for one in found)
    assert ledger.failures["too many requests"] < 120

    async def walk() -> list[float]:
        pace = Pace(16)
        begun = time.monotonic()
        pace.slower(begun)
        pace.slower(begun)  # of the same burst
        low = pace.limit
        for _ in range(40):
            async with pace:
                pace.faster()
        return [low, pace.limit]

    low, high = asyncio.run(walk())
    assert low == 8
    assert 11 < high <= 16


def test_requests_through_every_fault():
    several = chats(200)
    with Scripted(plan=sometimes(0.04)) as server:
        found, ledger = asked(server, several, "server.timeout_s=3")
    lost = [n for n, one in enumerate(found) if isinstance(one, Failed)]
    assert lost == []
    plain = [n for n, one in enumerate(found) if one.texts[0].finish == "stop"]
    assert [found[n].texts[0].content for n in plain] == [expected(several[n])[0] for n in plain]
    assert max(server.good.values()) == 1
    assert len(server.good) == 200
    assert len(ledger.failures) >= 8
    assert 4 <= 200 - len(plain) <= 60


def test_cost_counts_failed_calls_too():
    price = "+server.prices.m={prompt: 1.0, completion: 2.0, cached: 0.5}"
    with Scripted(plan=always("empty", 1)) as server:
        found, ledger = asked(server, chats(10), price)
    assert ledger.requests == 20
    assert ledger.cost == pytest.approx((20 * 6 * 1.0 + 20 * 4 * 0.5 + 20 * 5 * 2.0) / 1e6)
    assert ledger.facts()["failed_tries"] == {"empty text": 10}
    with stage.screen.capture() as shown:
        ledger.show()
    assert "20 requests" in shown.get()
    assert found[0].prompt_tokens == 10


def test_a_slow_server_keeps_all_its_places_busy():
    begun = time.monotonic()
    with Scripted(latency=0.1) as server:
        asked(server, chats(160), "server.concurrency=32")
    assert server.peak == 32
    assert time.monotonic() - begun < 5


def asking(root, url: str, out: str, count: int) -> subprocess.Popen:
    words = [f"root={root}", f"url={url}", f"out={root / out}", f"count={count}"]
    pipe = {"stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    return subprocess.Popen([sys.executable, "-m", "tests.asking", *words], **pipe)


@pytest.mark.parametrize("count", [400, pytest.param(10_000, marks=pytest.mark.full)])
def test_a_kill_costs_no_reply_that_was_stored(tmp_path, count):
    """kill -9 in the middle, then the same again: the file is that of a run that nobody disturbed."""
    for name in ("whole", "killed"):
        (tmp_path / name).mkdir()
    with Scripted(latency=0.05) as server:
        whole = asking(tmp_path / "whole", server.url, "out", count)
        assert json.loads(whole.communicate()[0])["requests"] == count
        server.good.clear()
        process = asking(tmp_path / "killed", server.url, "out", count)
        while len(server.good) < count // 3:
            assert process.poll() is None
            time.sleep(0.02)
        process.kill()
        process.wait()
        stored = (
            sqlite3.connect(tmp_path / "killed" / "llm.db")
            .execute("SELECT count(*) FROM replies")
            .fetchone()[0]
        )
        again = asking(tmp_path / "killed", server.url, "out", count)
        said = json.loads(again.communicate()[0])
    assert count // 3 - 40 <= stored < count
    assert said["from_store"] == stored
    assert said["requests"] == count - stored
    assert (tmp_path / "killed" / "out").read_bytes() == (tmp_path / "whole" / "out").read_bytes()


@pytest.mark.parametrize(
    ("code", "says"), [(401, "refuses the key"), (402, "fill its account"), (404, "check llm.model")]
)
def test_what_no_chat_will_ever_get_past_stops_the_run(code, says):
    """An empty account must not look like a refusal of each chat for itself: all would be dropped."""
    with Scripted(latency=0.01) as server:
        asked(server, chats(2))
        server.content = lambda body, fault: (code, b'{"error": {"message": "no"}}', "")
        with pytest.raises(ModelError, match=says):
            asked(server, chats(40, first=10))
