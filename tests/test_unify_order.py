"""In what order a function takes its values: names, docstrings, binary searches and search trees in code."""

import ast

import pytest

from codeio.unify import order


@pytest.mark.parametrize(
    ("name", "document", "wants"),
    [
        ("binary_search", "", True),
        ("merge", "", True),
        ("find", "Finds a number in a sorted array.", True),
        ("f", "Sort an array.\n\nReturns:\n    The sorted list.", False),
        ("insertion_sort", "Leaves the sorted list as it is.", False),
        ("search", "Looks for a word.", False),
    ],
)
def test_who_wants_lists_in_order(name, document, wants):
    assert order.wants_order(name, document) is wants


HALVES = {
    "def f(a, x):\n    low, high = 0, len(a) - 1\n    while low <= high:\n        mid = (low + high) // 2\n"
    "        if a[mid] == x:\n            return mid\n        if a[mid] < x:\n            low = mid + 1\n"
    "        else:\n            high = mid - 1\n": True,
    "def f(a, x):\n    low, high = 0, len(a)\n    while low < high:\n        m = low + (high - low >> 1)\n"
    "        if x > a[m]:\n            low = m + 1\n        else:\n            high = m\n    return low\n": True,
    "def peak(a):\n    low, high = 0, len(a) - 1\n    while low < high:\n        mid = (low + high) // 2\n"
    "        if a[mid] < a[mid + 1]:\n            low = mid + 1\n        else:\n            high = mid\n"
    "    return low\n": False,
    "def cut(a):\n    mid = len(a) // 2\n    return cut(a[:mid]) + cut(a[mid:]) if mid else a\n": False,
}
TURNS = {
    "def f(node, x):\n    while node:\n        if x < node.val:\n            node = node.left\n"
    "        else:\n            node = node.right\n    return node\n": True,
    "def f(node):\n    if node.val > 3:\n        return f(node.left)\n    return f(node.right)\n": False,
    "def f(node):\n    return f(node.left) + f(node.right) + [node.val] if node else []\n": False,
}


@pytest.mark.parametrize("text", HALVES)
def test_a_binary_search_takes_lists_in_order(text):
    assert order.order(ast.parse(text).body[0], "", "").lists is HALVES[text]


@pytest.mark.parametrize("text", TURNS)
def test_what_goes_left_or_right_by_value_takes_search_trees(text):
    assert order.order(ast.parse(text).body[0], "", "").trees is TURNS[text]


@pytest.mark.parametrize(
    ("name", "owner", "file", "found"),
    [
        ("kth", "BST", "m", "trees"),
        ("isValidBST", "", "m", "spoiled"),
        ("flip", "", "binary_search_tree", "trees"),
        ("find_min_rotated", "", "m", "rotated"),
        ("rotate", "", "m", ""),
        ("heap_push", "", "m", "heap"),
        ("max_heap_push", "", "m", ""),
        ("intervals_intersection", "", "m", "ends"),
        ("isPalindrome", "", "m", "mirrored"),
        ("group_anagrams", "", "m", "shuffled"),
        ("remove_duplicates", "", "m", "repeats"),
    ],
)
def test_a_name_says_the_order(name, owner, file, found):
    made = order.order(ast.parse(f"def {name}(a):\n    return a\n").body[0], owner, file)
    assert [field for field in made.__struct_fields__ if getattr(made, field) and field != "subject"] == [
        found
    ] * bool(found)
