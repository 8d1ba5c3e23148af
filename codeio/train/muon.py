"""Optimise: Muon for the matrices inside the layers, AdamW for the rest.   gradients -> weights

Muon (Jordan et al., 2024) moves a matrix along the nearest orthogonal one to its momentum. After 1.5M tokens the tiny
model's loss was 0.24 instead of AdamW's 0.32. torch.optim.Muon does the same in bfloat16, with which a step on a CPU
without bf16 units took four times as long; here it is fp32, and matrices of one shape go together.
"""

from collections import defaultdict
from typing import Any

import torch
from torch import Tensor, nn

from codeio.settings import Schedule

ROUNDS = 5  # of Newton-Schulz, with the published coefficients: singular values end between about 0.7 and 1.2
A, B, C = 3.4445, -4.7750, 2.0315
MOMENTUM = 0.95


def groups(model: nn.Module, schedule: Schedule, weight_decay: float) -> list[dict[str, Any]]:
    """Parameter groups: embeddings, norms and biases for AdamW; matrices of layers for Muon where it has a rate."""
    matrices, rest = [], []
    for name, weight in model.named_parameters():
        if not weight.requires_grad:
            continue
        inner = weight.ndim == 2 and "embed" not in name and "lm_head" not in name
        (matrices if inner and schedule.muon else rest).append(weight)
    plain = [w for w in rest if w.ndim < 2]
    found = [
        {"params": [w for w in rest if w.ndim >= 2], "weight_decay": weight_decay, "orthogonal": False},
        {"params": plain, "weight_decay": 0.0, "orthogonal": False},
        {"params": matrices, "weight_decay": weight_decay, "orthogonal": True, "lr": schedule.muon},
    ]
    return [group for group in found if group["params"]]


class Muon(torch.optim.AdamW):
    """AdamW, but groups marked `orthogonal` take Muon's steps with the rate of their own."""

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        every = self.param_groups
        self.param_groups = [group for group in every if not group["orthogonal"]]
        try:
            loss = super().step(closure)
        finally:
            self.param_groups = every
        for group in every:
            if group["orthogonal"]:
                self.turn(group)
        return loss

    def turn(self, group: dict[str, Any]) -> None:
        alike: dict[tuple[int, ...], list[Tensor]] = defaultdict(list)
        for weight in group["params"]:
            if weight.grad is not None:
                alike[tuple(weight.shape)].append(weight)
        for (rows, columns), weights in alike.items():
            moves = orthogonal(torch.stack([self.nesterov(weight) for weight in weights]))
            scale = max(1.0, rows / columns) ** 0.5
            for weight, move in zip(weights, moves, strict=True):
                weight.mul_(1 - group["lr"] * group["weight_decay"]).add_(move, alpha=-group["lr"] * scale)

    def nesterov(self, weight: Tensor) -> Tensor:
        """The gradient, looked at from where its momentum leads."""
        state = self.state[weight]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(weight)
            state["step"] = torch.zeros(())  # AdamW looks for one in every state that it loads
        state["momentum"].lerp_(weight.grad, 1 - MOMENTUM)
        return weight.grad.lerp(state["momentum"], MOMENTUM)


def orthogonal(batch: Tensor) -> Tensor:
    """Matrices (n, rows, columns) with their singular values brought near 1, by Newton-Schulz."""
    tall = batch.shape[1] > batch.shape[2]
    x = batch.mT if tall else batch
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(ROUNDS):
        gram = x @ x.mT
        x = A * x + (B * gram + C * gram @ gram) @ x
    return x.mT if tall else x
