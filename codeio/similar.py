"""Similar: what two texts of code have in common.   code -> structure; code -> the earlier text it is nearly equal to

A structure is what is left of code without its names and constants. Near duplicates are found by MinHash over tokens
in runs of five, so that renaming one variable in a long file changes few of them and moving a function changes none;
comments and spacing do not count.
"""

import ast
import builtins
import re
import sys
from collections.abc import Iterable, Iterator

import numpy as np
import xxhash
from datasketch import MinHash, MinHashLSH

from codeio import values
from codeio.walk import walk

Signature = np.ndarray  # PERMUTATIONS numbers of 32 bits

PERMUTATIONS = 64  # standard error of the estimated similarity: 1/sqrt(64) = 0.125 at worst
RUN = 5
LARGEST = 0.95  # threshold that the index takes at this many permutations; `find` asks for the exact one
TOKEN = re.compile(r"\w+|[^\w\s]")
COMMENT = re.compile(r"#[^\n]*")
SCHEME = "affine32"
PERMUTED = MinHash(num_perm=PERMUTATIONS, seed=1, scheme=SCHEME).permutations  # the same for all: drawn once
BUILTINS = frozenset(dir(builtins))


def structure(code: str) -> str:
    """Digest of the code with names numbered by first use and constants reduced to their type."""
    tree = ast.parse(code)
    names: dict[str, str] = {}
    for node in walk(tree):
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


def signature(code: str) -> Signature:
    """MinHash over the runs of five tokens of `code`."""
    tokens = TOKEN.findall(COMMENT.sub("", code))
    runs = {" ".join(tokens[i : i + RUN]).encode() for i in range(max(1, len(tokens) - RUN + 1))}
    minhash = MinHash(num_perm=PERMUTATIONS, seed=1, permutations=PERMUTED, scheme=SCHEME)
    minhash.update_batch(sorted(runs))
    return minhash.hashvalues


class Similar:
    """Texts seen so far; asks whether a new one is nearly equal to one of them.

    Two texts are compared where one of the bands of their signatures is equal (locality-sensitive hashing). The
    library chooses the bands; its own index takes 3.1 kB a text where this takes 0.8.
    """

    def __init__(self, threshold: float, known: Iterable[tuple[str, str]] = ()) -> None:
        self.threshold = threshold
        chosen = MinHashLSH(threshold=min(threshold, LARGEST), num_perm=PERMUTATIONS)
        self.bands = [slice(n * chosen.r, (n + 1) * chosen.r) for n in range(chosen.b)]
        self.places: dict[
            int, int | tuple[int, ...]
        ] = {}  # a band's hash -> the texts that have it, mostly one
        self.numbers: dict[str, int] = {}
        self.names: list[str] = []
        self.signatures: list[bytes] = []
        for name, code in known:
            self.add(name, signature(code))

    def add(self, name: str, of: Signature) -> None:
        if name in self.numbers:
            return
        number = self.numbers[name] = len(self.names)
        self.names.append(name)
        self.signatures.append(of.tobytes())
        for key in self.keys(of):
            self.places[key] = (*self.at(key), number) if key in self.places else number

    def find(self, of: Signature) -> str | None:
        """Name of the nearest known text with an estimated Jaccard similarity of at least the threshold."""
        numbers = {number for key in self.keys(of) for number in self.at(key)}
        near = [(alike(of, self.signatures[number]), self.names[number]) for number in numbers]
        near = [(similarity, name) for similarity, name in near if similarity >= self.threshold]
        return min(near, key=lambda one: (-one[0], one[1]))[1] if near else None

    def keys(self, of: Signature) -> Iterator[int]:
        """Of each band; that two bands share one by chance costs a comparison."""
        for number, band in enumerate(self.bands):
            yield xxhash.xxh3_64_intdigest(of[band].tobytes(), seed=number)

    def at(self, key: int) -> tuple[int, ...]:
        found = self.places.get(key, ())
        return found if isinstance(found, tuple) else (found,)


def alike(one: Signature, other: bytes) -> float:
    """Estimated Jaccard similarity."""
    return float(np.count_nonzero(one == np.frombuffer(other, np.uint32))) / PERMUTATIONS
