"""Several servers of one model: each chat answered once, whoever dies, is slow or comes back."""

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from codeio.errors import BadParams, ModelError
from codeio.llm import Ledger, Reply, opened
from codeio.params import load
from tests.chatting import QUICK, always, chats, expected
from tests.scripted import Scripted

pytestmark = pytest.mark.usefixtures("own_store")
LATENCY_S = 0.02


def asked_of(servers, several, *settings: str) -> tuple[list, Ledger]:
    ledger = Ledger()
    urls = ",".join(server.url for server in servers)
    with opened(load(*QUICK, f"server.url=[{urls}]", *settings), ledger) as model:
        found = model.ask(several)
        return found, ledger


def meanwhile(servers, least: int, act: Callable[[], None]) -> threading.Thread:
    """`act` once the servers have given this many replies."""

    def watch() -> None:
        while sum(len(server.good) for server in servers) < least:
            time.sleep(0.005)
        act()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    return thread


def test_equal_servers_are_asked_equally():
    with Scripted(latency=LATENCY_S) as a, Scripted(latency=LATENCY_S) as b, Scripted(latency=LATENCY_S) as c:
        several = chats(240)
        found, ledger = asked_of((a, b, c), several, "server.concurrency=8")
    assert [reply.texts[0].content for reply in found] == [expected(chat)[0] for chat in several]
    account = ledger.facts()["servers"]
    assert list(account) == [f"{server.url}/" for server in (a, b, c)]
    assert sum(one["answered"] for one in account.values()) == 240
    assert all(60 <= one["answered"] <= 100 for one in account.values())
    assert all(server.peak <= 8 for server in (a, b, c))


def test_one_server_has_no_account_of_its_own():
    with Scripted() as server:
        _, ledger = asked_of((server,), chats(2))
    assert "servers" not in ledger.facts()


@pytest.mark.parametrize("count", [400, pytest.param(10_000, marks=pytest.mark.full)])
def test_one_is_killed_and_one_slowed_and_all_are_answered_once(count):
    several = chats(count)
    with ExitStack() as dying, Scripted(latency=LATENCY_S) as slowed, Scripted(latency=LATENCY_S) as steady:
        killed = dying.enter_context(Scripted(latency=LATENCY_S))
        servers = (killed, slowed, steady)

        def fault() -> None:
            slowed.latency *= 10
            dying.close()

        thread = meanwhile(servers, count // 3, fault)
        begun = time.monotonic()
        found, ledger = asked_of(servers, several, "server.concurrency=16")
        spent = time.monotonic() - begun
        thread.join()
    assert [reply.texts[0].content for reply in found] == [expected(chat)[0] for chat in several]
    account = list(ledger.facts()["servers"].values())
    assert sum(one["answered"] for one in account) == count
    assert account[0]["failed"] > 0
    assert account[0]["failed"] < 16 + 60  # those under way, then a try now and then
    assert account[2]["answered"] > account[1]["answered"]
    assert account[1]["mean_seconds"] > account[2]["mean_seconds"]
    assert (
        sum(sum(server.good.values()) for server in servers) <= count + 16
    )  # only replies cut off on their way
    print(f"{count} chats in {spent:.1f} s: {count / spent:.0f} a second; {account}")


def test_a_server_that_comes_back_is_taken_back():
    first = Scripted(latency=LATENCY_S)
    with first, Scripted(latency=LATENCY_S) as second:
        urls = f"server.url=[{first.url},{second.url}]"
        with opened(load(*QUICK, urls, "server.concurrency=4"), ledger := Ledger()) as model:
            model.ask(chats(40))
            first.__exit__()
            model.ask(chats(80, first=100))
            seen = len(first.good)
            first.__enter__()
            assert all(isinstance(one, Reply) for one in model.ask(chats(900, first=1000)))
    assert len(first.good) > seen + 100
    assert ledger.failures["no connection"] < 60


def test_all_servers_down_stop_the_run():
    with Scripted(plan=always("500", 999)) as a, Scripted(plan=always("500", 999)) as b:
        with pytest.raises(ModelError, match=r"answers nothing any more: status 500") as raised:
            asked_of((a, b), chats(2), "server.tries=3")
        assert a.url in str(raised.value)
        assert b.url in str(raised.value)


def test_one_that_refuses_the_key_is_named():
    with Scripted() as a, Scripted() as b:
        b.content = lambda body, fault: (401, b'{"error": {"message": "no"}}', "")
        with pytest.raises(ModelError, match=f"{b.url}/ refuses the key"):
            asked_of((a, b), chats(20))


def test_a_password_in_any_address_is_refused():
    with pytest.raises(BadParams, match="holds a user or a password"):
        asked_of((Named("http://127.0.0.1:1/v1"), Named("http://me:secret@127.0.0.1:2/v1")), chats(1))


class Named:
    def __init__(self, url: str) -> None:
        self.url = url
