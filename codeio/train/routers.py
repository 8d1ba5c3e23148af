"""Balance: keep the experts of a mixture in even use.   router decisions -> a term of the loss

transformers trains DeepSeek V2 without the auxiliary loss of its paper (DeepSeek-AI, 2024, section 2.2.3); this is
that loss over the tokens of a batch: experts / chosen * sum over experts of (share of the choices * mean probability).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from codeio.errors import BadInput


class Balance:
    """Hears what the routers of a model decide in a forward pass, and not again where it is recomputed."""

    def __init__(self, model: nn.Module) -> None:
        routers = [m for m in model.modules() if type(m).__name__.lower().endswith("topkrouter")]
        if not routers:
            raise BadInput(
                f"router_loss: {type(model).__name__} has no experts; set it to null in the model's file"
            )
        self.open = False
        self.heard: list[tuple[Tensor, Tensor]] = []  # (logits, chosen) of each layer
        for router in routers:
            router.register_forward_hook(self.hear)

    @contextmanager
    def listening(self) -> Iterator[None]:
        self.open, self.heard = True, []
        try:
            yield
        finally:
            self.open = False

    def hear(self, router: nn.Module, given: Any, made: tuple[Tensor, Tensor, Tensor]) -> None:
        if self.open:
            logits, _, chosen = made
            self.heard.append((logits, chosen))

    def loss(self, real: Tensor) -> Tensor:
        """The mean over layers, for the tokens that are `real` (batch, length) and no padding."""
        terms = [balance(logits, chosen, real.flatten()) for logits, chosen in self.heard]
        return torch.stack(terms).mean()


def balance(logits: Tensor, chosen: Tensor, real: Tensor) -> Tensor:
    """1 where all experts are used alike, up to experts / chosen where the same ones are used by all tokens.

    logits (tokens, experts), chosen (tokens, k) numbers of experts, real (tokens,) truth values.
    """
    experts = logits.shape[-1]
    probabilities = logits.float().softmax(-1)[real].mean(0)
    used = torch.bincount(chosen[real].flatten(), minlength=experts)
    return experts * (used / used.sum() * probabilities).sum()
