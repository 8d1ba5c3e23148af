"""Gather what a run depends on: code, data, packages, machine.   checkout -> {tag: text}"""

import hashlib
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec
import psutil

from codeio.errors import Stale
from codeio.locks import held
from codeio.params import ROOT, Params, read_yaml
from codeio.stage import code

# Checkpoint bytes differ between processors: what `dvc repro` writes does not make a checkout dirty.
TRAINED = ("dvc.lock", "metrics", "analysis/data_card.md", "analysis/model_card.md")


class Output(msgspec.Struct, frozen=True):
    """An output that dvc.lock pins."""

    stage: str  # as DVC names it: revise@slip
    md5: str


def locked() -> dict[str, Output]:
    """Every output of dvc.lock by its path, as of now; empty before the first `dvc repro`."""
    path = ROOT / "dvc.lock"
    if not path.exists():
        return {}
    stages = read_yaml(path).get("stages", {})
    return {
        out["path"]: Output(name, out.get("md5", ""))
        for name, stage in sorted(stages.items())
        for out in stage.get("outs", [])
    }


def stale(stages: Iterable[str]) -> list[str]:
    """What is wrong with the outputs of `stages`, one phrase each: never made, altered, of other settings.

    Asks `dvc status` of them and of all before them. Under a file lock, since DVC gives up when several ask
    at once.
    """
    made = {output.stage for output in locked().values()}
    wrong = [f"{stage} was never run" for stage in stages if stage not in made]
    present = [stage for stage in stages if stage in made]
    if not present:
        return wrong
    command = [sys.executable, "-m", "dvc", "status", "--json", "--with-deps", *present]
    with held("dvc-status"):
        asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=quiet())
    if asked.returncode:
        last = (asked.stderr.strip() or "no message").splitlines()[-1]
        return [*wrong, f"dvc status failed ({last})"]
    found = json.loads(asked.stdout or "{}")
    return wrong + [f"{stage}: {changes(said)}" for stage, said in sorted(found.items())]


def quiet() -> dict[str, str]:
    return os.environ | {"DVC_NO_ANALYTICS": "1"}


def changes(said: Iterable[Any]) -> str:
    """DVC's list of changes of one stage, in one phrase."""
    parts = []
    for change in said:
        if isinstance(change, str):
            parts.append(change)
            continue
        for kind, what in change.items():
            parts.append(f"{kind} {', '.join(sorted(what)) if isinstance(what, dict) else what}")
    return "; ".join(parts)


def require_fresh(stages: Iterable[str], allow: bool) -> list[str]:
    """The findings of `stale`; raises Stale with the command that mends them unless `allow`."""
    stages = list(stages)
    wrong = stale(stages)
    if wrong and not allow:
        more = f" and {len(wrong) - 2} more" if len(wrong) > 2 else ""
        raise Stale(
            f"the data is not what dvc.lock and params.yaml say ({'; '.join(wrong[:2])}{more}): "
            f"run `dvc repro {' '.join(stages)}`, or pass allow_stale=true to train on it as it is"
        )
    return wrong


def git() -> dict[str, str]:
    def ask(*arguments: str) -> str:
        found = subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
        )
        return found.stdout.strip() if found.returncode == 0 else "unknown"

    ignored = [f":(exclude,top){path}" for path in TRAINED]
    status = ask("status", "--porcelain", "--", ":(top)", *ignored)
    known = {
        "codeio.git_sha": ask("rev-parse", "HEAD"),
        "codeio.git_dirty": status if status == "unknown" else str(bool(status)).lower(),
    }
    changed = " ".join(line[2:].strip() for line in status.splitlines())
    return known | ({"codeio.git_changed": changed} if known["codeio.git_dirty"] == "true" else {})


def lineage() -> dict[str, str]:
    """md5 of dvc.lock and of every output it pins, the isolation tiers the data was made under."""
    path = ROOT / "dvc.lock"
    tags = {f"dvc.{at}": output.md5 for at, output in locked().items()}
    if path.exists():
        tags["codeio.dvc_lock_md5"] = hashlib.md5(path.read_bytes()).hexdigest()
    tiers = {str(facts["isolation"]) for facts in sidecars().values() if "isolation" in facts}
    return tags | {"codeio.isolation": ",".join(sorted(tiers)) or "unknown"}


def sidecars() -> dict[str, dict[str, Any]]:
    """The volatile facts that stages leave beside their output: data/execute.run.json and its like."""
    found = sorted((ROOT / "data").glob("**/*.run.json"))
    return {str(path.relative_to(ROOT / "data")): json.loads(path.read_text()) for path in found}


