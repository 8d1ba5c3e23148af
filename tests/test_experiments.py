"""Every experiment composes, type-checks and sweeps only views: a sweep cannot die on its third row."""

import pytest

from codeio import catalogue, facts
from codeio.errors import BadParams
from codeio.overrides import arms, check
from codeio.params import DATA, ROOT, dotted, group_files, load, read_yaml

NAMES = group_files("experiment")
FILES = ROOT / "experiments" / "experiment"


def test_the_ablations_are_there():
    wanted = {"revisions", "pairs_per_function", "predict", "wrong", "fraction", "loss", "teacher"}
    assert wanted <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_arm_composes(name):
    arms = check([f"experiment={name}"], multirun=True)
    assert len(arms) >= 2
    assert len(arms) == len({tuple(arm) for arm in arms})


@pytest.mark.parametrize(
    ("group", "name"),
    [
        (group, name)
        for group in ("model", "machine", "corpus")
        for name in group_files(group)
        if name != "view"
    ],
)
def test_every_model_machine_and_corpus_composes_under_its_own_name(group, name):
    assert getattr(load(f"{group}={name}"), group).name == name


def test_the_view_is_the_corpus_that_is_none():
    assert load() == load("corpus=view")
    assert load().corpus is None
    assert check(["corpus=view,webinstruct"], multirun=True) == [["corpus=view"], ["corpus=webinstruct"]]


@pytest.mark.parametrize("name", NAMES)
def test_an_experiment_never_changes_the_data(name):
    keys = [*dotted(read_yaml(FILES / f"{name}.yaml")), *catalogue.read(FILES / f"{name}.yaml").sweeps]
    assert not [key for key in keys if key.split(".")[0] in DATA]


@pytest.mark.parametrize("name", NAMES)
def test_the_head_line_arm_is_one_of_its_arms(name):
    """The head-line setting is one arm of every ablation, so that ablations share it."""
    swept = catalogue.read(FILES / f"{name}.yaml").sweeps
    settled = {tuple(facts.flat(load(*arm))[key] for key in swept) for arm in arms(swept, ())}
    assert tuple(facts.flat(load())[key] for key in swept) in settled


def test_the_readme_is_current():
    assert (ROOT / "experiments" / "README.md").read_text(encoding="utf-8") == catalogue.text(), (
        "run `python -m codeio.catalogue`"
    )


def test_a_file_without_its_comments_is_refused(tmp_path):
    path = tmp_path / "new.yaml"
    path.write_text("# @package _global_\nseed: 1\n")
    with pytest.raises(BadParams, match=r"new\.yaml: its first three lines must be comments"):
        catalogue.read(path)
