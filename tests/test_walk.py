"""Nodes of a syntax tree, against the standard library's walk."""

import ast
from pathlib import Path

from codeio.walk import copied, walk
from tests.conftest import ROOT

SOURCES = [*(ROOT / "codeio").rglob("*.py"), *Path(ast.__file__).parent.glob("*.py")][:200]


def test_the_nodes_are_those_of_the_standard_library_in_its_order():
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert walk(tree) == [n for n in ast.walk(tree) if not isinstance(n, ast.expr_context)]


def test_a_list_that_the_tree_holds_may_change_on_the_way():
    tree = ast.parse("if a:\n    b\n    pass")
    for node in walk(tree):
        if isinstance(node, ast.If):
            node.body = node.body[:1]
    assert ast.unparse(tree) == "if a:\n    b"


def test_a_copy_is_equal_and_shares_nothing_that_can_change():
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        other = copied(tree)
        assert ast.dump(other, include_attributes=True) == ast.dump(tree, include_attributes=True)
        assert not {id(n) for n in walk(other)} & {id(n) for n in walk(tree)}
