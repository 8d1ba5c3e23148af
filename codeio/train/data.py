"""Encode: chat examples as tokens and labels.   Example -> (token, supervised) ...

Labels are made here and not by the trainer, so that each assistant turn can be supervised or not; the end of the
turn always belongs to it. What is too long is left out and counted, never cut.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from random import Random
from typing import Any, NamedTuple

import numpy as np
from tokenizers import Encoding
from transformers import PreTrainedTokenizerBase

from codeio.assemble import Example

TOGETHER = 1000  # conversations that are tokenised at once
ALIKE = 80  # batches' worth of rows that are sorted by length together


class Row(NamedTuple):
    name: str  # Example.id
    tokens: np.ndarray  # (token, supervised) of each, int32


def encoded(
    examples: Iterable[Example], tokenizer: PreTrainedTokenizerBase, context: int, counts: Counter[str]
) -> Iterator[Row]:
    """Rows of at most `context` tokens with at least one supervised one."""
    examples = iter(examples)
    while part := list(islice(examples, TOGETHER)):
        for row in rows(part, tokenizer):
            supervised = int(row.tokens[:, 1].sum())
            if len(row.tokens) > context:
                counts["longer than the context"] += 1
            elif not supervised:
                counts["nothing supervised"] += 1
            else:
                counts["trained"] += 1
                counts["tokens"] += len(row.tokens)
                counts["supervised tokens"] += supervised
                yield row


def rows(examples: Sequence[Example], tokenizer: PreTrainedTokenizerBase) -> Iterator[Row]:
    """Tokens of whole conversations; supervised is what starts in a supervised assistant message."""
    told = [told_and_spans(example, tokenizer) for example in examples]
    made = tokenizer([text for text, _ in told], add_special_tokens=False, return_attention_mask=False)
    every = zip(examples, told, made["input_ids"], made.encodings, strict=True)
    for example, (_, spans), ids, encoding in every:
        tokens = np.zeros((len(ids), 2), dtype=np.int32)
        tokens[:, 0] = ids
        for start, end in spans:
            tokens[first_from(start, encoding) : first_from(end, encoding), 1] = 1
        yield Row(example.id, tokens)


def first_from(place: int, encoding: Encoding) -> int:
    """The first token that starts at a place of the text or behind it; asked for few, not listed for all."""
    return bisect_left(range(len(encoding)), place, key=lambda n: encoding.token_to_chars(n)[0])


def told_and_spans(example: Example, tokenizer: PreTrainedTokenizerBase) -> tuple[str, list[tuple[int, int]]]:
    """The conversation as text, and from where to where each supervised message goes.

    What comes before a message renders to a prefix of the whole, so the lengths of prefixes are the bounds. The
    role's own mark belongs to the question: a model that answers is given it.
    """
    chat = [{"role": m.role, "content": m.content} for m in example.messages]

    def length(count: int, ask: bool) -> int:
        part = rendered(tokenizer, chat[:count], ask) if count < len(chat) or ask else text
        return len(part) if ask else len(part.rstrip("\n"))  # some write a line's end behind the turn's

    text = rendered(tokenizer, chat)
    return text, [(length(n, True), length(n + 1, False)) for n in example.supervised]


def rendered(tokenizer: PreTrainedTokenizerBase, chat: list[dict[str, Any]], ask: bool = False) -> str:
    return tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=ask)


def order(lengths: Sequence[int], batch: int, steps: int, seed: int) -> list[int]:
    """Which rows the steps see, `batch` indices per step: rows of like length together, lengths in no order.

    The trainer's own grouping goes from long to short over and over; with the same tokens the tiny model ended at a
    loss of 0.12 instead of 0.08.
    """
    rng, found = Random(seed), []
    while len(found) < steps * batch:
        rows = list(range(len(lengths))) * -(-batch // len(lengths))
        rng.shuffle(rows)
        parts = (
            sorted(rows[at : at + batch * ALIKE], key=lengths.__getitem__)
            for at in range(0, len(rows), batch * ALIKE)
        )
        batches = [part[at : at + batch] for part in parts for at in range(0, len(part), batch)]
        whole = [one for one in batches if len(one) == batch]
        rng.shuffle(whole)
        found += chain.from_iterable(whole)
    return found[: steps * batch]
