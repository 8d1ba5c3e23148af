"""Several processes: the same curve and weights as one with twice the accumulation; what each machine starts."""

import pytest
import torch
from safetensors.torch import load_file

from codeio.errors import BadInput, BadParams
from codeio.params import group_files, load
from codeio.train import launch
from codeio.train.run import settings, together, train
from tests import families


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("CODEIO_ROOT", str(tmp_path))  # for the processes that it starts
    monkeypatch.delenv("LOCAL_RANK", raising=False)
    return families.root(tmp_path, monkeypatch)


def trained(root, *overrides):
    """Curve, metrics and weights of a training with settings of its own."""
    stage = "{learning_rate: 3.0e-3, schedule: cosine, floor: 0.1, warmup: 2, batch: 8, steps: 10}"
    params = families.params(
        "tiny",
        root,
        f"model.instruct={stage}",
        "machine.per_device_batch=4",
        "train.save_steps=4",
        *overrides,
    )
    curve = {}
    out = root / f"out-{params.machine.processes}"
    metrics = train(params, out, lambda told, step: curve.update({step: told["train/loss"]}))
    return curve, metrics, load_file(out / "model.safetensors")


@pytest.mark.full
def test_two_processes_are_one_with_twice_the_accumulation(root):
    one, metrics, weights = trained(root)
    two, again, shared = trained(root, "machine.processes=2")
    assert sorted(one) == [2, 4, 6, 8, 10]
    assert two == pytest.approx(one, rel=1e-4)
    assert again == pytest.approx(metrics, rel=1e-4)
    for name, weight in weights.items():
        torch.testing.assert_close(shared[name], weight, rtol=1e-3, atol=1e-4)


@pytest.mark.full
def test_what_stops_a_process_is_told_in_its_own_words(root):
    (root / "chats.jsonl").write_text("nonsense\n")
    with pytest.raises(BadInput, match=r"chats\.jsonl, line 1 is not JSON"):
        trained(root, "machine.processes=2")


def test_one_process_is_started_by_nobody(monkeypatch):
    assert not launch.wanted(load())
    assert launch.wanted(load("machine.processes=2"))
    monkeypatch.setenv("LOCAL_RANK", "0")
    assert not launch.wanted(load("machine.processes=2"))


@pytest.mark.parametrize("machine", group_files("machine"))
@pytest.mark.parametrize("model", group_files("model"))
def test_every_machine_keeps_the_batch_of_every_model(model, machine):
    params = load(f"model={model}", f"machine={machine}")
    for stage in (params.model.io, params.model.instruct):
        if stage.batch % params.machine.processes:
            with pytest.raises(BadParams, match=r"cannot be shared by machine\.processes"):
                together(stage.batch, params)
            continue
        each = together(stage.batch, params)
        share = stage.batch // params.machine.processes
        assert share % each == 0
        assert each <= params.machine.per_device_batch


def test_a_batch_is_kept_whatever_fits_at_once(tmp_path):
    params = load("machine.per_device_batch=5")
    config = settings(params, params.model.io, 10, tmp_path)
    assert config.per_device_train_batch_size * config.gradient_accumulation_steps == params.model.io.batch


def test_a_node_runs_fsdp_and_a_cluster_one_launcher_a_node(monkeypatch):
    node = " ".join(launch.accelerate(load("machine=node").machine, "job"))
    for flag in ("--num_processes 8", "--use_fsdp", "--fsdp_version 2", "--mixed_precision bf16"):
        assert flag in node
    assert node.endswith("-m codeio.train.worker job")
    cluster = load("machine=cluster").machine
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    with pytest.raises(BadParams, match=r"machine\.nodes=4 needs a Slurm job"):
        launch.on_nodes(cluster)
    monkeypatch.setenv("SLURM_JOB_ID", "1")
    assert launch.on_nodes(cluster) == ["srun", "--nodes=4", "--ntasks-per-node=1"]
    assert "--num_processes 32 --num_machines 4" in " ".join(launch.accelerate(cluster, "job"))


def test_accelerate_takes_every_flag_of_the_machine_files():
    """As its own parser reads them; it refuses what it does not know."""
    from accelerate.commands.launch import launch_command_parser

    for name in group_files("machine"):
        machine = load(f"machine={name}").machine
        words = launch.accelerate(machine, "job")[3:]
        told = launch_command_parser().parse_args(words)
        assert (told.num_processes, told.num_machines) == (machine.processes, machine.nodes)
        assert told.training_script == "codeio.train.worker"
        assert bool(told.use_fsdp) == bool(machine.accelerate.get("use_fsdp"))
