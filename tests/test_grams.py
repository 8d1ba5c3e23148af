"""Runs of words: found where they stand, in whatever batches they come, beside a plain reading of the same rule."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeio import grams
from codeio.grams import RUN, Index, Occurred

LONG = "A robe takes two bolts of blue fiber and half that much white fiber. How many bolts in total?"
TEXTS = [LONG, "How many is it?", "x " * 40, "安和李在同一条街上住了十二年他们养了三只猫", "", " ?! "]


def plain(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+|[\u4e00-\u9fff]", "".join(c.lower() if c.isascii() else c for c in text))


def naive(wanted: list[str], read: list[str]) -> list[Occurred]:
    """The rule word by word: sets of tuples instead of digests."""
    told = [plain(text) for text in read]
    found = []
    for words in map(plain, wanted):
        size = min(RUN, len(words))
        seen = {tuple(w[n : n + size]) for w in told for n in range(len(w) - size + 1)} if size else set()
        runs = [run for n in range(len(words) - size + 1) if (run := tuple(words[n : n + size])) in seen]
        rich = [
            r
            for r in runs
            if len({w for w in r if w > "9" and (len(w) > 1 or w >= "\u4e00")}) >= grams.VARIED
        ]
        long = len(words) >= RUN
        found.append(Occurred(long, long and bool(runs), long and bool(rich), not long and bool(runs)))
    return found


@pytest.mark.parametrize(
    ("read", "occurred"),
    [
        (["nothing of it", ""], {}),
        ([LONG], {0: (True, True, True, False)}),
        ([f"before {LONG.upper().replace(' ', '  ')} after"], {0: (True, True, True, False)}),
        ([" ".join(LONG.split()[:12]), " ".join(LONG.split()[12:])], {}),  # in two texts it is not in a row
        ([" ".join(LONG.split()[2:15])], {0: (True, True, True, False)}),
        (["so: how many, is it"], {1: (False, False, False, True)}),
        (["so how many is", "it"], {}),
        (["x " * 13], {2: (True, True, False, False)}),
        (["x " * 12], {}),
        (["据说安和李在同一条街上住了十二年他们"], {3: (True, True, True, False)}),
    ],
)
def test_what_occurs(read, occurred):
    index = Index(TEXTS)
    assert index.read(read) == len(read)
    silent = [Occurred(len(plain(text)) >= RUN, False, False, False) for text in TEXTS]
    assert index.occurred() == [Occurred(*occurred.get(n, one)) for n, one in enumerate(silent)]


@pytest.mark.parametrize(
    ("text", "telling"),
    [
        ("a b c d e f g h i j k l m n o", False),
        (" ".join(map(str, range(100, 120))), False),
        ("def f x return x def f x return x def f x", False),
        ("the numbers one two and three are in the box of wood there", True),
        ("安和李在同一条街上住了十二年", True),
    ],
)
def test_patterns_count_in_the_raw_rate_only(text, telling):
    index = Index([text])
    index.read([text])
    assert index.occurred() == [Occurred(True, True, telling, False)]


words = st.text(alphabet="ab1 \n.猫é\ud800A", max_size=60)


@given(st.lists(words, max_size=4), st.lists(words, max_size=6), st.integers(1, 80))
def test_digests_find_what_tuples_find(wanted, read, batch):
    """Small alphabets, so that much occurs; batches of all sizes."""
    before, grams.BATCH = grams.BATCH, batch
    try:
        index = Index(wanted)
        index.read(read)
    finally:
        grams.BATCH = before
    assert index.occurred() == naive(wanted, read)


def test_a_text_longer_than_a_batch_is_read_whole():
    index = Index([LONG])
    index.read(["a " * grams.BATCH + LONG])
    assert index.occurred()[0].telling


def test_digests_of_similar_words_differ():
    several = [f"{a}{b}{c}" for a in "abz09" for b in "abz09" for c in "abz09"] + [
        "a",
        "aa",
        "aaa",
        "0",
        "00",
        "000",
    ]
    assert len(np.unique(grams.Words([" ".join(several)]).digests)) == len(set(several))
