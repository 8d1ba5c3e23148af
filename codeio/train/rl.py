"""Reinforce: GRPO from a checkpoint, rewarded by execution.   problems of the view, checkpoint -> checkpoint

`python -m codeio.train.rl [key=value ...]`. A problem whose answers are all right or all wrong teaches nothing: those
are asked first and left out by `rl.solved`. The result is scored on the held-out ladder like any other model.
"""

import heapq
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import torch
from datasets import Dataset
from transformers import PrinterCallback, TrainerCallback
from trl import GRPOConfig, GRPOTrainer

from codeio import arm, assemble, facts, tracker, values
from codeio.command import command
from codeio.errors import BadInput, BadParams
from codeio.evaluate import generate, run
from codeio.locks import held
from codeio.params import ROOT, Params
from codeio.records import Problem
from codeio.sandbox import Limits, Sandbox
from codeio.stage import screen, write_json
from codeio.train import trainer
from codeio.train.reward import Rewards, written
from codeio.train.run import last_save

SECTIONS = ("seed", "model", "machine", "rl")
TOLD = {  # TRL's names of what a curve shows
    "reward": "rl/reward",
    "rewards/right/mean": "rl/right",
    "rewards/form/mean": "rl/form",
    "loss": "rl/loss",
    "kl": "rl/distance",
    "completions/mean_length": "rl/tokens_of_an_answer",
    "frac_reward_zero_std": "rl/problems_that_teach_nothing",
}


class Asked(NamedTuple):
    problem: Problem
    question: str


def main(params: Params, evaluate: Callable[[Params, Path], Any] | None = None) -> None:
    """Train unless that was done, score, log. Raises BadInput where no problem is left to learn from."""
    assemble.check(params)
    start = ROOT / params.rl.start
    if not (start / "config.json").exists():
        raise BadInput(
            f"rl.start={params.rl.start} holds no checkpoint: run `dvc repro train`, or name another folder"
        )
    if params.rl.batch % params.rl.samples:
        raise BadParams(f"rl.batch={params.rl.batch} is no multiple of rl.samples={params.rl.samples}")
    if params.corpus:
        raise BadParams(
            f"corpus={params.corpus.name}: rl is rewarded by execution, a corpus has nothing to execute"
        )
    this = identity(params, start)
    folder = ROOT / "outputs" / "rl" / this["codeio.rl"]
    with held(f"rl-{folder.name}"):
        if (folder / "done.json").exists():
            screen.print(
                f"rl: finished before with the same data, settings and code: {folder.relative_to(ROOT)}"
            )
            return
        about = tracker.About(
            name=f"rl {params.rl.start}", kind="rl", tags=facts.git() | facts.lineage() | this
        )
        with tracker.run(params, about) as now:
            counts = train(params, start, folder, now.log)
            now.log({f"data/rl_{name}": float(n) for name, n in counts.items()}, 0)
            now.checkpoint(folder / "checkpoint")
            scores = (evaluate or run.evaluate)(params, folder / "checkpoint")
            now.log({arm.beside(name): value for name, value in scores.metrics.items()}, 0)
        write_json(folder / "done.json", counts)
    screen.print(f"rl: {folder.relative_to(ROOT)}/checkpoint; {tracker.run_link(now.id)}")


def identity(params: Params, start: Path) -> dict[str, str]:
    """What makes two trainings the same one."""
    plain = msgspec.to_builtins(params)
    view, begun = assemble.view_hash(params), facts.folder_hash(start)
    parts = ({name: plain[name] for name in SECTIONS}, facts.code(), facts.numeric_packages())
    return {"codeio.view": view, "codeio.start": begun, "codeio.rl": values.digest(view, begun, *parts)}


def train(params: Params, start: Path, folder: Path, log: tracker.Log) -> dict[str, int]:
    """A checkpoint in `folder`/checkpoint; how many problems were left out and why."""
    counts: Counter[str] = Counter()
    by = generate.open_checkpoint(start, params)
    limits = Limits(cpu_s=params.execute.cpu_s, memory_mb=params.execute.memory_mb)
    with Sandbox(limits, workers=params.workers, isolation=params.isolation) as box:
        rewards = Rewards(box, params.execute.max_lines)
        asked = of_use(chosen(params, by, counts), by, rewards, params, counts)
        if not asked:
            left = ", ".join(f"{n} {why.replace('_', ' ')}" for why, n in counts.items())
            raise BadInput(
                f"rl has no problem to learn from ({left}): widen rl.solved or the view, raise rl.problems"
            )
        reinforce(asked, by, rewards, params, folder, log)
    return dict(counts)


