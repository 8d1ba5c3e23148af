"""Train: two stages with TRL, resumed where a killed run stopped.   view, instructions -> checkpoint

Stage `io` trains on the view (CODEI/O, CODEI/O++) or a corpus in its place, stage `instruct` on general instructions
(paper, section 3.1); a stage may mix both (its table of stages). Each saves as it goes, beside the final checkpoint; a
run that was killed goes on from the last save to the same weights, bit for bit on a CPU, since data order and learning
rate depend on the step alone.

Where the machine's file names several processes, each of them runs this module's code (launch.py); the first one
encodes and writes.
"""

import json
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain, takewhile
from pathlib import Path
from typing import Any, Literal, NamedTuple

from accelerate import PartialState
from datasets import Dataset
from msgspec.structs import replace
from transformers import PreTrainedModel, PreTrainedTokenizerBase, PrinterCallback
from transformers.trainer_utils import get_last_checkpoint
from trl import SFTConfig

from codeio.assemble import Example
from codeio.errors import BadInput, BadParams
from codeio.params import Params
from codeio.settings import Schedule
from codeio.stage import screen, write_json
from codeio.train import adapters, corpus, instructions, launch, memory, model, muon
from codeio.train import rows as store
from codeio.train import trainer as common
from codeio.train.chat import FAMILIES
from codeio.train.data import encoded, order
from codeio.train.trainer import Log, Tell, Watched, WholeLogits

Kind = Literal["io", "instruct"]  # of a schedule
LOG_STEPS = 20
WEIGHT_DECAY = 0.01
SMALL_VOCABULARY = 8192  # entries up to which a batch's logits fit anywhere


class Data(NamedTuple):
    """What a stage trains on: sequences of rows in a seeded order."""

    rows: store.Rows
    sequences: list[list[int]]  # numbers of rows; one each without packing
    tokens: list[int]  # of each sequence


def train(params: Params, out: Path, log: Log) -> dict[str, float]:
    """A checkpoint in `out`; final counts and losses by name. Raises BadInput on data nothing can be learnt from."""
    corpus.check(params)
    if not params.train.stages:
        raise BadInput("train.stages is empty: name io, instruct or both")
    if launch.wanted(params):
        return launch.train(params, out, log)
    return here(params, out, log)


def here(params: Params, out: Path, log: Log) -> dict[str, float]:
    """In this process, or as one of several."""
    model.settle(params)
    work = out.with_name(out.name + ".work")
    tokenizer = model.tokenizer_of(params)
    config = model.config(params, tokenizer)
    memory.check(params, config)
    model.check_packing(params, config)
    metrics: dict[str, float] = {}
    at, done = None, 0
    state = PartialState(cpu=params.machine.device == "cpu")
    for name in params.train.stages:
        folder, like = work / name, likened(name, first=at is None)
        with state.main_process_first():
            counts = encode(name, params, tokenizer, folder) if state.is_main_process else Counter()
        metrics |= {f"data/{name}_{key.replace(' ', '_')}": float(n) for key, n in sorted(counts.items())}
        if not (folder / "done.json").exists():
            base = (
                partial(model.fresh, params, tokenizer) if at is None else partial(model.further, params, at)
            )
            data = data_of(params, folder)
            run_stage(name, like, params, base, tokenizer, data, folder, lambda m, s, d=done: log(m, s + d))
            state.wait_for_everyone()
        final = json.loads((folder / "done.json").read_text())
        metrics |= {f"train/{name}_{key}": value for key, value in final.items()}
        at, done = folder / "final", done + int(final["steps"])
    state.wait_for_everyone()
    if state.is_main_process:
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(at, out)
        shutil.rmtree(work)
    return metrics


def likened(name: str, first: bool) -> Kind:
    """Which stage's schedule and budget a stage has: a mixture is a stage 1 where nothing came before it."""
    return "io" if name == "io" or (first and name != "instruct") else "instruct"


