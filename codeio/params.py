"""Params: params.yaml, typed; Hydra composes, msgspec checks.   files + overrides -> Params"""

import difflib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import yaml
from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import HydraException
from msgspec import Meta
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from codeio.errors import BadParams

ROOT = Path(os.environ.get("CODEIO_ROOT", Path(__file__).resolve().parents[1]))
GROUPS = ("model", "machine", "experiment")  # keys of params.yaml that name a file under experiments/
Natural = Annotated[int, Meta(ge=0)]
Count = Annotated[int, Meta(ge=1)]
Share = Annotated[float, Meta(ge=0, le=1)]
Positive = Annotated[float, Meta(gt=0)]
NotNegative = Annotated[float, Meta(ge=0)]


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Part of params.yaml: a missing, misspelt or mistyped key stops the run at once."""


class Procedural(Section, kw_only=True):
    programs: Natural
    levels: Annotated[int, Meta(ge=1, le=3)]


class Hub(Section, kw_only=True):
    """A data set of the Hugging Face hub; `revision` pins it."""

    id: str
    revision: str
    split: str = "train"
    column: str = "text"
    rows: Count = 10_000  # the first ones


class Collect(Section, kw_only=True):
    procedural: Procedural
    installed: tuple[str, ...]
    stdlib: bool
    directory: str | None
    jsonl: str | None
    hub: Hub | None
    near_duplicate: Share
    rows_per_shard: Count


class Unify(Section, kw_only=True):
    heldout_structure: Share
    heldout_constants: Share
    heldout_natural: Share
    backend: Literal["static", "llm", "both"]
    prefer: Literal["static", "llm", "union"]
    repairs: Natural
    max_file_chars: Count
    max_code_chars: Count
    guesses: Count
    tries: Count
    max_lines: Count
    cpu_s: Positive
    memory_mb: Count


class Execute(Section, kw_only=True):
    pairs: Count
    heldout_pairs: Natural
    pool: Count
    draws: Count
    max_lines: Count
    cpu_s: Positive
    memory_mb: Count


class Pose(Section, kw_only=True):
    near_duplicate: Share


class Slip(Section, kw_only=True):
    right_first: Share
    right_later: Share


class Answer(Section, kw_only=True):
    teacher: str
    style: Literal["auto", "notation", "english"]
    max_trace_lines: Count
    max_lines: Count
    max_chars: Count
    samples: Count
    show_code: bool
    slip: Slip


class Revise(Section, kw_only=True):
    max_turns: Natural
    mode: Literal["feedback", "resample"]
    choose: Literal["first", "best"]


class Llm(Section, kw_only=True):
    """A language model, and all that its replies depend on."""

    backend: Literal["openai", "vllm", "transformers"]
    model: str | None
    revision: str | None
    temperature: NotNegative
    top_p: Annotated[float, Meta(gt=0, le=1)]
    max_tokens: Count
    json_schema: bool


class Server(Section, kw_only=True):
    """How the model is reached and what it costs; no reply depends on it."""

    url: str | None
    concurrency: Count
    timeout_s: Positive
    tries: Count
    deadline_s: Positive
    backoff_s: Positive
    tensor_parallel: Count
    context: Count | None
    prices: dict[str, dict[Literal["prompt", "completion", "cached"], NotNegative]]
    store: str
    dry_run: bool


class Tokenizer(Section, kw_only=True):
    vocab: Count


class Instructions(Section, kw_only=True):
    source: str | Hub | None
    rows: Count
    tokens: Count


class Train(Section, kw_only=True):
    save_steps: Count
    budget: Literal["epochs", "tokens"]
    epochs: Positive
    tokens: Count
    stages: tuple[Literal["io", "instruct"], ...]
    instructions: Instructions


class Bench(Section, kw_only=True):
    """The paper's 14 benchmarks (python -m codeio.evaluate.bench); `limit` is for quick looks and marks the metric."""

    names: tuple[str, ...]
    data_root: str | None
    hub: bool
    backend: Literal["hf", "vllm", "local-chat-completions"]
    model: str
    base_url: str | None
    limit: Count | None
    max_tokens: Count | None


class Evaluate(Section, kw_only=True):
    items: Natural
    max_new_tokens: Count
    batch: Count
    instructions: Natural
    grids: Natural
    bench: Bench


class Schedule(Section, kw_only=True):
    """One training stage of a model."""

    learning_rate: Positive
    muon: Positive | None = None  # learning rate of Muon for the matrices of layers; null: AdamW for all
    schedule: Literal["cosine", "constant"]
    warmup: Natural  # steps
    batch: Count  # sequences per step, over all devices


class Checkpoint(Section, kw_only=True):
    """A checkpoint on the hub or in a folder."""

    id: str
    revision: str | None = None


