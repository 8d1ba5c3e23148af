"""Generate: greedy answers of a checkpoint, in batches.   prompts -> responses"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from rich.progress import Progress
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from codeio.params import Params
from codeio.stage import progress
from codeio.train import model

ROOM = 8  # tokens that an answer needs at least
FIRST = 64  # tokens after which what has not ended is told from what has


class Loaded(NamedTuple):
    """A checkpoint ready to answer."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    device: str


def open_checkpoint(at: object, params: Params) -> Loaded:
    from transformers import AutoTokenizer

    model.settle(params)
    device = params.machine.device
    found = model.load(str(at), params.model.attention).to(device).eval()
    found.config.use_cache = True
    return Loaded(found, AutoTokenizer.from_pretrained(str(at)), device)


def answers(questions: Sequence[str], by: Loaded, params: Params) -> list[str | None]:
    """A response per question, None where the question leaves no room in the context.

    A batch takes as long as its longest answer. So all are begun, and those without an end after some tokens go on
    in batches of their own, twice as far each time: what is read again then is soon paid for.
    """
    asked = [encode(question, by.tokenizer) for question in questions]
    rooms = [min(params.evaluate.max_new_tokens, params.model.context - len(tokens)) for tokens in asked]
    said: dict[int, list[int]] = {n: [] for n, room in enumerate(rooms) if room >= ROOM}
    left, most = list(said), FIRST
    with progress() as bar:
        task = bar.add_task("answers", total=len(left))
        while left:
            open_: list[int] = []
            left.sort(key=lambda n: len(asked[n]) + len(said[n]))
            for start in range(0, len(left), params.evaluate.batch):
                part = left[start : start + params.evaluate.batch]
                further = [min(most, rooms[n] - len(said[n])) for n in part]
                for n, more in zip(part, batch([asked[n] + said[n] for n in part], further, by), strict=True):
                    said[n] += more
                    if len(said[n]) < rooms[n] and more[-1] != by.tokenizer.eos_token_id:
                        open_.append(n)
                    else:
                        advance(bar, task, 1)
            left, most = open_, 2 * most
    return [
        by.tokenizer.decode(said[n], skip_special_tokens=True) if n in said else None
        for n in range(len(questions))
    ]


def advance(bar: Progress, task: int, count: int) -> None:
    bar.advance(task, count)


def encode(question: str, tokenizer: PreTrainedTokenizerBase) -> list[int]:
    chat = [{"role": "user", "content": question}]
    text = tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
    return tokenizer(text, add_special_tokens=False)["input_ids"]


@torch.no_grad()
def batch(begun: Sequence[list[int]], most: Sequence[int], by: Loaded) -> list[list[int]]:
    """Greedy continuations of at most so many tokens, padded on the left so that all go on at the same place.

    Each ends where its own room does, since what it says must not depend on the others of its batch; positions count
    from its own start, so that none goes past the context.
    """
    pad, end = by.tokenizer.pad_token_id, by.tokenizer.eos_token_id
    width = max(map(len, begun))
    ids = torch.tensor([[pad] * (width - len(p)) + p for p in begun], device=by.device)
    mask = torch.tensor([[0] * (width - len(p)) + [1] * len(p) for p in begun], device=by.device)
    made = by.model.generate(
        input_ids=ids,
        attention_mask=mask,
        max_new_tokens=max(most),
        do_sample=False,
        pad_token_id=pad,
        eos_token_id=end,
    )
    found = (row[width : width + room].tolist() for row, room in zip(made, most, strict=True))
    return [row[: row.index(end) + 1] if end in row else row for row in found]
