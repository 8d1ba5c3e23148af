"""Muon: matrices of layers move along orthogonal ones, everything else as under AdamW; its state survives a save."""

import copy

import pytest
import torch
from torch import nn

from codeio.settings import Schedule
from codeio.train.muon import Muon, groups, orthogonal

SCHEDULE = Schedule(learning_rate=1e-3, muon=2e-2, schedule="constant", warmup=0, batch=1)


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(6, 4)
        self.inner = nn.Linear(4, 8)
        self.norm = nn.LayerNorm(8)
        self.lm_head = nn.Linear(8, 6, bias=False)

    def forward(self, ids):
        return self.lm_head(self.norm(self.inner(self.embed_tokens(ids))))


def made(schedule=SCHEDULE):
    torch.manual_seed(0)
    net = Net()
    return net, Muon(groups(net, schedule, 0.01), lr=schedule.learning_rate, betas=(0.9, 0.98))


def step(net, optimizer):
    optimizer.zero_grad()
    ids = torch.tensor([0, 1, 2, 3])
    loss = nn.functional.cross_entropy(net(ids), (ids + 1) % 6)
    loss.backward()
    optimizer.step()
    return loss.item()


@pytest.mark.parametrize("shape", [(3, 5, 5), (1, 4, 9), (2, 9, 4)])
def test_singular_values_end_near_one(shape):
    torch.manual_seed(1)
    values = torch.linalg.svdvals(orthogonal(torch.randn(shape)))
    assert values.min() > 0.6
    assert values.max() < 1.3


def test_a_batch_gives_what_each_matrix_gives_alone():
    torch.manual_seed(2)
    batch = torch.randn(3, 6, 4)
    alone = torch.cat([orthogonal(one[None]) for one in batch])
    assert torch.allclose(orthogonal(batch), alone, atol=1e-5)


def test_only_matrices_of_layers_are_moved_by_muon():
    net, optimizer = made()
    moved = [w for group in optimizer.param_groups if group["orthogonal"] for w in group["params"]]
    assert [w is net.inner.weight for w in moved] == [True]
    assert sum(len(group["params"]) for group in optimizer.param_groups) == len(list(net.parameters()))


def test_the_rest_moves_as_under_adamw():
    net, optimizer = made()
    twin = copy.deepcopy(net)
    plain = torch.optim.AdamW(
        [{"params": [twin.embed_tokens.weight, twin.lm_head.weight], "weight_decay": 0.01},
         {"params": [twin.inner.bias, twin.norm.weight, twin.norm.bias], "weight_decay": 0.0}],
        lr=1e-3, betas=(0.9, 0.98),
    )  # fmt: skip
    step(net, optimizer)
    step(twin, plain)
    for name in ("embed_tokens.weight", "lm_head.weight", "inner.bias", "norm.weight"):
        assert torch.equal(net.get_parameter(name), twin.get_parameter(name))
    assert not torch.equal(net.inner.weight, twin.inner.weight)


def test_without_a_rate_it_is_adamw():
    _, optimizer = made(Schedule(learning_rate=1e-3, schedule="constant", warmup=0, batch=1))
    assert not any(group["orthogonal"] for group in optimizer.param_groups)


def test_it_learns_and_goes_on_from_a_saved_state():
    net, optimizer = made()
    losses = [step(net, optimizer) for _ in range(60)]
    assert losses[-1] < losses[0] / 2
    twin, other = made()
    twin.load_state_dict(net.state_dict())
    other.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    assert [step(net, optimizer) for _ in range(3)] == [step(twin, other) for _ in range(3)]