def encode(name: str, params: Params, tokenizer: PreTrainedTokenizerBase, folder: Path) -> Counter[str]:
    """Rows of a stage into `folder`/rows; what was left out and why.

    Raises BadInput where nothing is left, and where `folder` holds what was trained on other rows.
    """
    counts: Counter[str] = Counter()
    several = chain.from_iterable(examples(part, params, counts) for part in name.split("+"))
    fresh, kept = folder / "rows.new", folder / "rows"
    store.write(encoded(several, tokenizer, params.model.context, counts), fresh)
    if not counts["trained"]:
        left = ", ".join(f"{n} {why}" for why, n in counts.items()) or "it is empty"
        raise BadInput(f"stage {name} has nothing to train on ({left}): widen the view or the context")
    now, before = (path / "digest" for path in (fresh, kept))
    if before.exists() and before.read_text() != now.read_text():
        raise BadInput(
            f"{folder} was begun on other data (hash {before.read_text()[:12]}, now {now.read_text()[:12]}): "
            "its checkpoint is not taken further; remove the folder, or give the data and settings of then"
        )
    shutil.rmtree(kept, ignore_errors=True)
    fresh.rename(kept)
    return counts


def examples(part: str, params: Params, counts: Counter[str]) -> Iterator[Example]:
    """The view or the corpus in its place, a tenth of it (by hash), or the instructions."""
    if part == "instruct":
        return instructions.examples(params.train.instructions, params.seed, counts)
    share = 0.1 if part == "io10" else 1.0
    found = corpus.examples(replace(params, fraction=params.fraction * share), counts)
    own = params.model.io
    if not params.corpus or params.train.budget == "epochs" or own.epochs or own.steps:
        return found
    enough = (
        share * params.train.tokens
    )  # of a corpus that fills the budget more than once the rest is not read
    return takewhile(lambda _: counts["tokens"] < enough, found)


def data_of(params: Params, folder: Path) -> Data:
    """The encoded rows as sequences, in an order that the seed decides."""
    rows = store.read(folder / "rows")
    lengths = rows.lengths
    shuffled = list(range(len(lengths)))
    random.Random(params.seed).shuffle(shuffled)
    if not params.model.packing:
        return Data(rows, [[n] for n in shuffled], [lengths[n] for n in shuffled])
    together = store.packed([lengths[n] for n in shuffled], params.model.context)
    sequences = [[shuffled[n] for n in one] for one in together]
    return Data(rows, sequences, [sum(lengths[n] for n in one) for one in sequences])


def steps_of(name: str, like: Kind, params: Params, tokens: Sequence[int]) -> int:
    """Optimiser steps of a stage: its own number, epochs, or a budget in tokens. `tokens` of each sequence.

    Of tokens, two stages in one get what they get one after the other.
    """
    schedule, total = getattr(params.model, like), sum(tokens)
    if schedule.steps:
        return schedule.steps
    budget = params.train.instructions.tokens
    if like == "io":
        budget = params.train.tokens + (budget if name != "io" else 0)
    if schedule.epochs:
        budget = int(schedule.epochs * total)
    elif like == "io" and params.train.budget == "epochs":
        budget = int(params.train.epochs * total)
    return max(1, round(budget / (total / len(tokens) * schedule.batch)))


def run_stage(
    name: str,
    like: Kind,
    params: Params,
    base: Callable[[], PreTrainedModel],
    tokenizer: PreTrainedTokenizerBase,
    data: Data,
    folder: Path,
    log: Log,
) -> None:
    """One stage into `folder`/final, with `folder`/done.json written last."""
    schedule: Schedule = getattr(params.model, like)
    steps = steps_of(name, like, params, data.tokens)
    config = settings(params, schedule, steps, folder)
    seen = order(data.tokens, schedule.batch, steps, params.seed)
    chosen = [data.sequences[n] for n in seen]
    start = adapters.added(base(), params.machine.lora)
    small = start.config.get_text_config().vocab_size <= SMALL_VOCABULARY
    flat = params.model.packing and params.model.attention == "flash_attention_2"
    trainer = (WholeLogits if small else Watched)(
        model=start,
        args=config,
        data_collator=store.Batches(data.rows, tokenizer.pad_token_id, params.model.packing, flat),
        train_dataset=Dataset.from_dict({"rows": chosen}),
        processing_class=tokenizer,
        callbacks=[Tell(name, log)],
        optimizer_cls_and_kwargs=(muon.Muon, optimizer(start, schedule)),
    )
    trainer.watch(name, params.model.router_loss, lambda step: names(data.rows, chosen, schedule.batch, step))
    trainer.remove_callback(PrinterCallback)  # a dict per line; Tell says the same to people
    with config.main_process_first():
        last = last_save(folder)
    if last and config.process_index == 0:
        screen.print(f"train: stage {name} goes on from step {last.rpartition('-')[2]} of {steps}")
    trainer.train(resume_from_checkpoint=last)
    finish(trainer, base, params, folder)


