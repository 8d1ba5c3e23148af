"""Step: TRL's trainer with what we watch at every step.   batch -> loss

The loss must be a number at every step, and a mixture of experts is kept in balance.
"""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import PreTrainedTokenizerBase, Trainer, TrainerCallback
from trl import SFTTrainer

from codeio.errors import BadInput
from codeio.params import Params
from codeio.stage import screen
from codeio.train.routers import Balance

Log = Callable[[dict[str, float], int], None]
SHOWN = 8  # ids of examples that a message names


def settings(params: Params) -> dict[str, Any]:
    """What every training tells transformers alike: where it computes, how it saves, that it reports to us only."""
    cpu = params.machine.device == "cpu"
    return {
        "bf16": params.machine.bf16,
        "use_cpu": cpu,
        "dataloader_pin_memory": not cpu,
        "gradient_checkpointing": params.model.recompute,
        "save_strategy": "steps",
        "save_steps": params.train.save_steps,
        "save_total_limit": 1,
        "report_to": "none",
        "disable_tqdm": not screen.is_terminal,
        "seed": params.seed,
        "data_seed": params.seed,
    }


def keep(fresh: Path, tokenizer: PreTrainedTokenizerBase, to: Path) -> None:
    """The weights that were saved in `fresh` as a whole checkpoint at `to`."""
    tokenizer.save_pretrained(fresh)
    (fresh / "training_args.bin").unlink(missing_ok=True)  # a pickle, and full of paths
    shutil.rmtree(to, ignore_errors=True)
    fresh.rename(to)


class NotFinite(BadInput):
    """The loss is no number any more."""


class Watched(SFTTrainer):
    """TRL's trainer, once `watch` said what to look at."""

    def watch(self, stage: str, router_loss: float | None, names: Callable[[int], Sequence[str]]) -> None:
        """`names` of the examples that a step sees; `router_loss`, the weight of the balance of experts."""
        self.stage, self.names, self.router_loss = stage, names, router_loss
        self.balance = Balance(self.model) if router_loss else None

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None) -> Any:
        if self.balance:
            real = inputs["input_ids"] != self.processing_class.pad_token_id
            with self.balance.listening():
                loss = self.plain_loss(model, inputs, num_items_in_batch)
            parts = 1 if num_items_in_batch is None else self.current_gradient_accumulation_steps
            loss = loss + self.router_loss * self.balance.loss(real) / parts
        else:
            loss = self.plain_loss(model, inputs, num_items_in_batch)
        if not torch.isfinite(loss):
            self.refuse(loss.item())
        return loss

    def plain_loss(self, model, inputs, count) -> Any:
        return super().compute_loss(model, inputs, num_items_in_batch=count)

    def refuse(self, loss: float) -> None:
        step = self.state.global_step + 1
        names = list(dict.fromkeys(self.names(step)))
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        raise NotFinite(
            f"stage {self.stage}: the loss is {loss} at step {step}, whose batch holds "
            f"{', '.join(names[:SHOWN])}{more}; lower {self.stage}.learning_rate in the model's file, "
            "or look at these examples"
        )


class WholeLogits(Watched):
    """With the model's own loss: the same number without the statistics and the recomputed tiles that TRL's loss
    adds to save memory: a step of the tiny model took 137 instead of 160 ms on two cores."""

    def plain_loss(self, model, inputs, count) -> Any:
        whole = {**inputs, "use_cache": False}
        return Trainer.compute_loss(self, model, whole, num_items_in_batch=count)


class Tell(TrainerCallback):
    """Hands the curve on, from the one process that speaks."""

    def __init__(self, name: str, log: Log) -> None:
        self.name, self.log, self.told = name, log, 0

    def on_log(self, args, state, control, logs=None, **_) -> None:
        if not logs or "loss" not in logs or not state.is_world_process_zero:
            return
        self.tell(state.global_step, state.max_steps, logs["loss"])
        shown = {"loss": logs["loss"], "learning_rate": logs["learning_rate"]}
        self.log({f"train/{key}": float(value) for key, value in shown.items()}, state.global_step)

    def tell(self, step: int, steps: int, loss: float) -> None:
        """A line per tenth of the way, where no bar can show it."""
        tenth = 10 * step // steps
        if not screen.is_terminal and tenth > self.told:
            self.told = tenth
            screen.print(f"train: stage {self.name}, step {step} of {steps}, loss {loss:.3f}")
