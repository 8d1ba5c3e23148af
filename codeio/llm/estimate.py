"""Estimate: what asking would send and cost, before anything is sent.   Chat ... -> a screen   (server.dry_run)"""

from collections import Counter
from collections.abc import Iterable

from rich.markup import escape
from rich.table import Table

from codeio.llm.chat import Chat, key
from codeio.llm.ledger import priced
from codeio.llm.model import revision
from codeio.llm.store import Store
from codeio.params import ROOT, Params
from codeio.stage import screen

CHARACTERS = 4  # of a token, as a rule of thumb: no tokenizer is asked


def show(chats: Iterable[Chat], params: Params) -> None:
    """The first prompt of each kind word for word, then requests, tokens and cost; nothing is sent."""
    chosen = list(chats)
    first: dict[str, Chat] = {}
    for one in chosen:
        first.setdefault(one.kind, one)
    for kind, one in first.items():
        screen.rule(f"first prompt: {kind}")
        for message in one.messages:
            screen.print(f"[{message.role}]\n{message.content}", markup=False, soft_wrap=True)
    screen.rule("estimate, nothing was sent")
    screen.print(table(chosen, known(chosen, params), params))


def known(chats: list[Chat], params: Params) -> set[str]:
    """Keys whose reply lies in the store."""
    path = ROOT / params.server.store
    if not path.exists():
        return set()
    store = Store(path, params.llm.model or "")
    found = set(store.get([key(one, params.llm, revision(params.llm)) for one in chats]))
    store.close()
    return found


def table(chats: list[Chat], stored: set[str], params: Params) -> Table:
    p, named = params.llm, params.server.prices.get(params.llm.model or "")
    requests, prompt, most, free = Counter(), Counter(), Counter(), Counter()
    for one in chats:
        if key(one, p, revision(p)) in stored:
            free[one.kind] += 1
            continue
        requests[one.kind] += 1
        prompt[one.kind] += sum(len(message.content) for message in one.messages) // CHARACTERS
        most[one.kind] += one.n * p.max_tokens
    out = Table(title=escape(f"llm.model={p.model}"), title_justify="left")
    for head in (
        "kind",
        "in the store",
        "requests",
        "prompt tokens, about",
        "reply tokens, at most",
        "cost, at most",
    ):
        out.add_column(head, justify="left" if head == "kind" else "right")
    for kind in sorted({one.kind for one in chats}):
        cost = "no price" if named is None else f"{priced(prompt[kind], 0, most[kind], named):,.2f}"
        cells = (free[kind], requests[kind], prompt[kind], most[kind])
        out.add_row(kind, *(f"{n:,}" for n in cells), cost)
    return out
