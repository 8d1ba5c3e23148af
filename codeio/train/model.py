"""Build: a model from its file of experiments/model/.   Params -> model, tokenizer"""

import os
from pathlib import Path

import torch
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.utils.logging import disable_progress_bar, set_verbosity_error

from codeio.errors import BadInput
from codeio.params import ROOT, Params


def tokenizer_of(params: Params) -> PreTrainedTokenizerBase:
    """The shared one for models that start from nothing, else the checkpoint's own."""
    hub = params.model.hub
    if hub is None:
        at = ROOT / "models" / "tokenizer"
        if not (at / "tokenizer.json").exists():
            raise BadInput("models/tokenizer is missing: run `dvc repro tokenizer`")
        return AutoTokenizer.from_pretrained(at)
    found = AutoTokenizer.from_pretrained(hub.id, revision=hub.revision)
    if found.chat_template is None:
        raise BadInput(f"{hub.id} has no chat template: choose a checkpoint whose tokenizer has one")
    return found


def fresh(params: Params, tokenizer: PreTrainedTokenizerBase) -> PreTrainedModel:
    """A model to start from: random weights by the seed, or a checkpoint."""
    torch.manual_seed(params.seed)
    if params.model.init == "pretrained":
        if params.model.hub is None:
            raise BadInput(
                f"experiments/model/{params.model.name}.yaml: init is pretrained, but hub names no checkpoint"
            )
        return load(params.model.hub.id, params.model.hub.revision)
    config = AutoConfig.for_model(
        vocab_size=(len(tokenizer) + 15) // 16 * 16,
        max_position_embeddings=params.model.context,
        tie_word_embeddings=True,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        bos_token_id=None,
        **params.model.architecture,
    )
    return AutoModelForCausalLM.from_config(config, dtype=torch.float32)


def load(at: str | Path, revision: str | None = None) -> PreTrainedModel:
    return AutoModelForCausalLM.from_pretrained(at, revision=revision, dtype=torch.float32)


def settle(params: Params) -> None:
    """Threads as the machine file says; the tokenizer may use its own, nothing forks while it works.

    Bars of single files are left out, a checkpoint here is one; so are reminders of a context that a padded batch
    passes and none of its rows does.
    """
    disable_progress_bar()
    set_verbosity_error()
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    torch.set_num_threads(params.machine.threads or os.cpu_count() or 1)
