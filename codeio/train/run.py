"""Train: two stages with TRL, resumed where a killed run stopped.   view, instructions -> checkpoint

Stage `io` trains on the view (CODEI/O, CODEI/O++), stage `instruct` on general instructions (paper, section 3.1); a
stage may mix both (its table of stages). Each saves as it goes, beside the final checkpoint; a run that was killed goes
on from the last save to the same weights, bit for bit on a CPU, since data order and learning rate depend on the step
alone.
"""

import json
import math
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from datasets import Dataset
from msgspec.structs import replace
from transformers import PreTrainedModel, PreTrainedTokenizerBase, PrinterCallback, Trainer, TrainerCallback
from transformers.trainer_utils import get_last_checkpoint
from trl import SFTConfig, SFTTrainer

from codeio import assemble
from codeio.assemble import Example
from codeio.errors import BadInput
from codeio.params import Params
from codeio.settings import Schedule
from codeio.stage import screen, write_json
from codeio.train import instructions, model, muon
from codeio.train.data import Row, encoded, order

Log = Callable[[dict[str, float], int], None]
Kind = Literal["io", "instruct"]  # of a schedule
LOG_STEPS = 20
WEIGHT_DECAY = 0.01
SMALL_VOCABULARY = 8192  # entries up to which a batch's logits fit anywhere


class NotFinite(BadInput):
    """The loss is no number any more."""


def train(params: Params, out: Path, log: Log) -> dict[str, float]:
    """A checkpoint in `out`; final counts and losses by name. Raises BadInput on data nothing can be learnt from."""
    assemble.check(params)
    model.settle(params)
    work = out.with_name(out.name + ".work")
    tokenizer = model.tokenizer_of(params)
    metrics: dict[str, float] = {}
    at, done = None, 0
    for name in params.train.stages:
        rows, counts = data_of(name, params, tokenizer)
        metrics |= {f"data/{name}_{key.replace(' ', '_')}": float(n) for key, n in sorted(counts.items())}
        folder = work / name
        if not (folder / "done.json").exists():
            start = model.fresh(params, tokenizer) if at is None else model.load(at)
            like = likened(name, first=at is None)
            run_stage(name, like, params, start, tokenizer, rows, folder, lambda m, s, d=done: log(m, s + d))
        final = json.loads((folder / "done.json").read_text())
        metrics |= {f"train/{name}_{key}": value for key, value in final.items()}
        at, done = folder / "final", done + int(final["steps"])
    if at is None:
        raise BadInput("train.stages is empty: name io, instruct or both")
    out.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(at, out)
    shutil.rmtree(work)
    return metrics


def likened(name: str, first: bool) -> Kind:
    """Which stage's schedule and budget a stage has: a mixture is a stage 1 where nothing came before it."""
    return "io" if name == "io" or (first and name != "instruct") else "instruct"


def data_of(name: str, params: Params, tokenizer: PreTrainedTokenizerBase) -> tuple[list[Row], Counter[str]]:
    """Encoded rows of a stage in a seeded order, and what was left out."""
    counts: Counter[str] = Counter()
    several = (examples(part, params, counts) for part in name.split("+"))
    rows = list(encoded(chain.from_iterable(several), tokenizer, params.model.context, counts))
    if not rows:
        left = ", ".join(f"{n} {why}" for why, n in counts.items()) or "it is empty"
        raise BadInput(f"stage {name} has nothing to train on ({left}): widen the view or the context")
    random.Random(params.seed).shuffle(rows)
    return rows, counts


def examples(part: str, params: Params, counts: Counter[str]) -> Iterator[Example]:
    """The view, a tenth of it (of its problems, by hash), or the instructions."""
    if part == "instruct":
        return instructions.examples(params.train.instructions, params.seed, counts)
    wished = replace(params, fraction=params.fraction / 10) if part == "io10" else params
    return assemble.view(assemble.store(params), wished, counts)


def steps_of(name: str, like: Kind, params: Params, rows: Sequence[Row], batch: int) -> int:
    """Optimiser steps of a stage: a budget in tokens, or epochs; in one stage both get what they get in two."""
    tokens = sum(len(row["input_ids"]) for row in rows)
    budget = params.train.instructions.tokens
    if like == "io":
        budget = params.train.tokens + (budget if name != "io" else 0)
        if params.train.budget == "epochs":
            budget = int(params.train.epochs * tokens)
    return max(1, round(budget / (tokens / len(rows) * batch)))


