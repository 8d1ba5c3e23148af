"""README.md against the code: its table of commands is current, its tree names what is there and nothing else."""

import re

import pytest

from codeio import catalogue
from tests.conftest import ROOT
from tests.test_style import tracked

README = (ROOT / "README.md").read_text(encoding="utf-8")
TREE = README.split("## The house")[1].split("```")[1]
PACKAGE = TREE.split("codeio/\n")[1].split("\nexperiments/")[0]


def test_the_table_of_commands_is_current():
    assert catalogue.readme() == README, "run `python -m codeio.catalogue`"


@pytest.mark.parametrize(
    ("first", "row"),
    [
        ("Trace: a row.   id -> one screen", "| `python -m m` | Trace: a row. | `id -> one screen` |\n"),
        ("Exchange data.", "| `python -m m` | Exchange data. |  |\n"),
    ],
)
def test_a_command_is_told_by_its_docstring(first, row):
    assert catalogue.command_row("m", first) == row


def named(text):
    """Files and folders at the beginning of the lines of a tree: names, and folders with a slash behind."""
    return set(re.findall(r"(?<![\w./-])(?:[\w-]+\.py|[\w-]+/)(?=\s|$)", text))


def test_the_tree_names_every_module_and_no_other():
    ours = {f"{path.name}/" if path.is_dir() else path.name for path in (ROOT / "codeio").iterdir()}
    assert named(PACKAGE) == ours - {"__init__.py", "__pycache__/"}


def test_the_tree_names_the_top_level():
    outside = TREE.replace(PACKAGE, "")  # with the line `codeio/` itself
    inside = [path.relative_to(ROOT).parts for path in tracked()]
    top = {parts[0] + "/" * (len(parts) > 1) for parts in inside if not parts[0].startswith(".")}
    assert {name for name in top if name not in outside} == set()