def chosen(params: Params, by: generate.Loaded, counts: Counter[str]) -> list[Asked]:
    """Problems of the view whose question leaves room for an answer, in the order of a hash."""
    inside = (p for p in assemble.store(params) if p.split == "train" and not assemble.left_out(p, params))
    several = heapq.nsmallest(params.rl.problems, inside, key=lambda p: values.digest("rl", p.id))
    found = [Asked(p, assemble.question(p, params)) for p in several]
    room = params.model.context - params.rl.max_new_tokens
    fitting = [one for one in found if len(generate.encode(one.question, by.tokenizer)) <= room]
    counts["asked"] += len(found)
    counts["without_room_for_an_answer"] += len(found) - len(fitting)
    return fitting


def of_use(
    asked: Sequence[Asked], by: generate.Loaded, rewards: Rewards, params: Params, counts: Counter[str]
) -> list[Asked]:
    """The problems that the model solves now and then, by `rl.samples` answers to each."""
    low, high = params.rl.solved
    torch.manual_seed(params.seed)
    kept = []
    for at in range(0, len(asked), params.evaluate.batch):
        part = asked[at : at + params.evaluate.batch]
        said = [text for one in part for text in sampled(one.question, by, params)]
        problems = [written(one.problem) for one in part for _ in range(params.rl.samples)]
        right = rewards.right([[{"content": text}] for text in said], problems)
        for n, one in enumerate(part):
            share = sum(right[n * params.rl.samples :][: params.rl.samples]) / params.rl.samples
            kind = "too_hard" if share < low else "too_easy" if share > high else "of_use"
            counts[kind] += 1
            kept += [one] if kind == "of_use" else []
    screen.print(f"rl: {len(kept)} of {len(asked)} problems are solved at a share within {low} and {high}")
    return kept


@torch.no_grad()
def sampled(question: str, by: generate.Loaded, params: Params) -> list[str]:
    """`rl.samples` answers of the model as it is."""
    ids = torch.tensor([generate.encode(question, by.tokenizer)], device=by.device)
    made = by.model.generate(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        do_sample=True,
        top_k=0,
        temperature=params.rl.temperature,
        num_return_sequences=params.rl.samples,
        max_new_tokens=params.rl.max_new_tokens,
        pad_token_id=by.tokenizer.pad_token_id,
        eos_token_id=by.tokenizer.eos_token_id,
    )
    return by.tokenizer.batch_decode(made[:, ids.shape[1] :], skip_special_tokens=True)


def reinforce(
    asked: Sequence[Asked],
    by: generate.Loaded,
    rewards: Rewards,
    params: Params,
    folder: Path,
    log: tracker.Log,
) -> None:
    """GRPO into `folder`/checkpoint, resumed from its last save."""
    rows = {
        "prompt": [[{"role": "user", "content": one.question}] for one in asked],
        "problem": [written(one.problem) for one in asked],
    }
    grpo = GRPOTrainer(
        model=by.model,
        reward_funcs=[rewards.right, rewards.form],
        args=settings(params, folder / "work"),
        train_dataset=Dataset.from_dict(rows),
        processing_class=by.tokenizer,
        callbacks=[Tell(log)],
    )
    grpo.remove_callback(PrinterCallback)
    grpo.train(resume_from_checkpoint=last_save(folder / "work"))
    fresh = folder / "checkpoint.new"
    grpo.save_model(str(fresh))
    trainer.keep(fresh, by.tokenizer, folder / "checkpoint")
    shutil.rmtree(folder / "work")


def settings(params: Params, folder: Path) -> GRPOConfig:
    rl = params.rl
    each = next(n for n in range(min(rl.batch, params.machine.per_device_batch), 0, -1) if rl.batch % n == 0)
    return GRPOConfig(
        output_dir=str(folder),
        max_steps=rl.steps,
        per_device_train_batch_size=each,
        gradient_accumulation_steps=rl.batch // each,
        num_generations=rl.samples,
        max_completion_length=rl.max_new_tokens,
        temperature=rl.temperature,
        top_k=0,
        beta=rl.beta,
        reward_weights=[1.0, rl.form],
        learning_rate=rl.learning_rate,
        lr_scheduler_type="constant",
        logging_steps=1,
        **trainer.settings(params),
    )


class Tell(TrainerCallback):
    """The curve under our names."""

    def __init__(self, log: tracker.Log) -> None:
        self.log = log

    def on_log(self, args, state, control, logs=None, **_) -> None:
        shown = {name: float(logs[key]) for key, name in TOLD.items() if key in (logs or {})}
        if shown:
            self.log(shown, state.global_step)


if __name__ == "__main__":
    command("rl", __doc__, main)