class Model(Section, kw_only=True):
    """A file of experiments/model/."""

    name: str
    init: Literal["scratch", "pretrained"]
    hub: Checkpoint | None
    prompts: Literal["ask", "brief"]
    architecture: dict[str, int | float | str]  # of transformers' config for `model_type`
    context: Count
    io: Schedule
    instruct: Schedule


class Machine(Section, kw_only=True):
    """A file of experiments/machine/."""

    name: str
    device: Literal["cpu", "cuda"]
    bf16: bool
    threads: Natural
    per_device_batch: Count


class Params(Section, kw_only=True):
    """Everything a run depends on. Field order = order of params.yaml."""

    seed: Natural
    model: Model
    machine: Machine
    engine: Literal["local"]
    interpreter: str
    workers: Natural
    isolation: Literal["auto", "T3", "T2", "none"]
    allow_stale: bool
    collect: Collect
    unify: Unify
    execute: Execute
    pose: Pose
    llm: Llm
    server: Server
    teachers: tuple[str, ...]
    answer: Answer
    revise: Revise
    teacher: str
    revisions: int
    pairs_per_function: int
    predict: Literal["both", "input", "output", "one"]
    format: Literal["q_code_cot", "code_cot", "q_cot", "q_then_code_cot", "q_then_code"]
    wrong: Literal["keep", "drop", "ground_truth"]
    fraction: float
    pass_rate: tuple[Share, Share]
    loss: Literal["all", "last", "right"]
    tokenizer: Tokenizer
    train: Train
    evaluate: Evaluate


# Parts that decide the data on disk: train.py refuses them, since a sweep must not regenerate data.
DATA = ("collect", "unify", "execute", "pose", "llm", "server", "teachers", "answer", "revise", "tokenizer")


def register() -> None:
    """Make params.yaml Hydra's primary config, with the chosen group files merged in."""
    plain = read_yaml(ROOT / "params.yaml")
    choices = [{group: plain.pop(group, None)} for group in GROUPS]
    ConfigStore.instance().store(name="codeio", node={"defaults": ["_self_", *choices], **plain})


def read_yaml(path: Path) -> dict[str, Any]:
    try:
        value = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadParams(f"{path.name}: {error.strerror}; is this a checkout of codeio?") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadParams(f"{path.name} is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(value, dict):
        raise BadParams(f"{path.name} holds no settings")
    return value


def load(*overrides: str) -> Params:
    """Params as `python train.py OVERRIDES` sees them. Raises BadParams naming the key and its neighbour."""
    return typed(composed(*overrides))


def composed(*overrides: str) -> DictConfig:
    register()
    GlobalHydra.instance().clear()
    with initialize_config_dir(str(ROOT / "experiments"), version_base="1.3"):
        try:
            return compose("codeio", overrides=list(overrides))
        except (HydraException, OmegaConfBaseException) as error:
            raise BadParams(explain(error, overrides)) from error


def typed(config: DictConfig) -> Params:
    try:
        plain = OmegaConf.to_container(config, resolve=True)
    except OmegaConfBaseException as error:  # ${...}, which params.yaml never holds
        raise BadParams(f"params: {' '.join(str(error).split())}") from error
    try:
        return msgspec.convert(plain, Params)
    except msgspec.ValidationError as error:
        raise BadParams(f"params: {error}{near_field(str(error), plain)}") from error


def explain(error: Exception, overrides: tuple[str, ...]) -> str:
    """Hydra's complaint in one line, with the nearest valid key or file."""
    first = " ".join(str(error).split("\n")[0].split())
    register()
    valid = [*dotted(read_yaml(ROOT / "params.yaml")), *GROUPS]
    for override in overrides:
        key, _, value = override.lstrip("+~").partition("=")
        if key in GROUPS and value not in (options := group_files(key)):
            return f"{key}={value}: there is no experiments/{key}/{value}.yaml{did_you_mean(value, options)}"
        if key not in valid and key in first:
            return f"unknown key {key}{did_you_mean(key, valid)}"
    return first


def near_field(message: str, plain: dict[str, Any]) -> str:
    key = message.split("unknown field `")[-1].split("`")[0] if "unknown field" in message else ""
    names = [
        name.split(".")[-1] for name in dotted(read_yaml(ROOT / "params.yaml")) if name.split(".")[-1] != key
    ]
    return did_you_mean(key, sorted(names)) if key else ""


def did_you_mean(word: str, valid: list[str]) -> str:
    near = difflib.get_close_matches(word, valid, n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else ""


def group_files(group: str) -> list[str]:
    return sorted(file.stem for file in (ROOT / "experiments" / group).glob("*.yaml"))


def dotted(tree: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """Every key of a nested mapping as Hydra writes it."""
    for key, value in tree.items():
        yield f"{prefix}{key}"
        if isinstance(value, dict):
            yield from dotted(value, f"{prefix}{key}.")
