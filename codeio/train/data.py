"""Encode: chat examples as tokens and labels.   Example -> input_ids, labels

Labels are made here and not by the trainer, so that each assistant turn can be supervised or not; the end of the
turn always belongs to it. What is too long is left out and counted, never cut.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from transformers import PreTrainedTokenizerBase

from codeio.assemble import Example

IGNORED = -100  # label of a token that the loss does not count
Row = dict[str, list[int]]


def encoded(
    examples: Iterable[Example], tokenizer: PreTrainedTokenizerBase, context: int, counts: Counter[str]
) -> Iterator[Row]:
    """Rows of at most `context` tokens with at least one supervised one."""
    for example in examples:
        row = encode(example, tokenizer)
        if len(row["input_ids"]) > context:
            counts["longer than the context"] += 1
        elif all(label == IGNORED for label in row["labels"]):
            counts["nothing supervised"] += 1
        else:
            counts["trained"] += 1
            counts["tokens"] += len(row["input_ids"])
            counts["supervised tokens"] += sum(label != IGNORED for label in row["labels"])
            yield row


def encode(example: Example, tokenizer: PreTrainedTokenizerBase) -> Row:
    """Tokens of the whole conversation; labels where a supervised assistant message stands.

    A prefix of a conversation renders to a prefix of its tokens (each message starts with a special token), so the
    spans of the messages are the differences between prefixes.
    """
    plain = [{"role": m.role, "content": m.content} for m in example.messages]
    ids = tokens(tokenizer, plain)
    labels = [IGNORED] * len(ids)
    for n in example.supervised:
        start = len(tokens(tokenizer, plain[:n], ask=True))
        end = len(tokens(tokenizer, plain[: n + 1]))
        labels[start:end] = ids[start:end]
    return {"input_ids": ids, "labels": labels}


def tokens(
    tokenizer: PreTrainedTokenizerBase, messages: list[dict[str, Any]], ask: bool = False
) -> list[int]:
    if not messages:
        return []
    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=ask)
    return tokenizer(text, add_special_tokens=False)["input_ids"]
