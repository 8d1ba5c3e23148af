"""Model: ask what is not in the store yet, keep each reply as it comes.   Chat ... -> Reply | Failed, in their order"""

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from msgspec.structs import replace

from codeio import facts
from codeio.errors import BadParams
from codeio.llm.chat import Backend, Chat, Failed, Reply, key
from codeio.llm.ledger import Ledger
from codeio.llm.store import Store
from codeio.params import ROOT, Params
from codeio.settings import Llm


class Model:
    """A language model behind its store of replies."""

    def __init__(self, p: Llm, backend: Backend, store: Store, ledger: Ledger) -> None:
        self.p, self.backend, self.store, self.ledger = p, backend, store, ledger
        self.revision = revision(p)

    def ask(self, chats: Sequence[Chat]) -> list[Reply | Failed]:
        """One outcome per chat. A server that gives fewer than `n` samples at once is asked for the others."""
        begun = time.monotonic()
        found = self.known_or_asked(chats)
        short = [n for n, chat in enumerate(chats) if missing(chat, found[n])]
        while short:
            more = self.known_or_asked([rest(chats[n], found[n]) for n in short])
            for n, reply in zip(short, more, strict=True):
                found[n] = joined(found[n], reply)
            short = [
                n for n, reply in zip(short, more, strict=True) if missing(chats[n], found[n]) and gave(reply)
            ]
        for outcome in found:
            self.ledger.ended(outcome)
        self.ledger.seconds += time.monotonic() - begun
        return found

    def known_or_asked(self, chats: Sequence[Chat]) -> list[Reply | Failed]:
        """Replies of the store; the other chats are asked, equal ones once."""
        places: dict[str, list[int]] = defaultdict(list)
        for number, chat in enumerate(chats):
            places[key(chat, self.p, self.revision)].append(number)
        outcomes: dict[str, Reply | Failed] = dict(self.store.get(list(places)))
        self.ledger.from_store += len(outcomes)
        left = [name for name in places if name not in outcomes]

        def done(number: int, outcome: Reply | Failed) -> None:
            outcomes[left[number]] = outcome
            if isinstance(outcome, Reply):
                self.store.put(left[number], outcome)

        if left:
            self.backend.ask([chats[places[name][0]] for name in left], done)
        by_place = {number: outcomes[name] for name, numbers in places.items() for number in numbers}
        return [by_place[number] for number in range(len(chats))]


def missing(chat: Chat, outcome: Reply | Failed) -> int:
    """Samples that are still to come of a chat that got some."""
    return chat.n - len(outcome.texts) if isinstance(outcome, Reply) else 0


def gave(outcome: Reply | Failed) -> bool:
    return isinstance(outcome, Reply) and len(outcome.texts) > 0


def rest(chat: Chat, reply: Reply) -> Chat:
    """The chat for the samples that a reply lacks, under a seed of its own."""
    return replace(chat, n=missing(chat, reply), seed=chat.seed + len(reply.texts))


def joined(first: Reply, more: Reply | Failed) -> Reply:
    """Both replies as one; what failed later takes nothing away."""
    if isinstance(more, Failed):
        return first
    return Reply(
        texts=first.texts + more.texts,
        prompt_tokens=first.prompt_tokens + more.prompt_tokens,
        cached_tokens=first.cached_tokens + more.cached_tokens,
        completion_tokens=first.completion_tokens + more.completion_tokens,
    )


def revision(p: Llm) -> str:
    """What tells two models of one name apart: `llm.revision`, and the bytes of a checkpoint in a folder."""
    at = Path(p.model or "")
    return f"{p.revision or ''} {facts.folder_hash(at)}" if at.is_dir() else p.revision or ""


@contextmanager
def opened(params: Params, ledger: Ledger) -> Iterator[Model]:
    """The model of params, with its store. Raises BadParams where none is named."""
    p, s = params.llm, params.server
    if not p.model:
        raise BadParams(
            "llm.model is null: name the model to ask (`-S llm.model=...`, and server.url for a server)"
        )
    ledger.price = s.prices.get(p.model)
    store = Store(ROOT / s.store, p.model)
    with closing(store), closing(backend(params, ledger)) as answers:
        try:
            yield Model(p, answers, store, ledger)
        finally:  # a run that is stopped was paid for too
            if ledger.requests or ledger.from_store:
                ledger.show()


def backend(params: Params, ledger: Ledger) -> Backend:
    """The one that `llm.backend` names; the others' libraries are not imported."""
    p, s = params.llm, params.server
    if p.backend == "vllm":
        from codeio.llm.offline import Offline

        return Offline(p, s, params.machine, ledger)
    if p.backend == "transformers":
        from codeio.llm.local import Transformers

        return Transformers(p, ledger)
    try:
        from codeio.llm.server import OpenAICompatible
    except ImportError as error:
        raise BadParams(
            f"llm.backend=openai: {error.name} is not installed; `pip install 'codeio[llm]'`"
        ) from error
    return OpenAICompatible(p, s, ledger)
