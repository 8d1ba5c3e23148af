"""Pieces: our own small functions, written into generated code where it calls them.   text -> texts of functions"""

import ast
import re
from functools import cache
from pathlib import Path
from typing import Literal

INSIDE = Path(__file__).with_name("inside")
Room = Literal[
    "converters", "draws"
]  # of entries, of generators: a file's own `draw_grid` is no piece of ours
FILES: dict[Room, tuple[str, ...]] = {"converters": ("converters",), "draws": ("draws", "trees", "changes")}


def needed(text: str, room: Room) -> list[str]:
    """The pieces that `text` calls, and those that they call, in the order of their file."""
    every = pieces(room)
    out: set[str] = set()
    work = called(text, every)
    while work:
        name = work.pop()
        if name not in out:
            out.add(name)
            work |= called(every[name], every)
    return [every[name] for name in every if name in out]


def called(text: str, names: dict[str, str]) -> set[str]:
    return names.keys() & set(re.findall(r"\b(\w+)\(", text))


@cache
def pieces(room: Room) -> dict[str, str]:
    """Text of each function of the files of inside/ that are for that."""
    texts = ((INSIDE / f"{name}.py").read_text(encoding="utf-8") for name in FILES[room])
    nodes = [n for text in texts for n in ast.parse(text).body if isinstance(n, ast.FunctionDef)]
    return {node.name: ast.unparse(bare(node)) for node in nodes}


def bare(node: ast.FunctionDef) -> ast.FunctionDef:
    """Without docstring and annotations, whose names generated code does not have."""
    node.body, node.returns = node.body[1:], None
    for argument in node.args.args:
        argument.annotation = None
    return node


@cache
def inside_text(name: Literal["trial", "harvest"]) -> str:
    return (INSIDE / f"{name}.py").read_text(encoding="utf-8")
