"""Override: read a command line before Hydra does.   key=value ... -> arms, or one clear line

Hydra's own messages fill a screen and name no mend; and a typo on the third arm must not cost the first two.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException

from codeio.errors import BadParams
from codeio.params import DATA, GROUPS, ROOT, did_you_mean, dotted, group_files, load, read_yaml

Arms = list[list[str]]


def check(overrides: Sequence[str], multirun: bool) -> Arms:
    """The arms that a command line asks for. Raises BadParams with the nearest key or the command to run."""
    parsed = [parse(text) for text in overrides]
    for one in parsed:
        check_key(one)
        if one.is_sweep_override() and not multirun:
            raise BadParams(f"{one.input_line} names several values: add -m to sweep over them")
    inside = swept_by_experiment(parsed)
    missing = [name for name in inside if name not in {one.key_or_group for one in parsed}]
    if missing and not multirun:
        sweeps = " ".join(f"{name}={inside[name]}" for name in missing)
        raise BadParams(f"this experiment sweeps {sweeps}: add -m, or name one value of it")
    asked = arms(inside if multirun else {}, overrides)
    for one in asked:
        load(*one)
    return asked


def parse(text: str) -> Override:
    try:
        return OverridesParser.create().parse_override(text)
    except HydraException as error:
        said = " ".join(str(error).split("\n")[0].split())
        raise BadParams(f"{text}: not of the form key=value ({said})") from error


def check_key(one: Override) -> None:
    key = one.key_or_group
    section = key.split(".")[0]
    if section == "hydra" or key.startswith("hydra/"):
        return
    if section in DATA:
        setting = (one.input_line or key).lstrip("+~")
        raise BadParams(
            f"{key} decides the data on disk, which a training run never makes: "
            f"`dvc exp run -S {setting}`, or edit params.yaml and run `dvc repro`"
        )
    valid = [*dotted(read_yaml(ROOT / "params.yaml")), *GROUPS]
    in_group_file = section in GROUPS and "." in key  # typed params check it
    if key not in valid and not in_group_file and not under_null(key):
        raise BadParams(f"unknown key {key}{did_you_mean(key, valid)}")


def under_null(key: str) -> bool:
    """Inside a setting that params.yaml leaves null and a mapping may fill (train.instructions.source)."""
    tree: Any = read_yaml(ROOT / "params.yaml")
    for part in key.split(".")[:-1]:
        tree = tree.get(part, {}) if isinstance(tree, dict) else tree
    return tree is None


def swept_by_experiment(parsed: Iterable[Override]) -> dict[str, str]:
    """What the chosen experiment's file sweeps: {"revisions": "0,1,2"}."""
    for one in parsed:
        if one.key_or_group != "experiment":
            continue
        if one.is_sweep_override():
            raise BadParams(f"{one.input_line}: one experiment at a time, since each has its own sweep")
        name = one.get_value_element_as_str()
        if name in group_files("experiment"):
            return sweep_of(read_yaml(ROOT / "experiments" / "experiment" / f"{name}.yaml"))
    return {}


def sweep_of(experiment: Mapping[str, Any]) -> dict[str, str]:
    """What an experiment file tells Hydra's sweeper."""
    found = experiment.get("hydra", {}).get("sweeper", {}).get("params", {})
    return {key: str(values) for key, values in found.items()}


def arms(inside: Mapping[str, str], overrides: Iterable[str]) -> Arms:
    """Every combination, in the order in which Hydra numbers its jobs."""
    texts = [f"{key}={values}" for key, values in inside.items()] + list(overrides)
    kept = [one for one in map(parse, texts) if not one.key_or_group.startswith("hydra")]
    try:
        return BasicSweeper.split_arguments(kept, None)[0]
    except HydraException as error:
        raise BadParams(" ".join(str(error).split())) from error