def finish(trainer: Watched, base: Callable[[], PreTrainedModel], params: Params, folder: Path) -> None:
    """The weights of a trained stage into `folder`/final, then done.json."""
    fresh = folder / "final.new"
    trainer.save_model(str(fresh))  # by all processes: each may hold a part
    if not trainer.is_world_process_zero():
        return
    if params.machine.lora:
        adapters.merge(base(), fresh)
    common.keep(fresh, trainer.processing_class, folder / "final")
    history = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry][-5:]
    write_json(
        folder / "done.json",
        {"loss": round(sum(history) / len(history), 6), "steps": trainer.state.max_steps},
    )


def names(rows: store.Rows, chosen: Sequence[Sequence[int]], batch: int, step: int) -> list[str]:
    """Examples that step `step`, counted from 1, sees on all devices."""
    return [rows.names[n].decode() for one in chosen[(step - 1) * batch : step * batch] for n in one]


def last_save(folder: Path) -> str | None:
    """The newest whole save. The trainer's state is written last: what a kill cut short lacks it, and goes."""
    for save in folder.glob("checkpoint-*"):
        try:
            json.loads((save / "trainer_state.json").read_text())
        except (FileNotFoundError, ValueError):
            shutil.rmtree(save)
    return get_last_checkpoint(str(folder)) if folder.exists() else None


def together(batch: int, params: Params) -> int:
    """Sequences at once on one device: the most that leave the step's batch as it is, whoever computes it."""
    processes = params.machine.processes
    if batch % processes:
        raise BadParams(
            f"a batch of {batch} cannot be shared by machine.processes={processes}: choose a divisor"
        )
    share = batch // processes
    most = min(share, params.machine.per_device_batch)
    return next(n for n in range(most, 0, -1) if share % n == 0)


def settings(params: Params, schedule: Schedule, steps: int, folder: Path) -> SFTConfig:
    """Everything that TRL would otherwise choose by itself, chosen on purpose."""
    each = together(schedule.batch, params)
    cpu = params.machine.device == "cpu"
    return SFTConfig(
        output_dir=str(folder),
        max_steps=steps,
        per_device_train_batch_size=each,
        gradient_accumulation_steps=schedule.batch // params.machine.processes // each,
        train_sampling_strategy="sequential",
        learning_rate=schedule.learning_rate,
        lr_scheduler_type="cosine_with_min_lr" if schedule.schedule == "cosine" else "constant_with_warmup",
        lr_scheduler_kwargs={"min_lr_rate": schedule.floor} if schedule.schedule == "cosine" else {},
        warmup_steps=min(schedule.warmup, steps // 10),
        max_length=None,  # too long rows were left out and counted: nothing is cut silently
        dataset_kwargs={"skip_prepare_dataset": True},  # the collator makes the batches
        remove_unused_columns=False,
        eos_token=FAMILIES[params.model.template].end if params.model.template else None,
        ddp_backend="gloo" if cpu and params.machine.processes > 1 else None,
        gradient_checkpointing_kwargs={"use_reentrant": False},
        logging_steps=min(LOG_STEPS, max(1, steps // 5)),
        logging_nan_inf_filter=False,
        **common.settings(params),
    )


def optimizer(start: PreTrainedModel, schedule: Schedule) -> dict[str, Any]:
    groups = muon.groups(start, schedule, WEIGHT_DECAY)
    return {"params": groups, "lr": schedule.learning_rate, "betas": (0.9, 0.98)}
