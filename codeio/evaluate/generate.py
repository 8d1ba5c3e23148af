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
    """A response per question, None where the question leaves no room in the context."""
    tokens = [encode(question, by.tokenizer) for question in questions]
    context = params.model.context
    order = sorted(
        (n for n, t in enumerate(tokens) if len(t) + ROOM <= context), key=lambda n: len(tokens[n])
    )
    found: list[str | None] = [None] * len(questions)
    with progress() as bar:
        task = bar.add_task("answers", total=len(order))
        for start in range(0, len(order), params.evaluate.batch):
            part = order[start : start + params.evaluate.batch]
            for n, text in zip(part, batch([tokens[n] for n in part], by, params), strict=True):
                found[n] = text
            advance(bar, task, len(part))
    return found


def advance(bar: Progress, task: int, count: int) -> None:
    bar.advance(task, count)


def encode(question: str, tokenizer: PreTrainedTokenizerBase) -> list[int]:
    chat = [{"role": "user", "content": question}]
    text = tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
    return tokenizer(text, add_special_tokens=False)["input_ids"]


@torch.no_grad()
def batch(prompts: Sequence[list[int]], by: Loaded, params: Params) -> list[str]:
    """Greedy continuations, padded on the left so that all go on at the same place.

    Each ends where its own context does, since what it says must not depend on the others of its batch; positions
    count from its own start, so that none goes past the context.
    """
    pad = by.tokenizer.pad_token_id
    width = max(map(len, prompts))
    ids = torch.tensor([[pad] * (width - len(p)) + p for p in prompts], device=by.device)
    mask = torch.tensor([[0] * (width - len(p)) + [1] * len(p) for p in prompts], device=by.device)
    most = [min(params.evaluate.max_new_tokens, params.model.context - len(p)) for p in prompts]
    made = by.model.generate(
        input_ids=ids,
        attention_mask=mask,
        max_new_tokens=max(most),
        do_sample=False,
        pad_token_id=pad,
        eos_token_id=by.tokenizer.eos_token_id,
    )
    own = (row[width : width + room] for row, room in zip(made, most, strict=True))
    return [by.tokenizer.decode(row, skip_special_tokens=True) for row in own]
