"""Estimate: what a training needs at the least, before it starts.   Params -> GB, or a refusal

A lower bound: weights, gradients, AdamW's moments and the inputs of the layers. What fits by it may still be too
large; what does not fit by it never will.
"""

import psutil
import torch
from transformers import AutoModelForCausalLM, PreTrainedConfig

from codeio.errors import BadParams
from codeio.params import Params

GB = 2**30


def check(params: Params, config: PreTrainedConfig) -> None:
    """Raises BadParams with the estimate where a device cannot hold it."""
    parts = estimate(params, config)
    need, free = sum(parts.values()), available(params)
    if need > free:
        told = ", ".join(f"{name} {size / GB:.1f}" for name, size in parts.items())
        raise BadParams(
            f"model={params.model.name} needs at least {need / GB:.1f} GB on each device ({told}), and "
            f"{free / GB:.1f} are free: machine=node or cluster shards it, machine=workstation trains adapters only, "
            "machine.per_device_batch=1 takes fewer sequences at once"
        )


def estimate(params: Params, config: PreTrainedConfig) -> dict[str, int]:
    """Bytes per device, by what holds them."""
    with torch.device("meta"):
        made = AutoModelForCausalLM.from_config(config)
    count = sum(weight.numel() for weight in made.parameters())
    text = config.get_text_config()
    machine = params.machine
    shards = machine.processes if machine.accelerate.get("use_fsdp") else 1
    adapted = machine.lora is not None
    each = (2 if machine.bf16 else 4) if adapted else 4
    batch = min(machine.per_device_batch, params.model.io.batch)
    inputs = batch * params.model.context * text.hidden_size * text.num_hidden_layers
    return {
        "weights": each * count // shards,
        "gradients and moments": 0 if adapted else 12 * count // shards,
        "inputs of the layers": inputs * (2 if machine.bf16 else 4),
    }


def available(params: Params) -> int:
    """Free bytes of one process' device."""
    here = -(-params.machine.processes // params.machine.nodes)
    if params.machine.device == "cpu":
        return psutil.virtual_memory().available // here
    if not torch.cuda.is_available():
        raise BadParams(f"machine={params.machine.name} wants a GPU and torch sees none: machine=cpu")
    return torch.cuda.mem_get_info()[0]
