"""Params: params.yaml, typed; Hydra composes, msgspec checks.   files + overrides -> Params"""

import difflib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import yaml
from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from codeio.errors import BadParams
from codeio.settings import Params

ROOT = Path(os.environ.get("CODEIO_ROOT", Path(__file__).resolve().parents[1]))
GROUPS = (
    "model",
    "machine",
    "corpus",
    "experiment",
)  # keys of params.yaml that name a file under experiments/

# Parts that decide the data on disk: train.py refuses them, since a sweep must not regenerate data.
DATA = ("collect", "unify", "execute", "pose", "llm", "server", "teachers", "answer", "revise", "tokenizer")


def register() -> None:
    """Make params.yaml Hydra's primary config, with the chosen group files merged in."""
    plain = read_yaml(ROOT / "params.yaml")
    choices = [{group: plain.pop(group, None)} for group in GROUPS]
    ConfigStore.instance().store(name="codeio", node={"defaults": ["_self_", *choices], **plain})


def read_yaml(path: Path) -> dict[str, Any]:
    try:
        value = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
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
        except (HydraException, OmegaConfBaseException, ValueError) as error:  # ValueError: model=null
            raise BadParams(explain(error, overrides)) from error


def typed(config: DictConfig) -> Params:
    try:
        plain = OmegaConf.to_container(config, resolve=True)
    except OmegaConfBaseException as error:  # ${...}, which params.yaml never holds
        raise BadParams(f"params: {' '.join(str(error).split())}") from error
    if plain.get("teacher") is None and plain.get("teachers"):
        plain["teacher"] = plain["teachers"][0]
    try:
        return msgspec.convert(plain, Params)
    except msgspec.ValidationError as error:
        raise BadParams(f"params: {error}{near_field(str(error), plain)}") from error


def explain(error: Exception, overrides: tuple[str, ...]) -> str:
    """Hydra's complaint in one line, with the nearest valid key or file."""
    first = " ".join(str(error).split("\n")[0].split())
    register()
    valid = [*dotted(read_yaml(ROOT / "params.yaml")), *GROUPS, *grouped()]
    for override in overrides:
        key, _, value = override.lstrip("+~").partition("=")
        if key in GROUPS and value not in (options := group_files(key)):
            return f"{key}={value}: there is no experiments/{key}/{value}.yaml{did_you_mean(value, options)}"
        if key not in valid and key in first:
            return f"unknown key {key}{did_you_mean(key, valid)}"
        if (group := key.split(".")[0]) in GROUPS and f"'{key}'" in first:
            return f"{override} does not fit the {group} that is chosen"
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


def grouped() -> set[str]:
    """Keys inside the files of models, machines and corpora, as Hydra writes them."""
    files = [(group, name) for group in GROUPS[:-1] for name in group_files(group)]
    plain = ((group, read_yaml(ROOT / "experiments" / group / f"{name}.yaml")) for group, name in files)
    return {key for group, tree in plain for key in dotted(tree, f"{group}.")}


def dotted(tree: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """Every key of a nested mapping as Hydra writes it."""
    for key, value in tree.items():
        yield f"{prefix}{key}"
        if isinstance(value, dict):
            yield from dotted(value, f"{prefix}{key}.")
