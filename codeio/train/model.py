"""Build: a model from its file of experiments/model/.   Params -> model, tokenizer"""

import os
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoTokenizer,
    PreTrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.utils.logging import disable_progress_bar, set_verbosity_error

from codeio.errors import BadInput, BadParams
from codeio.params import ROOT, Params
from codeio.settings import Checkpoint
from codeio.train import chat


def tokenizer_of(params: Params) -> PreTrainedTokenizerBase:
    """The shared one for models that start from nothing, else the checkpoint's own; with the file's template.

    Raises BadInput on one that would not teach a model to end its turns.
    """
    scratch = params.model.init == "scratch"
    if scratch:
        at = ROOT / "models" / "tokenizer"
        if not (at / "tokenizer.json").exists():
            raise BadInput("models/tokenizer is missing: run `dvc repro tokenizer`")
        found, where = AutoTokenizer.from_pretrained(at), "models/tokenizer"
    else:
        hub = checkpoint(params)
        found, where = fetched(AutoTokenizer, hub), hub.id
    if params.model.template:
        found = chat.taught(found, params.model.template, new=scratch)
    chat.check(found, where)
    return found


def checkpoint(params: Params) -> Checkpoint:
    if params.model.hub is None:
        raise BadInput(
            f"experiments/model/{params.model.name}.yaml: init is pretrained, but hub names no checkpoint"
        )
    return params.model.hub


def fresh(params: Params, tokenizer: PreTrainedTokenizerBase) -> PreTrainedModel:
    """A model to start from: random weights by the seed, or a checkpoint. Adapters go on bf16 weights."""
    torch.manual_seed(params.seed)
    dtype = precision(params)
    if params.model.init == "pretrained":
        hub = checkpoint(params)
        return fetched(AutoModelForCausalLM, hub, dtype=dtype, attn_implementation=params.model.attention)
    return AutoModelForCausalLM.from_config(
        config(params, tokenizer), dtype=dtype, attn_implementation=params.model.attention
    )


def precision(params: Params) -> torch.dtype:
    """Of the weights that are kept: those that an optimiser moves need all of it."""
    return torch.bfloat16 if params.machine.lora and params.machine.bf16 else torch.float32


def further(params: Params, at: Path) -> PreTrainedModel:
    """The checkpoint of the stage before."""
    settings = {"dtype": precision(params), "attn_implementation": params.model.attention}
    return AutoModelForCausalLM.from_pretrained(at, **settings)


def config(params: Params, tokenizer: PreTrainedTokenizerBase) -> PreTrainedConfig:
    """What the model to start from looks like."""
    if params.model.init == "pretrained":
        return fetched(AutoConfig, checkpoint(params))
    own = {
        "vocab_size": (len(tokenizer) + 15) // 16 * 16,
        "max_position_embeddings": params.model.context,
        "tie_word_embeddings": True,
        "pad_token_id": tokenizer.pad_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "bos_token_id": tokenizer.bos_token_id,
    }
    return AutoConfig.for_model(**(own | params.model.architecture))


def check_packing(params: Params, found: PreTrainedConfig) -> None:
    """Refuse to pack for layers that take no notice of where a conversation starts. Raises BadParams."""
    kinds = set(getattr(found.get_text_config(), "layer_types", None) or ())
    if params.model.packing and (blind := kinds - {"full_attention", "sliding_attention"}):
        raise BadParams(
            f"model.packing=true: the {', '.join(sorted(blind))} layers of {found.model_type} would see from one "
            "conversation into the next; model.packing=false"
        )


def fetched(kind: Any, hub: Checkpoint, **settings: Any) -> Any:
    """A part of a checkpoint. Raises BadInput in one line where it is not there or not given to us."""
    try:
        return kind.from_pretrained(hub.id, revision=hub.revision, **settings)
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno:  # the disk's own words: full, no permission
            raise
        said = str(error).strip().split("\n")[0]
        raise BadInput(
            f"{hub.id} at {hub.revision or 'its newest revision'} cannot be loaded ({said}): check model.hub, "
            "accept the terms of a gated one and set HF_TOKEN, or name a folder as model.hub.id"
        ) from error


def load(at: str | Path, attention: str | None = None) -> PreTrainedModel:
    return AutoModelForCausalLM.from_pretrained(at, dtype=torch.float32, attn_implementation=attention)


def settle(params: Params) -> None:
    """Threads as the machine file says; the tokenizer may use its own, nothing forks while it works.

    Bars of single files are left out, a checkpoint here is one; so are reminders of a context that a padded batch
    passes and none of its rows does.
    """
    disable_progress_bar()
    set_verbosity_error()
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    torch.set_num_threads(params.machine.threads or os.cpu_count() or 1)
