"""Bench: training on a CPU beside a bare loop, packing beside padding, assembly.   rows=200000 -> one JSON line

On the store that `dvc repro` made, with the tiny model's file. `x_bare`: tokens/s of TRL's trainer as we set it up, as
a part of a plain PyTorch loop on the same batches with the same optimiser. `x_packing`: tokens/s (padding not counted)
of packed sequences as a multiple of the same rows padded in random order, in the bare loop and a model of about tiny's
size that only attends. Each is the median of `rounds` interleaved rounds. `assembly_per_s`, `assembly_rss_mb`: `rows`
problems of the store, read again and again, as encoded examples on disk; examples a second, and the most memory that
the process ever held.
"""

import itertools
import json
import resource
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from msgspec.structs import replace
from torch import Tensor
from transformers import PrinterCallback, TrainerCallback

from codeio import assemble
from codeio.params import Params, load
from codeio.train import model, muon, run
from codeio.train import rows as store
from codeio.train.data import encoded, order
from codeio.train.trainer import WholeLogits

WARM = 3  # steps that are not timed
# Tiny's convolutions cannot be packed; this one, 460K instead of 592K parameters, attends only.
ATTENTIVE = {
    "model_type": "qwen3", "hidden_size": 128, "intermediate_size": 352, "num_hidden_layers": 2,
    "num_attention_heads": 4, "num_key_value_heads": 4, "head_dim": 32,
}  # fmt: skip


def assembly(params: Params, count: int, folder: Path) -> dict[str, float]:
    """Problems through the view and the tokenizer to disk."""
    tokenizer = model.tokenizer_of(params)
    problems = itertools.islice(
        itertools.chain.from_iterable(iter(lambda: assemble.store(params), None)), count
    )
    counts: Counter[str] = Counter()
    begun = time.monotonic()
    store.write(
        encoded(assemble.view(problems, params, counts), tokenizer, params.model.context, counts), folder
    )
    spent = time.monotonic() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seen = f"{counts['examples']:,} examples, {counts['trained']:,} kept, {counts['tokens']:,} tokens"
    print(f"{count:,} problems: {seen}, {spent:.0f} s")
    return {"assembly_per_s": round(counts["examples"] / spent, 1), "assembly_rss_mb": round(peak, 1)}


class Clock(TrainerCallback):
    """The time of the steps after the first few."""

    def __init__(self) -> None:
        self.begun = self.ended = 0.0

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.ended = time.monotonic()
        if state.global_step == WARM:
            self.begun = self.ended


