"""Bench: one GPU's training speed, with random weights.   model=small context=4096 -> one JSON line

Needs torch, transformers and PyYAML only, so that it runs on a node that has nothing of ours:
`python tests/bench/bench_gpu.py model=qwen2.5-coder-7b vocab=152064 context=4096 batch=1`. The architecture comes from
experiments/model/<model>.yaml. Weights, gradients and AdamW's moments are of one `dtype`, as a 7B model on one card
needs. Model FLOPs of a token: 6 per parameter that a matrix product reads, and 6 * layers * context * width of
attention for the causal half (no recomputation counted). The ceiling is the best square product measured on the spot;
`peak` (FLOP/s of the maker) adds `mfu`. `device=cpu dtype=float32 small sizes` only shows that it runs.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import yaml
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedModel

MODELS = Path(__file__).resolve().parents[2] / "experiments" / "model"
OWN = {
    "model": "small", "vocab": 512, "context": 4096, "batch": 1, "steps": 10, "warm": 3, "device": "cuda",
    "dtype": "bfloat16", "recompute": "", "attention": "", "peak": 0.0, "size": 8192, "layers": 0,
}  # fmt: skip


def asked(words: list[str]) -> dict[str, Any]:
    """The settings of the command line, each of the type of its default."""
    given = dict(OWN)
    for word in words:
        key, _, value = word.partition("=")
        if key not in OWN or not value:
            raise SystemExit(f"bench_gpu: {word}: say key=value with a key of {', '.join(OWN)}")
        given[key] = type(OWN[key])(value)
    return given


def built(given: dict[str, Any]) -> tuple[PreTrainedModel, bool]:
    """The model on its device, and whether it recomputes activations."""
    told = yaml.safe_load((MODELS / f"{given['model']}.yaml").read_text())
    architecture = dict(told["architecture"])
    if given["layers"]:
        architecture["num_hidden_layers"] = given["layers"]
        if kinds := architecture.get("layer_types"):
            architecture["layer_types"] = kinds[: given["layers"]]
    config = AutoConfig.for_model(
        vocab_size=given["vocab"], max_position_embeddings=given["context"], use_cache=False, **architecture
    )
    torch.manual_seed(0)
    with torch.device(given["device"]):
        model = AutoModelForCausalLM.from_config(
            config,
            dtype=getattr(torch, given["dtype"]),
            attn_implementation=given["attention"] or told["attention"],
        )
    recompute = told["recompute"] if not given["recompute"] else given["recompute"] == "true"
    if recompute:
        model.gradient_checkpointing_enable({"use_reentrant": False})
    return model.train(), recompute


def flops_of_a_token(model: PreTrainedModel, context: int) -> float:
    """Forward and backward; the embedding is a look-up and no product, unless the head shares it."""
    config = model.config
    if getattr(config, "n_routed_experts", None) or getattr(config, "num_experts", None):
        raise SystemExit(
            "bench_gpu: of a mixture of experts not every parameter is read: choose a dense model"
        )
    count = sum(weight.numel() for weight in model.parameters())
    if not config.tie_word_embeddings:
        count -= model.get_input_embeddings().weight.numel()
    width = config.num_attention_heads * getattr(
        config, "head_dim", config.hidden_size // config.num_attention_heads
    )
    kinds = getattr(config, "layer_types", None) or ["full_attention"] * config.num_hidden_layers
    attending = sum(kind != "conv" for kind in kinds)
    return 6.0 * count + 6.0 * attending * context * width


def timed(work: Callable[[], object], device: str) -> float:
    """Seconds of a piece of work, the device's queue included."""
    if device == "cuda":
        torch.cuda.synchronize()
    begun = time.perf_counter()
    work()
    if device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - begun


def ceiling(size: int, device: str, dtype: torch.dtype) -> float:
    """FLOP/s of a square product, the best of ten."""
    a, b = (torch.randn(size, size, device=device, dtype=dtype) for _ in range(2))
    timed(lambda: a @ b, device)
    return 2 * size**3 / min(timed(lambda: a @ b, device) for _ in range(10))


def measured(given: dict[str, Any]) -> dict[str, Any]:
    device, shape = given["device"], (given["batch"], given["context"])
    if device == "cuda" and not torch.cuda.is_available():
        raise SystemExit("bench_gpu: torch sees no GPU; device=cpu only shows that this runs")
    top = ceiling(given["size"], device, getattr(torch, given["dtype"]))
    model, recompute = built(given)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5, fused=device == "cuda")
    ids = torch.randint(0, given["vocab"], shape, device=device)
    spent = {"forward_ms": 0.0, "backward_ms": 0.0, "optimiser_ms": 0.0}
    if device == "cuda":
        torch.cuda.reset_peak_memory_stats()
    for step in range(given["warm"] + given["steps"]):
        kept: list[torch.Tensor] = []
        parts = [
            timed(lambda kept=kept: kept.append(model(input_ids=ids, labels=ids).loss), device),
            timed(lambda kept=kept: kept[0].backward(), device),
            timed(lambda: (optimizer.step(), optimizer.zero_grad()), device),
        ]
        if step >= given["warm"]:
            spent = {
                name: total + 1000 * part for (name, total), part in zip(spent.items(), parts, strict=True)
            }
    tokens = shape[0] * shape[1] * given["steps"]
    speed = tokens / (sum(spent.values()) / 1000)
    used = speed * flops_of_a_token(model, given["context"])
    return {
        "device": torch.cuda.get_device_name(0) if device == "cuda" else "cpu",
        "torch": torch.__version__,
        **{key: given[key] for key in ("model", "vocab", "context", "batch", "steps", "dtype")},
        "recompute": recompute,
        "parameters": sum(weight.numel() for weight in model.parameters()),
        "tokens_per_s": round(speed, 1),
        "model_tflops": round(used / 1e12, 3),
        "matmul_tflops": round(top / 1e12, 3),
        "share_of_matmul": round(used / top, 4),
        "mfu": round(used / given["peak"], 4) if given["peak"] else None,
        "peak_memory_gb": round(torch.cuda.max_memory_allocated() / 2**30, 2) if device == "cuda" else None,
        **{name: round(total / given["steps"], 2) for name, total in spent.items()},
    }


if __name__ == "__main__":
    print(json.dumps(measured(asked(sys.argv[1:]))))
