"""Open: files of model outputs, gzipped or not.   folder, ending -> files by name; file -> what it holds"""

import gzip
import json
import zlib
from pathlib import Path
from typing import Any

from codeio.errors import BadInput
from codeio.shards import brief

Row = dict[str, Any]


def named(folder: Path, ending: str) -> dict[str, Path]:
    """The files of a folder that end so, gzipped or not, by what their name is before."""
    found: dict[str, Path] = {}
    for path in sorted(folder.glob("*")):
        name = path.name.removesuffix(".gz")
        if name.endswith(ending):
            found.setdefault(name.removesuffix(ending), path)
    return found


def content(path: Path) -> str:
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8") as file:
            return file.read()
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise BadInput(f"{path.name} cannot be read ({brief(error)})") from error


def whole(path: Path) -> Any:
    try:
        return json.loads(content(path))
    except ValueError as error:
        raise BadInput(f"{path.name} is no JSON ({brief(error)})") from error


def lines(path: Path) -> list[Row]:
    found = []
    for n, line in enumerate(content(path).split("\n"), 1):
        try:
            found += [json.loads(line)] if line.strip() else []
        except ValueError as error:
            raise BadInput(f"{path.name}, line {n} is no JSON ({brief(error)})") from error
    if not found:
        raise BadInput(f"{path.name} holds no row")
    return found