def ours(params: Params, data: run.Data, chosen: Sequence[Sequence[int]], folder: Path) -> float:
    """Seconds of the trainer for the steps after the first few, as codeio.train.run sets it up."""
    tokenizer, schedule = model.tokenizer_of(params), params.model.io
    start, clock = model.fresh(params, tokenizer), Clock()
    trainer = WholeLogits(
        model=start,
        args=run.settings(params, schedule, len(chosen) // schedule.batch, folder),
        data_collator=store.Batches(data.rows, tokenizer.pad_token_id, False, False),
        train_dataset=Dataset.from_dict({"rows": list(chosen)}),
        processing_class=tokenizer,
        callbacks=[clock],
        optimizer_cls_and_kwargs=(muon.Muon, run.optimizer(start, schedule)),
    )
    trainer.watch("io", None, lambda step: [])
    trainer.remove_callback(PrinterCallback)
    trainer.train()
    return clock.ended - clock.begun


def bare(params: Params, batches: Callable[[], Iterator[dict[str, Tensor]]]) -> float:
    """Seconds of a plain loop for the same."""
    tokenizer, schedule = model.tokenizer_of(params), params.model.io
    net = model.fresh(params, tokenizer).train()
    given = run.optimizer(net, schedule)
    optimizer = muon.Muon(given.pop("params"), **given)
    begun = 0.0
    for step, batch in enumerate(batches()):
        if step == WARM:
            begun = time.monotonic()
        net(**batch, use_cache=False).loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    return time.monotonic() - begun


def collated(
    data: run.Data, chosen: Sequence[Sequence[int]], batch: int, pad: int, packing: bool
) -> Iterator[dict]:
    make = store.Batches(data.rows, pad, packing, False)
    for at in range(0, len(chosen) - batch + 1, batch):
        yield make([{"rows": one} for one in chosen[at : at + batch]])


def tokens(data: run.Data, chosen: Sequence[Sequence[int]], batch: int) -> int:
    """Of the timed steps, without padding."""
    lengths = data.rows.lengths
    return sum(lengths[n] for one in chosen[WARM * batch : len(chosen) // batch * batch] for n in one)


def beside_bare(params: Params, folder: Path, steps: int, rounds: int) -> float:
    data, batch = run.data_of(params, folder), params.model.io.batch
    pad = model.tokenizer_of(params).pad_token_id
    chosen = [data.sequences[n] for n in order(data.tokens, batch, steps, params.seed)]
    parts = []
    for n in range(rounds):
        ways = {
            "plain": lambda: bare(params, lambda: collated(data, chosen, batch, pad, False)),
            "own": lambda n=n: ours(params, data, chosen, folder / f"trainer-{n}"),
        }
        # A machine that grows slower or faster in between must not favour the one that always comes first.
        spent = {name: ways[name]() for name in sorted(ways, reverse=n % 2 == 0)}
        plain, own, speed = spent["plain"], spent["own"], tokens(data, chosen, batch)
        print(f"{steps} steps: trainer {speed / own:,.0f} tokens/s, bare loop {speed / plain:,.0f}")
        parts.append(plain / own)
    return round(statistics.median(parts), 3)


def beside_padding(params: Params, folder: Path, steps: int, rounds: int) -> float:
    """Rows in random order, padded or packed; also told: rows of like length together, as tiny is trained."""
    pad, batch = model.tokenizer_of(params).pad_token_id, params.model.io.batch
    params = replace(params, model=replace(params.model, architecture=ATTENTIVE))
    padded = run.data_of(params, folder)
    packed = run.data_of(replace(params, model=replace(params.model, packing=True)), folder)
    alike = [padded.sequences[n] for n in order(padded.tokens, batch, steps, params.seed)]
    mean = sum(padded.tokens) / len(padded.tokens)
    few = max(
        1, round(batch * mean / params.model.context)
    )  # sequences with as many tokens as a padded batch
    ways = {
        "padded": (padded, padded.sequences[: steps * batch], batch, False),
        "alike": (padded, alike, batch, False),
        "packed": (packed, packed.sequences[: steps * few], few, True),
    }
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, (data, chosen, size, packing) in ways.items():
            spent = bare(params, lambda d=data, c=chosen, s=size, p=packing: collated(d, c, s, pad, p))
            found[name].append(tokens(data, chosen, size) / spent)
        print(", ".join(f"{name} {speeds[-1]:,.0f} tokens/s" for name, speeds in found.items()))
    ratios = [fast / slow for fast, slow in zip(found["packed"], found["padded"], strict=True)]
    return round(statistics.median(ratios), 3)


def measured(rows: int, steps: int, rounds: int, overrides: Sequence[str]) -> dict[str, float]:
    params = load("train.save_steps=1000000", *overrides)
    model.settle(params)
    with tempfile.TemporaryDirectory() as at:
        folder = Path(at)
        found = assembly(params, rows, folder / "rows")
        ratios = {
            "x_bare": beside_bare(params, folder, steps, rounds),
            "x_packing": beside_padding(params, folder, steps, rounds),
        }
    return ratios | found


if __name__ == "__main__":
    own = {"rows": 200_000, "steps": 40, "rounds": 6}
    given = dict(word.partition("=")[::2] for word in sys.argv[1:])
    numbers = {name: int(given.pop(name, value)) for name, value in own.items()}
    rest = [f"{key}={value}" for key, value in given.items()]
    print(json.dumps(measured(overrides=rest, **numbers)))
