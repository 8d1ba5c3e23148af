"""Convert: JSON to the objects that foreign code handles, and back.   JSON <-> trees, linked lists, sets ...

Never imported: `pieces` writes the functions that an entry needs into its code, which runs in the sandbox only.
"""

from typing import Any


def tree_from_values(make: Any, values: list) -> Any:
    """A binary tree from its values in level order; None leaves a gap."""
    if not values or values[0] is None:
        return None
    root = make(values[0])
    queue, rest = [root], list(values[1:])
    while queue and rest:
        node = queue.pop(0)
        for side in ("left", "right"):
            if rest:
                value = rest.pop(0)
                if value is not None:
                    child = make(value)
                    setattr(node, side, child)
                    queue.append(child)
    return root


def values_of_tree(root: Any, name: str) -> list:
    """The values of a binary tree in level order, None for a gap."""
    values, queue = [], [root]
    while queue and len(values) < 200:
        node = queue.pop(0)
        values.append(None if node is None else getattr(node, name))
        if node is not None:
            queue += [node.left, node.right]
    while values and values[-1] is None:
        values.pop()
    return values


def linked_from_values(make: Any, values: list) -> Any:
    """A linked list from its values."""
    head = None
    for value in reversed(values):
        node = make(value)
        node.next = head
        head = node
    return head


def values_of_linked(head: Any, name: str) -> list:
    """The values of a linked list."""
    values = []
    while head is not None and len(values) < 200:
        values.append(getattr(head, name))
        head = head.next
    return values


def json_of(value: Any) -> Any:
    """Any value as JSON would hold it: sets sorted, other objects as text."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, dict):
        if all(isinstance(key, (str, int)) for key in value):
            return {str(key): json_of(item) for key, item in value.items()}
        return [[json_of(key), json_of(item)] for key, item in value.items()]
    if isinstance(value, (set, frozenset)):
        return sorted((json_of(item) for item in value), key=lambda item: (str(type(item)), str(item)))
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if hasattr(value, "__iter__"):
        return [json_of(item) for item, _ in zip(value, range(100), strict=False)]
    return str(value)
