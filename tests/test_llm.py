"""Language models: every chat one outcome, each reply kept as it comes and asked for once."""

import json
import multiprocessing
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from codeio import stage
from codeio.errors import BadParams, ModelError
from codeio.llm import Chat, Ledger, Message, Reply, opened
from codeio.llm import model as model_module
from codeio.llm.chat import Text
from codeio.llm.store import Store
from codeio.params import load
from tests import asking
from tests.chatting import QUICK, always, asked, chats, expected
from tests.conftest import ROOT
from tests.scripted import Scripted, echo

pytestmark = pytest.mark.usefixtures("own_store")


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
    one, two = Store(tmp_path / "s.db", "m"), Store(tmp_path / "s.db", "m")
    for n in range(50):
        one.put(f"a{n}", Reply(texts=(Text(f"one {n}", "stop"),)))
        two.put(f"a{n}", Reply(texts=(Text("late", "stop"),)))
        two.put(f"b{n}", Reply(texts=(Text(f"two {n}", "stop"),)))
    found = one.get([f"{x}{n}" for x in "abc" for n in range(50)])
    assert len(found) == 100
    assert found["a7"].texts[0].content == "one 7"


def written(path: Path, name: str) -> None:
    """Two hundred replies: half of them under keys that every writer has."""
    store = Store(path, "m")
    for n in range(100):
        store.put(f"shared {n}", Reply(texts=(Text(f"{name} {n}", "stop"),)))
        store.put(f"{name} {n}", Reply(texts=(Text(f"{name} {n}", "stop"),)))
    store.close()


def test_processes_that_write_at_once_lose_nothing_and_overwrite_nothing(tmp_path):
    path, names = tmp_path / "s.db", ("a", "b", "c")
    writers = [multiprocessing.get_context("fork").Process(target=written, args=(path, x)) for x in names]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    assert [one.exitcode for one in writers] == [0, 0, 0]
    rows = sqlite3.connect(path).execute("SELECT key, reply FROM replies").fetchall()
    found = {key: json.loads(said)["texts"][0]["content"] for key, said in rows}
    assert len(found) == 400
    assert all(found[f"{x} {n}"] == f"{x} {n}" for x in names for n in range(100))
    assert all(found[f"shared {n}"] in {f"{x} {n}" for x in names} for n in range(100))


def test_a_store_that_is_no_store_is_refused_and_left_alone(tmp_path):
    (tmp_path / "llm.db").write_text("my notes, not a database" * 100)
    with Scripted() as server, pytest.raises(ModelError, match="cannot be used"):
        asked(server, chats(1))
    assert (tmp_path / "llm.db").read_text().startswith("my notes")


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (("llm.model=null",), "llm.model is null"),
        (("server.url=null",), "OPENAI_API_KEY is not set"),
        (("server.url=http://me:secret@127.0.0.1:1/v1",), "holds a user or a password"),
        (("server.url=me:secret@127.0.0.1/v1",), "holds a user or a password"),
        (("server.url=127.0.0.1:8000/v1",), "no address such as http://127.0.0.1:8000/v1"),
        (("server.url=http://127.0.0.1:80a/v1",), "no address such as"),
    ],
)
def test_a_setting_that_cannot_be_is_named(settings, says):
    with pytest.raises(BadParams, match=says), opened(load(*QUICK, *settings), Ledger()):
        pass


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
    assert "10 empty text" in shown.get()
    assert found[0].prompt_tokens == 10


def whole(root: Path, url: str, count: int, capsys) -> dict[str, Any]:
    """What a run that nobody disturbs took."""
    asking.main({"root": str(root), "url": url, "out": str(root / "out"), "count": str(count)})
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def killed(root: Path, server: Scripted, count: int) -> None:
    """kill -9 of a process that asks, when a third is answered."""
    words = [f"root={root}", f"url={server.url}", f"out={root / 'out'}", f"count={count}"]
    process = subprocess.Popen([sys.executable, "-m", "tests.asking", *words], cwd=ROOT)
    while len(server.good) < count // 3:
        assert process.poll() is None
        time.sleep(0.02)
    process.kill()
    process.wait()


@pytest.mark.parametrize("count", [400, pytest.param(10_000, marks=pytest.mark.full)])
def test_a_kill_costs_no_reply_that_was_stored(tmp_path, count, capsys):
    """kill -9 in the middle, then the same again: the file is that of a run that nobody disturbed."""
    undisturbed, disturbed = tmp_path / "whole", tmp_path / "killed"
    undisturbed.mkdir()
    disturbed.mkdir()
    with Scripted(latency=0.05) as server:
        assert whole(undisturbed, server.url, count, capsys)["requests"] == count
        server.good.clear()
        killed(disturbed, server, count)
        store = sqlite3.connect(disturbed / "llm.db")
        (stored,) = store.execute("SELECT count(*) FROM replies").fetchone()
        said = whole(disturbed, server.url, count, capsys)
    assert count // 3 - 40 <= stored < count
    assert (said["from_store"], said["requests"]) == (stored, count - stored)
    assert (disturbed / "out").read_bytes() == (undisturbed / "out").read_bytes()
