"""The four base models of the paper, and small, at a width that a test can train: the real classes and code path."""

import json
from pathlib import Path

from codeio import tokenizer
from codeio.params import Params, load
from codeio.train import model

NARROW = {
    "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2,
}  # fmt: skip
EXPERTS = {
    "num_key_value_heads": 4, "moe_intermediate_size": 32, "kv_lora_rank": 16, "qk_nope_head_dim": 8,
    "qk_rope_head_dim": 8, "v_head_dim": 8, "n_routed_experts": 8, "n_shared_experts": 1, "num_experts_per_tok": 2,
}  # fmt: skip
SOFT = {"head_dim": 16, "query_pre_attn_scalar": 16, "sliding_window": 12}
WIDTHS = {
    "qwen2.5-coder-7b": NARROW,
    "llama-3.1-8b": NARROW,
    "deepseek-coder-v2-lite": NARROW | EXPERTS,
    "gemma-2-27b": NARROW | SOFT,
    "small": NARROW | {"head_dim": 32},
}
TEXT = "def f(x):\n    return x + 12"


def chats(path: Path, count: int = 24) -> Path:
    """Conversations of one and two turns, of different length."""
    rows = []
    for n in range(count):
        asked = {"role": "user", "content": f"{'what is ' * (n % 5)}{n % 4}+1?"}
        said = {"role": "assistant", "content": f"{n % 4 + 1}"}
        more = (
            [{"role": "user", "content": "sure?"}, {"role": "assistant", "content": "yes"}] if n % 3 else []
        )
        rows.append({"messages": [asked, said, *more]})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def params(name: str, root: Path, *overrides: str) -> Params:
    """A family from nothing, with stage 2 on a file of chats under `root`."""
    widths = [f"model.architecture.{key}={value}" for key, value in WIDTHS.get(name, {}).items()]
    stage = "{learning_rate: 1.0e-2, schedule: constant, warmup: 0, batch: 8, steps: 40}"
    settings = [
        f"model={name}", "model.init=scratch", "model.context=64", f"model.instruct={stage}", "machine.threads=1",
        "train.stages=[instruct]", f"train.instructions.source={root / 'chats.jsonl'}", "evaluate.max_new_tokens=8",
    ]  # fmt: skip
    return load(*settings, *widths, *overrides)


def root(at: Path, monkeypatch) -> Path:
    """A checkout with a tokenizer and chats, in which train.model looks for them."""
    tokenizer.train([(TEXT, '{"output": 12}')], 300).save_pretrained(at / "models" / "tokenizer")
    chats(at / "chats.jsonl")
    monkeypatch.setattr(model, "ROOT", at)
    return at
