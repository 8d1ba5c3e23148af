"""Write: a plain input generator as code, kept in the record.   parameters, kinds -> input_generator(rng)"""

import ast
import re
from collections.abc import Sequence

# kind -> expression that draws one value with `rng`
DRAWS = {
    "int": "rng.randint(0, {high})",
    "small": "rng.randint(0, 8)",
    "float": "round(rng.uniform(0, 20), 2)",
    "bool": "rng.random() < 0.5",
    "str": "''.join(rng.choice({alphabet!r}) for _ in range(rng.randint(1, 8)))",
    "digits": "''.join(rng.choice('0123456789') for _ in range(rng.randint(1, 6)))",
    "bits": "''.join(rng.choice('01') for _ in range(rng.randint(1, 8)))",
    "sentence": "' '.join(''.join(rng.choice('abcde') for _ in range(rng.randint(1, 5))) for _ in range(rng.randint(1, 5)))",
    "ints": "[rng.randint(0, {high}) for _ in range(rng.randint(1, 8))]",
    "sorted": "sorted(rng.randint(0, {high}) for _ in range(rng.randint(1, 8)))",
    "floats": "[round(rng.uniform(0, 20), 1) for _ in range(rng.randint(1, 6))]",
    "words": "[''.join(rng.choice('abcde') for _ in range(rng.randint(1, 4))) for _ in range(rng.randint(1, 6))]",
    "matrix": "[[rng.randint(0, 9) for _ in range({width})] for _ in range({width})]",
    "bit_matrix": "[[rng.randint(0, 1) for _ in range({width})] for _ in range({width})]",
    "word_lists": "[[rng.choice(['ab', 'c', 'de']) for _ in range(2)] for _ in range(rng.randint(1, 4))]",
    "counts": "{{rng.choice('abcdef'): rng.randint(0, 9) for _ in range(rng.randint(1, 5))}}",
    "graph": "{{str(i): sorted(rng.sample(['0', '1', '2', '3', '4'], rng.randint(0, 3))) for i in range(5)}}",
    "names_graph": "{{a: sorted(rng.sample('ABCDE', rng.randint(0, 3))) for a in 'ABCDE'}}",
    "pairs": "[[rng.randint(0, 9), rng.randint(0, 9)] for _ in range(rng.randint(1, 6))]",
}
# kinds that are worth a try when the first guess fails
NEAR = {
    "int": ("small", "digits", "float"),
    "str": ("words", "digits", "sentence", "bits"),
    "ints": ("words", "str", "sorted", "matrix", "pairs", "counts"),
    "floats": ("ints",),
    "words": ("ints", "str", "word_lists"),
    "matrix": ("pairs", "bit_matrix", "ints"),
    "counts": ("names_graph", "graph"),
    "graph": ("names_graph", "matrix", "pairs"),
}
SIZE = re.compile(r"^(n|size|length|len_\w+|\w+_len|\w+_size|num_\w+)$")
PLACE = re.compile(r"^(i|j|k|idx|index|pos|position|start|end|left|right|low|high|lo|hi|l|r)$")
SEQUENCES = ("ints", "sorted", "floats", "words", "str", "digits", "bits")
WIDTH = "    width = rng.randint(1, 4)\n"


def generator(function: ast.FunctionDef, names: Sequence[str], kinds: Sequence[str]) -> str:
    """Module text of `input_generator(rng) -> dict`; lengths and positions follow a sequence beside them."""
    high, alphabet = constants(function)
    body, drawn = "", []
    sequence = next((n for n, k in zip(names, kinds, strict=True) if k in SEQUENCES), None)
    for name, kind in zip(names, kinds, strict=True):
        draw = DRAWS[kind].format(high=high, alphabet=alphabet, width="width")
        if sequence and name != sequence and kind in ("int", "small"):
            draw = f"len({sequence})" if SIZE.match(name) else draw
            draw = f"rng.randint(0, len({sequence}) - 1)" if PLACE.match(name) else draw
        drawn.append((name, draw))
    drawn.sort(key=lambda one: one[0] != sequence)
    if any("width" in draw for _, draw in drawn):
        body += WIDTH
    body += "".join(f"    {name} = {draw}\n" for name, draw in drawn)
    result = ", ".join(f"{name!r}: {name}" for name in names)
    return f"def input_generator(rng):\n{body}    return {{{result}}}\n"


def constants(function: ast.FunctionDef) -> tuple[int, str]:
    """How high integers should go, and which characters strings should have, for the branches to be reached."""
    numbers, characters = [20], set()
    for node in ast.walk(function):
        if isinstance(node, ast.Constant):
            if type(node.value) is int and 20 < node.value <= 5000:
                numbers.append(2 * node.value)
            elif isinstance(node.value, str) and 0 < len(node.value) <= 12 and node.value.isprintable():
                characters |= set(node.value)
    return max(numbers), "".join(sorted(set("abcde") | characters))[:40]


def trials(ranked: Sequence[Sequence[str]], most: int) -> list[tuple[str, ...]]:
    """Assignments of kinds to try: the best guess, then one parameter changed at a time."""
    first = tuple(kinds[0] for kinds in ranked)
    found = {first: None}
    for place, options in enumerate(ranked):
        for kind in dict.fromkeys([*options[1:3], *NEAR.get(first[place], ())]):
            found.setdefault((*first[:place], kind, *first[place + 1 :]))
    if len(ranked) > 1 and len(set(first)) == 1:
        found |= {(kind,) * len(ranked): None for kind in NEAR.get(first[0], ())}
    return list(found)[:most]
