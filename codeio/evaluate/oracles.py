"""Check: our scorers against published scores of other people's outputs.   folder of outputs -> table, one JSON line

python -m codeio.evaluate.oracles dir=DIR [data_root=DIR]

DIR holds EXPECTED.json (published figures) and whichever of the outputs are there: cruxeval/, gsm8k/, bbh/, korbench/,
zeroeval/, livebench/, gzipped or not. An oracle is exact when its figure comes out and, where labels of items are
published, every label too. CRUXEval's programs come from data_root (default: a folder `benchmarks` beside DIR, else
evaluate.bench.data_root). What cannot be read is named, and the rest is checked all the same.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from codeio.command import arguments, run
from codeio.errors import BadInput
from codeio.evaluate.published import FAMILIES, Given, Oracle
from codeio.evaluate.score import root
from codeio.params import Params
from codeio.params import load as load_params


class Checked(NamedTuple):
    """All oracles that a folder has outputs for, the families of EXPECTED.json without outputs, what is unreadable."""

    oracles: list[Oracle]
    absent: list[str]
    unread: list[str]


def check(folder: Path, data_root: Path, params: Params) -> Checked:
    """Raises BadInput where there is no EXPECTED.json to check against."""
    expected = figures(folder)
    found = Checked([], [], [])
    for name, family in FAMILIES.items():
        given = Given(expected.get(name, {}), data_root, params)
        for part, files in family.parts(folder / name).items():
            try:
                found.oracles.extend(list(family.score(given, part, files)))
            except BadInput as error:
                found.unread.append(f"{name} {part}: {error}")
            except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
                found.unread.append(f"{name} {part}: another form than this version knows ({error!r})")
    seen = {line.split()[0] for line in (*(one.name for one in found.oracles), *found.unread)}
    found.absent.extend(name for name in expected if name not in seen)
    return found


def figures(folder: Path) -> dict[str, dict[str, Any]]:
    """The published figures by family; notes are left out."""
    try:
        expected = json.loads((folder / "EXPECTED.json").read_text(encoding="utf-8"))
        return {name: want for name, want in expected.items() if isinstance(want, dict)}
    except (OSError, ValueError, AttributeError) as error:
        raise BadInput(
            f"{folder} holds no readable EXPECTED.json ({error}): dir= names a folder of oracles"
        ) from error


def table(oracles: Sequence[Oracle]) -> Table:
    shown = Table(title="published scores from published outputs", title_justify="left")
    for name in ("oracle", "reading", "items", "published", "ours", "labels that differ"):
        shown.add_column(name, justify="left" if name in ("oracle", "reading") else "right")
    for one in oracles:
        differ = "no labels" if one.disagreements is None else str(one.disagreements)
        items = f"{one.items:,}" if one.of in (None, one.items) else f"{one.items:,} of {one.of:,}"
        style = None if one.exact else "red"
        shown.add_row(one.name, one.reading, items, one.published, one.ours, differ, style=style)
    return shown


def beside(folder: Path, given: str, params: Params) -> Path:
    """Where the benchmarks' data is."""
    near = folder.resolve().parent / "benchmarks"
    chosen = given or (str(near) if near.is_dir() else params.evaluate.bench.data_root)
    return root(chosen) or near


def main(words: list[str]) -> None:
    given, params = arguments(words, {"dir": "", "data_root": ""}, required=("dir",)), load_params()
    folder = Path(given["dir"])
    oracles, absent, unread = check(folder, beside(folder, given["data_root"], params), params)
    Console(width=130, highlight=False).print(table(oracles))
    for family in absent:
        print(f"{family}: EXPECTED.json has figures, but its outputs are not in {folder}")
    for line in unread:
        print(f"not checked: {line}")
    exact = sum(one.exact for one in oracles)
    print(json.dumps({"checked": len(oracles), "exact": exact}))
    if exact < len(oracles) or unread or not oracles:
        sys.exit(1)


if __name__ == "__main__":
    run("oracles", __doc__, main)
