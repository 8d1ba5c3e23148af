"""Growing: parts of the program that are no command of their own, for bench_scale.   name -> counts, one line"""

import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from codeio import assemble
from codeio.params import load
from tests.bench.bench_scale import words

QUESTIONS = 2000  # of the test set that is searched for


def examples(params, counts: Counter[str]) -> Iterator[assemble.Example]:
    return assemble.view(assemble.store(params), params, counts)


def view(settings: Sequence[str]) -> int:
    return sum(1 for _ in examples(load(*settings), Counter()))


def contamination(settings: Sequence[str]) -> int:
    from codeio.contamination import asked_of, search, training
    from codeio.evaluate.benchmark import Item

    rng = random.Random("questions")
    items = [Item(id=str(n), question=words(rng), gold="") for n in range(QUESTIONS)]
    return search(list(asked_of("generated", items)), training(load(*settings)))[1]


def encode(settings: Sequence[str]) -> int:
    """What training does with the view before its first step."""
    import tempfile

    from transformers import AutoTokenizer

    from codeio.train.data import encoded
    from tests.checkpoint import build

    with tempfile.TemporaryDirectory() as at:
        tokenizer = AutoTokenizer.from_pretrained(build(Path(at)))
    return sum(1 for _ in encoded(examples(load(*settings), Counter()), tokenizer, 10**6, Counter()))


PARTS = {"assemble": view, "contamination": contamination, "training": encode}

if __name__ == "__main__":
    print(PARTS[sys.argv[1]](sys.argv[2:]))