def run_stage(
    name: str,
    like: Kind,
    params: Params,
    start: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    rows: Sequence[Row],
    folder: Path,
    log: Log,
) -> None:
    """One stage into `folder`/final, with `folder`/done.json written last."""
    schedule: Schedule = getattr(params.model, like)
    steps = steps_of(name, like, params, rows, schedule.batch)
    config = settings(params, schedule, steps, folder)
    seen = order([len(row["input_ids"]) for row in rows], schedule.batch, steps, params.seed)
    small = start.config.get_text_config().vocab_size <= SMALL_VOCABULARY
    trainer = (WholeLogits if small else SFTTrainer)(
        model=start,
        args=config,
        train_dataset=Dataset.from_list(list(rows)).select(seen),
        processing_class=tokenizer,
        callbacks=[Watch(name, log)],
        optimizer_cls_and_kwargs=(muon.Muon, optimizer(start, schedule)),
    )
    trainer.remove_callback(PrinterCallback)  # a dict per line; Watch tells the same to people
    last = last_save(folder)
    if last:
        screen.print(f"train: stage {name} goes on from step {last.rpartition('-')[2]} of {steps}")
    result = trainer.train(resume_from_checkpoint=last)
    fresh = folder / "final.new"
    trainer.save_model(str(fresh))
    tokenizer.save_pretrained(fresh)
    (fresh / "training_args.bin").unlink(missing_ok=True)  # a pickle, and full of paths
    shutil.rmtree(folder / "final", ignore_errors=True)
    fresh.rename(folder / "final")
    history = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    loss = sum(history[-5:]) / len(history[-5:]) if history else result.training_loss
    write_json(folder / "done.json", {"loss": round(loss, 6), "steps": steps})


def last_save(folder: Path) -> str | None:
    """The newest whole save. The trainer's state is written last: what a kill cut short lacks it, and goes."""
    for save in folder.glob("checkpoint-*"):
        try:
            json.loads((save / "trainer_state.json").read_text())
        except (FileNotFoundError, ValueError):
            shutil.rmtree(save)
    return get_last_checkpoint(str(folder)) if folder.exists() else None


def settings(params: Params, schedule: Schedule, steps: int, folder: Path) -> SFTConfig:
    """Everything that TRL would otherwise choose by itself, chosen on purpose."""
    each = min(schedule.batch, params.machine.per_device_batch)
    cpu = params.machine.device == "cpu"
    return SFTConfig(
        output_dir=str(folder),
        max_steps=steps,
        per_device_train_batch_size=each,
        gradient_accumulation_steps=max(1, schedule.batch // each),
        train_sampling_strategy="sequential",
        learning_rate=schedule.learning_rate,
        lr_scheduler_type="cosine_with_min_lr" if schedule.schedule == "cosine" else "constant_with_warmup",
        lr_scheduler_kwargs={"min_lr_rate": 0.05} if schedule.schedule == "cosine" else {},
        warmup_steps=min(schedule.warmup, steps // 10),
        max_length=None,  # too long rows were left out and counted: nothing is cut silently
        bf16=params.machine.bf16,
        use_cpu=cpu,
        gradient_checkpointing=False,
        logging_steps=min(LOG_STEPS, max(1, steps // 5)),
        logging_nan_inf_filter=False,
        save_strategy="steps",
        save_steps=params.train.save_steps,
        save_total_limit=1,
        report_to="none",
        disable_tqdm=not screen.is_terminal,
        dataloader_pin_memory=not cpu,
        seed=params.seed,
        data_seed=params.seed,
    )


def optimizer(start: PreTrainedModel, schedule: Schedule) -> dict[str, Any]:
    groups = muon.groups(start, schedule, WEIGHT_DECAY)
    return {"params": groups, "lr": schedule.learning_rate, "betas": (0.9, 0.98)}


class WholeLogits(SFTTrainer):
    """TRL's trainer with the model's own loss: the same number without the statistics and the recomputed tiles
    that TRL's loss adds to save memory: a step of the tiny model took 137 instead of 160 ms on two cores."""

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None) -> Any:
        whole = {**inputs, "use_cache": False}
        return Trainer.compute_loss(self, model, whole, return_outputs, num_items_in_batch)


class Watch(TrainerCallback):
    """Hands the curve on, and stops a training whose loss is no number."""

    def __init__(self, name: str, log: Log) -> None:
        self.name, self.log, self.told = name, log, 0

    def on_log(self, args, state, control, logs=None, **_) -> None:
        if not logs or "loss" not in logs:
            return
        if not math.isfinite(logs["loss"]):
            mend = f"lower {self.name}.learning_rate in the model's file"
            raise NotFinite(
                f"stage {self.name}: the loss is {logs['loss']} at step {state.global_step}; {mend}"
            )
        self.tell(state.global_step, state.max_steps, logs["loss"])
        shown = {"loss": logs["loss"], "learning_rate": logs["learning_rate"]}
        self.log({f"train/{key}": float(value) for key, value in shown.items()}, state.global_step)

    def tell(self, step: int, steps: int, loss: float) -> None:
        """A line per tenth of the way, where no bar can show it."""
        tenth = 10 * step // steps
        if not screen.is_terminal and tenth > self.told:
            self.told = tenth
            screen.print(f"train: stage {self.name}, step {step} of {steps}, loss {loss:.3f}")
