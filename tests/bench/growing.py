"""Growing: parts of the program that are no command of their own, for bench_scale.   name -> counts, one line"""

import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from codeio import assemble
from codeio.params import load
from tests.bench.bench_scale import words

QUESTIONS = 2000  # of the test set that is searched for
TEXTS, VOCABULARY, CONTEXT = 2000, 8000, 4096  # of the tokenizer


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
    """What training does with the view before its first step, in a vocabulary made of its own first texts."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    from codeio.train import chat, data, rows

    params = load(*settings)
    some = islice(assemble.store(params), TEXTS)
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    made.train_from_iterator(
        (text for one in some for text in (one.code, one.turns[0].main.response)), trainer
    )
    tokenizer = chat.taught(PreTrainedTokenizerFast(tokenizer_object=made), "chatml", new=True)
    counts: Counter[str] = Counter()
    rows.write(data.encoded(examples(params, counts), tokenizer, CONTEXT, counts), Path("made"))
    return counts["trained"]


PARTS = {"assemble": view, "contamination": contamination, "training": encode}

if __name__ == "__main__":
    print(PARTS[sys.argv[1]](sys.argv[2:]))
