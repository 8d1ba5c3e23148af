"""Similar: what two texts of code have in common.   code -> structure; code -> the earlier text it is nearly equal to

A structure is what is left of code without its names and constants. Near duplicates are found by MinHash over tokens
in runs of five, so that renaming one variable in a long file changes few of them and moving a function changes none;
comments and spacing do not count.
"""

import ast
import builtins
import re
import sys
from collections.abc import Iterable

from datasketch import MinHash, MinHashLSH

from codeio import values

PERMUTATIONS = 64  # standard error of the estimated similarity: 1/sqrt(64) = 0.125 at worst
RUN = 5
LARGEST = 0.95  # threshold that the index takes at this many permutations; `find` asks for the exact one
TOKEN = re.compile(r"\w+|[^\w\s]")
COMMENT = re.compile(r"#[^\n]*")
BUILTINS = frozenset(dir(builtins))


def structure(code: str) -> str:
    """Digest of the code with names numbered by first use and constants reduced to their type."""
    tree = ast.parse(code)
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        for field in ("id", "arg", "name"):
            old = getattr(node, field, None)
            if isinstance(old, str) and old not in BUILTINS:
                setattr(node, field, names.setdefault(old, f"v{len(names)}"))
        if isinstance(node, ast.Constant):
            node.value = type(node.value).__name__
    return values.digest(dumped(tree))


def dumped(tree: ast.AST) -> str:
    """The text that Python 3.11 gives, under later ones too: a digest must not depend on who computes it."""
    empty = {"show_empty": True} if sys.version_info >= (3, 13) else {}
    return ast.dump(tree, **empty).replace(", type_params=[]", "")


def signature(code: str) -> MinHash:
    """MinHash over the runs of five tokens of `code`."""
    tokens = TOKEN.findall(COMMENT.sub("", code))
    runs = {" ".join(tokens[i : i + RUN]).encode() for i in range(max(1, len(tokens) - RUN + 1))}
    minhash = MinHash(num_perm=PERMUTATIONS, seed=1)
    minhash.update_batch(sorted(runs))
    return minhash


class Similar:
    """Texts seen so far; asks whether a new one is nearly equal to one of them."""

    def __init__(self, threshold: float, known: Iterable[tuple[str, str]] = ()) -> None:
        self.threshold = threshold
        self.lsh = MinHashLSH(threshold=min(threshold, LARGEST), num_perm=PERMUTATIONS)
        self.signatures: dict[str, MinHash] = {}
        for name, code in known:
            self.add(name, signature(code))

    def add(self, name: str, minhash: MinHash) -> None:
        if name not in self.signatures:
            self.lsh.insert(name, minhash)
            self.signatures[name] = minhash

    def find(self, minhash: MinHash) -> str | None:
        """Name of the nearest known text with an estimated Jaccard similarity of at least the threshold."""
        near = [(self.signatures[name].jaccard(minhash), name) for name in self.lsh.query(minhash)]
        near = [(similarity, name) for similarity, name in near if similarity >= self.threshold]
        return min(near, key=lambda one: (-one[0], one[1]))[1] if near else None
