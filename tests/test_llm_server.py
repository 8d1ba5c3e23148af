"""A server and its faults: what is tried again, what is a reply, what stops the run."""

import time
import traceback

import pytest

from codeio import stage
from codeio.errors import ModelError
from codeio.llm import Failed, Ledger, Reply, opened
from codeio.llm import ledger as ledger_module
from codeio.llm.pace import Pace
from codeio.params import load
from tests.chatting import QUICK, always, asked, chats, expected
from tests.scripted import PASSING, Scripted, sometimes

pytestmark = pytest.mark.usefixtures("own_store")


@pytest.mark.parametrize("fault", PASSING)
def test_what_passes_is_tried_again_and_counted(fault):
    several = chats(3, n=2)
    patience, times = (2, 1) if fault == "slow" else (20, 2)
    with Scripted(plan=always(fault, times)) as server:
        found, ledger = asked(server, several, f"server.timeout_s={patience}")
    assert [[t.content for t in reply.texts] for reply in found] == [expected(chat) for chat in several]
    assert ledger.requests == 3 + 3 * times
    assert sum(ledger.failures.values()) == 3 * times
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


def test_nobody_there_is_one_line_and_said_on_the_way(monkeypatch):
    monkeypatch.setattr(ledger_module, "EVERY_S", 0.0)
    settings = (*QUICK, "server.url=http://127.0.0.1:9/v1", "server.tries=2")
    with (
        stage.screen.capture() as shown,
        opened(load(*settings), Ledger()) as model,
        pytest.raises(ModelError, match="no connection"),
    ):
        model.ask(chats(2))
    assert "failed tries: 1 no connection" in shown.get()


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
    assert secret not in "".join(traceback.format_exception(raised.value))
    assert "***" in str(raised.value)
    assert not [at for at in tmp_path.rglob("*") if at.is_file() and secret.encode() in at.read_bytes()]


def test_429s_lower_the_pace_and_success_raises_it():
    with Scripted(latency=0.02, most=4) as server:
        found, ledger = asked(server, chats(120), "server.concurrency=32", "server.tries=50")
    assert all(isinstance(one, Reply) for one in found)
    assert ledger.failures["too many requests"] < 120

    pace = Pace(16)
    begun = time.monotonic()
    pace.slower(begun)
    pace.slower(begun)  # of the same burst
    low = pace.limit
    for _ in range(40):
        pace.faster()
    high = pace.limit
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
    assert 8 <= 200 - len(plain) <= 48


def test_all_places_of_a_server_are_busy_all_the_time():
    """A server that answers only when 32 requests wait there at once: with one place empty nobody gets a reply."""
    with Scripted(together=32) as server:
        found, ledger = asked(server, chats(160), "server.concurrency=32")
    assert all(isinstance(one, Reply) for one in found)
    assert (server.peak, ledger.requests) == (32, 160)


@pytest.mark.parametrize(
    ("code", "says"),
    [(401, "set another OPENAI_API_KEY"), (402, "fill its account"), (404, "check llm.model")],
)
def test_what_no_chat_will_ever_get_past_stops_the_run(code, says):
    """An empty account must not look like a refusal of each chat for itself: all would be dropped."""
    with Scripted(latency=0.01) as server:
        asked(server, chats(2))
        server.content = lambda body, fault: (code, b'{"error": {"message": "no"}}', "")
        with stage.screen.capture() as shown, pytest.raises(ModelError, match=rf"\({code}: .*no\).*{says}"):
            asked(server, chats(40, first=10))
    assert "failed tries: " in shown.get()
    assert "refused by the server" in shown.get()
