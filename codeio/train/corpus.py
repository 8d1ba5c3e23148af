"""Choose: what stage 1 trains on, the view or a corpus in its place.   params -> Example ...

A corpus (a file of experiments/corpus/) is trained on under the same budget, schedule and stage 2 as the view. Of the
view's settings only `fraction` says anything of it. Questions that evaluation may ask are left out.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import islice

import msgspec

from codeio import assemble, values
from codeio.assemble import Example
from codeio.params import Params
from codeio.settings import Corpus
from codeio.train import conversations, instructions

SETTING = "corpus.source"


def check(params: Params) -> None:
    """Refuse a view that the store cannot give, and a corpus that is not there or not pinned."""
    assemble.check(params)
    if params.corpus:
        conversations.check(params.corpus.source, SETTING)


def examples(params: Params, counts: Counter[str]) -> Iterator[Example]:
    """What was left out and why is added to `counts`."""
    if params.corpus:
        return rows(params.corpus, params, counts)
    return assemble.view(assemble.store(params), params, counts)


def rows(corpus: Corpus, params: Params, counts: Counter[str]) -> Iterator[Example]:
    """The first `rows` of the corpus, of these the `fraction` that a hash decides."""
    found = islice(conversations.read(corpus.source, corpus.columns, SETTING), corpus.rows)
    for one in instructions.untaught(found, params.seed, counts):
        kept = values.unit(one.id) < params.fraction
        counts["examples" if kept else "beyond fraction"] += 1
        if kept:
            yield one


def data_hash(params: Params) -> str:
    """What decides the examples."""
    if not params.corpus:
        return assemble.view_hash(params)
    content = conversations.content(params.corpus.source, SETTING)
    columns = msgspec.to_builtins(params.corpus.columns)
    return values.digest("corpus", content, columns, params.corpus.rows, params.fraction)


def shown(params: Params) -> list[dict[str, str]]:
    """Some of it as rows of text, for people."""
    if not params.corpus:
        return assemble.shown(params)
    few = islice(rows(params.corpus, params, Counter()), assemble.SHOWN)
    return [
        {
            "prompt": one.messages[0].content,
            "turns": "\n\n".join(f"{m.role}: {m.content}" for m in one.messages[1:]),
            "answer": one.messages[-1].content,
            "corpus": params.corpus.name,
            "id": one.id,
        }
        for one in few
    ]
