"""Adapt: low-rank adapters in the place of all weights (Hu et al., 2021).   model -> model with few free weights

peft does it. The checkpoint at the end holds whole weights again: it loads without peft.
"""

import shutil
from pathlib import Path

from transformers import PreTrainedModel

from codeio.errors import BadParams
from codeio.settings import Lora


def added(model: PreTrainedModel, lora: Lora | None) -> PreTrainedModel:
    """The model with adapters, or as it is. Raises BadParams where peft is not installed."""
    if lora is None:
        return model
    try:
        from peft import LoraConfig, get_peft_model
    except ImportError as error:
        raise BadParams(
            "machine.lora needs peft: pip install 'codeio[lora]', or machine.lora=null"
        ) from error
    targets = lora.targets if isinstance(lora.targets, str) else list(lora.targets)
    config = LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=targets,
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, config)


def merge(base: PreTrainedModel, at: Path) -> None:
    """Put the adapter that lies at `at` into the weights of `base`, in its place."""
    from peft import PeftModel

    whole = PeftModel.from_pretrained(base, str(at)).merge_and_unload()
    shutil.rmtree(at)
    whole.save_pretrained(at)
