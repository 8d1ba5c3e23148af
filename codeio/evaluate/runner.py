"""Run: ask a model with lm-eval, our own generative tasks only.   [(benchmark, items)], params -> responses

lm-eval owns backends and batching; no task of its own is loaded (its index takes seconds). Greedy, one chat turn per
question; scoring is ours (judge.py), so that saved outputs and asked ones go the same way.
"""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from codeio.errors import BadInput, BadParams
from codeio.evaluate.benchmark import Benchmark, Item
from codeio.evaluate.extra import require
from codeio.params import ROOT, Params

Asked = Sequence[tuple[Benchmark, Sequence[Item]]]


class Answer(NamedTuple):
    """What a model said, and how many tokens that is; -1 where its server does not say."""

    response: str
    tokens: int


def answers(asked: Asked, params: Params) -> dict[str, list[Answer]]:
    """A response per item of each benchmark, in their order. Raises BadInput where the model cannot be asked."""
    require("lm_eval")
    from aiohttp import ClientError
    from lm_eval.evaluator import simple_evaluate

    for name in ("lm_eval", "lm-eval"):
        logging.getLogger(name).setLevel(logging.ERROR)
    bench, by = params.evaluate.bench, model(params)
    try:
        found = simple_evaluate(
            **by,
            tasks=[task(benchmark, items, params) for benchmark, items in asked],
            batch_size=params.evaluate.batch if bench.backend == "hf" else 1,
            device=params.machine.device if bench.backend == "hf" else None,
            apply_chat_template=True,
            bootstrap_iters=0,
            log_samples=True,
            random_seed=params.seed,
        )
    except (OSError, ClientError, TimeoutError) as error:
        why = (str(error) or type(error).__name__).splitlines()[0]
        raise BadInput(f"evaluate.bench.model={bench.model} cannot be asked ({why})") from error
    size = counter(by)
    return {
        benchmark.name: in_order(found["samples"][benchmark.name], len(items), size)
        for benchmark, items in asked
    }


def in_order(samples: Sequence[dict[str, Any]], count: int, size: Callable[[str], int]) -> list[Answer]:
    by_number = {sample["doc"]["number"]: sample["resps"][0][0] for sample in samples}
    said = (by_number[n] or "" for n in range(count))
    return [Answer(text, size(text)) for text in said]


def counter(by: dict[str, Any]) -> Callable[[str], int]:
    """The tokens of a response: as its server counted them, else by the checkpoint's tokenizer."""
    if not isinstance(by["model"], str):
        return lambda text: by["model"].tokens.get(text, -1)
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(by["model_args"]["pretrained"])
    return lambda text: len(tokenizer(text, add_special_tokens=False)["input_ids"])


def model(params: Params) -> dict[str, Any]:
    """What lm-eval has to know of the model: a backend's name with its arguments, or our client of a server."""
    bench = params.evaluate.bench
    if bench.backend == "local-chat-completions":
        if not bench.base_url:
            raise BadParams("evaluate.bench.base_url= is missing: give http://HOST:PORT/v1/chat/completions")
        from codeio.evaluate.served import Served  # here: lm-eval is an extra

        return {"model": Served(model=bench.model, base_url=bench.base_url, num_concurrent=4, max_retries=3)}
    at = ROOT / bench.model
    name = str(at) if at.is_dir() else bench.model  # absolute: result folders of relative ones become hidden
    if not Path(name).is_dir() and bench.model.startswith("models/"):
        raise BadInput(f"{bench.model} holds no trained model: run `dvc repro train`")
    dtype = "bfloat16" if params.machine.bf16 else "float32"
    return {"model": bench.backend, "model_args": {"pretrained": name, "dtype": dtype}}


def task(benchmark: Benchmark, items: Sequence[Item], params: Params) -> Any:
    """A benchmark as a generative task of lm-eval."""
    from datasets import Dataset
    from lm_eval.api.task import ConfigurableTask

    rows = [{"number": n, "prompt": benchmark.prompt(item)} for n, item in enumerate(items)]
    tokens = params.evaluate.bench.max_tokens or benchmark.max_tokens
    return ConfigurableTask(
        config={
            "task": benchmark.name,
            "custom_dataset": lambda **_: {"test": Dataset.from_list(rows)},
            "test_split": "test",
            "output_type": "generate_until",
            "doc_to_text": lambda row: row["prompt"],
            "doc_to_target": lambda row: "",
            "generation_kwargs": {
                "max_gen_toks": tokens,
                "do_sample": False,
                "temperature": 0.0,
                "until": [],
            },
            "process_results": lambda row, said: {"answered": float(bool(said[0]))},
            "metric_list": [{"metric": "answered", "aggregation": "mean", "higher_is_better": True}],
            "metadata": {"version": benchmark.prompt_version},
        }
    )
