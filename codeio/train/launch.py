"""Launch: a training in several processes, by accelerate.   params -> processes -> checkpoint, curve

Nothing distributed is ours: `accelerate launch` starts the processes (srun starts it on each node of a Slurm job),
each runs worker.py, and the first one tells its curve in lines of JSON, which end here.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from codeio.errors import BadInput, BadParams, EngineError
from codeio.params import Params
from codeio.settings import Machine
from codeio.stage import screen
from codeio.train.trainer import Log

PORT = 29500


class Job(msgspec.Struct, frozen=True):
    """What the processes are told."""

    params: Params
    out: str


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a process tells: a point of the curve, the metrics of the end (step -1), or why it stopped."""

    step: int
    metrics: dict[str, float]
    failed: str = ""


def wanted(params: Params) -> bool:
    """Whether others are to be started; never by one of those."""
    return params.machine.processes > 1 and "LOCAL_RANK" not in os.environ


def train(params: Params, out: Path, log: Log) -> dict[str, float]:
    """The metrics of a training that other processes did."""
    work = out.with_name(out.name + ".work")
    work.mkdir(parents=True, exist_ok=True)
    job = work / "job.json"
    job.write_bytes(msgspec.json.encode(Job(params, str(out))))
    command = [*on_nodes(params.machine), *accelerate(params.machine, str(job))]
    final, failed = None, ""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in lines(process):
            if line.failed:
                failed = line.failed
            elif line.step < 0:
                final = line.metrics
            else:
                log(line.metrics, line.step)
    if failed:
        raise BadInput(failed)
    if process.returncode or final is None:
        raise EngineError(f"accelerate ended with code {process.returncode}; what it said stands above")
    return final


def lines(process: subprocess.Popen) -> Iterator[Line]:
    """What the processes tell; other words of theirs go to the screen."""
    for text in process.stdout or ():
        try:
            yield msgspec.json.decode(text, type=Line)
        except msgspec.DecodeError:
            screen.print(text.rstrip(), markup=False)


def on_nodes(machine: Machine) -> list[str]:
    """What starts a command once on each node."""
    if machine.nodes == 1:
        return []
    if "SLURM_JOB_ID" not in os.environ:
        raise BadParams(
            f"machine.nodes={machine.nodes} needs a Slurm job: salloc or sbatch, or machine.nodes=1"
        )
    return ["srun", f"--nodes={machine.nodes}", "--ntasks-per-node=1"]


def accelerate(machine: Machine, job: str) -> list[str]:
    """The command that starts this machine's share of the processes."""
    flags = {"num_processes": machine.processes, "num_machines": machine.nodes, "dynamo_backend": "no"}
    if machine.nodes > 1:  # they find each other at the node where this runs
        flags |= {"rdzv_backend": "c10d", "main_process_ip": socket.gethostname(), "main_process_port": PORT}
        flags |= {"machine_rank": 0}  # of no meaning under c10d, yet asked for
    else:
        flags |= {"main_process_port": 0}  # any free one
    flags |= {
        "num_cpu_threads_per_process": machine.threads or 1,
        "mixed_precision": "no",
    } | machine.accelerate
    words = [word for name, value in flags.items() for word in flag(name, value)]
    kind = [] if machine.accelerate.get("use_fsdp") else ["--multi_gpu"]  # its name for several, CPUs too
    start = [sys.executable, "-m", "accelerate.commands.launch", *kind, *words]
    return [*start, "-m", "codeio.train.worker", job]


def flag(name: str, value: bool | int | str) -> list[str]:
    """A flag of accelerate: those of FSDP are words even where they mean yes or no."""
    if isinstance(value, bool) and not name.startswith("fsdp_"):
        return [f"--{name}"] if value else []
    return [f"--{name}", str(value).lower() if isinstance(value, bool) else str(value)]