def metrics(stage: str) -> dict[str, Any]:
    """What a stage counted; nothing where it has not run."""
    path = ROOT / "metrics" / f"{stage}.json"
    return json.loads(path.read_text()) if path.exists() else {}


def kept_apart() -> int:
    """Functions that were dropped since they resemble a held-out one."""
    return sum(n for why, n in metrics("pose").get("dropped", {}).items() if "held-out" in why)


ASKED = (
    "requests",
    "from_store",
    "prompt_tokens",
    "cached_tokens",
    "completion_tokens",
    "asking_seconds",
    "cost",
)


def asked(store: str) -> dict[str, float]:
    """What a language model took for a teacher's store, stage by stage; nothing where none was asked."""
    found: dict[str, float] = {}
    for name, told in sidecars().items():
        stage, _, variant = name.removesuffix(".run.json").partition("/")
        if "requests" in told and variant in ("", store):
            known = {key: told[key] for key in ASKED if told.get(key) is not None}
            known["failed_tries"] = sum(told["failed_tries"].values())
            found |= {f"data/{stage}_{key}": float(value) for key, value in known.items()}
    return found


def machine() -> dict[str, str]:
    facts: dict[str, str] = {
        "codeio.python": platform.python_version(),
        "codeio.system": platform.platform(),
        "codeio.cores": str(os.cpu_count()),
        "codeio.processor": processor(),
        "codeio.memory_gb": f"{psutil.virtual_memory().total / 2**30:.1f}",
    }
    torch = sys.modules.get("torch")  # only where a run has imported it anyway
    if torch and torch.cuda.is_available():
        facts["codeio.gpu"] = f"{torch.cuda.device_count()} x {torch.cuda.get_device_name(0)}"
    return facts


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((x.split(":", 1)[1].strip() for x in lines if x.startswith("model name")), platform.machine())


# What a version stands for: the content of these parts of the package, so that none is forgotten.
VERSIONED = {
    "prompts": ("prompts", "prompting.py"),
    "scorer": ("evaluate", "verify.py", "values.py"),
    "sandbox": ("sandbox",),
}


def versions() -> dict[str, str]:
    """Content hashes of all our code, of the prompts, of what scores answers and of what runs foreign code."""
    return {"codeio.code": code()} | {f"codeio.{name}": code(*parts) for name, parts in VERSIONED.items()}


def taught_by(params: Params) -> dict[str, str]:
    """Where what stage 1 is trained on comes from: a corpus, or problems of ours and who answered them."""
    if params.corpus is None:
        return {"codeio.teacher": teacher(params)}
    source = params.corpus.source
    where = source if isinstance(source, str) else f"{source.id} revision={source.revision}"
    return {"codeio.corpus": f"{params.corpus.name} ({where}), licence {params.corpus.licence}"}


def teacher(params: Params) -> str:
    """Who answered the problems that a run is trained on; simulated mistakes are named so."""
    if params.teacher == "slip":
        return "slip (simulated mistakes)"
    if params.teacher != "llm":
        return params.teacher
    llm = params.llm
    return f"llm {llm.model} revision={llm.revision} temperature={llm.temperature} top_p={llm.top_p}"


@cache
def packages() -> dict[str, str]:
    """Every installed distribution and its version."""
    found = {d.metadata["Name"]: d.version for d in metadata.distributions()}
    return dict(sorted((name, version) for name, version in found.items() if name))


# What a trained model's numbers depend on, beside our own code.
NUMERIC = (
    "torch", "transformers", "trl", "accelerate", "datasets", "numpy", "reasoning-gym", "tokenizers", "peft",
)  # fmt: skip


def numeric_packages() -> dict[str, str]:
    return {name: packages().get(name, "absent") for name in NUMERIC}


def folder_hash(at: Path) -> str:
    """sha256 over names and bytes of a folder's files (or of one file); empty if there is none."""
    seen = hashlib.sha256()
    files = [at] if at.is_file() else sorted(path for path in at.rglob("*") if path.is_file())
    for path in files:
        seen.update(f"{path.relative_to(at)}\0".encode())
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                seen.update(chunk)
    return seen.hexdigest() if files else ""


def flat(params: Params) -> dict[str, str]:
    """Params as dotted keys and text, as MLflow stores them."""
    return dict(leaves(msgspec.to_builtins(params)))


def leaves(tree: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value if isinstance(value, str) else json.dumps(value)
