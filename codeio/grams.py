"""Find: runs of words of some texts in a stream of others.   texts to look for, texts to read -> which of them occurred

A word is a run of Latin letters and digits, case aside, or one Chinese character; all else parts words. Words and runs
are 64-bit digests in numpy arrays, so that reading costs arithmetic on whole batches, and memory is that of what is
looked for, whatever is read. Of a million runs that are looked for, a billion strange ones match one by chance in
0.005 % of all cases.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

RUN = 13  # words in a row (the paper's appendix)
VARIED = 6  # different words of two letters or more in such a run, or it is a pattern: "x x x", an alphabet, a count
BATCH = 1_000_000  # characters that are read at once
SLOTS = 1 << 24  # of the table that turns away most runs before the search among those looked for

DIGIT, LETTER, CHARACTER = 1, 2, 3  # what a code point is; 0 parts words
KINDS = np.zeros(1 << 16, np.uint8)
KINDS[[*map(ord, "0123456789")]] = DIGIT
KINDS[[*map(ord, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")]] = LETTER
KINDS[0x4E00:0xA000] = CHARACTER
FOLDED = np.arange(1 << 16, dtype=np.uint64)
FOLDED[ord("A") : ord("Z") + 1] += np.uint64(32)
SPELLING, ORDER = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)


class Words:
    """All words of some texts in a row: the digest of each, which text it is of, and whether it can say something."""

    def __init__(self, texts: Sequence[str]) -> None:
        points = np.frombuffer("\n".join(texts).encode("utf-32-le", "replace"), np.uint32)
        points = np.minimum(points, len(KINDS) - 1)
        kinds = KINDS[points]
        part = (kinds == LETTER) | (kinds == DIGIT)
        begins = kinds == CHARACTER
        begins[:1] |= part[:1]
        begins[1:] |= part[1:] & ~part[:-1]
        starts, inside = np.flatnonzero(begins), np.flatnonzero(kinds)
        firsts = np.searchsorted(inside, starts)
        lengths = np.diff(firsts, append=len(inside))
        places = np.arange(len(inside)) - np.repeat(firsts, lengths)
        letters = FOLDED[points[inside]] * powers(SPELLING, int(lengths.max(initial=0)))[places]
        self.digests = mixed(np.add.reduceat(letters, firsts) if len(firsts) else letters)
        self.text = np.searchsorted(np.cumsum([len(text) + 1 for text in texts]), starts, "right")
        self.telling = (kinds[starts] == CHARACTER) | ((kinds[starts] == LETTER) & (lengths > 1))

    def runs(self, sizes: Container[int]) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
        """Per size up to RUN: the digest of the run that begins at each word, and whether it stays in one text."""
        sums, order = np.zeros(len(self.digests), np.uint64), powers(ORDER, RUN + 1)
        for size in range(1, min(RUN, len(self.digests)) + 1):
            there = len(self.digests) - size + 1
            sums = sums[:there] + self.digests[size - 1 :] * order[size]
            if size in sizes:
                yield size, mixed(sums ^ np.uint64(size)), self.text[:there] == self.text[size - 1 :]

    def varied(self, at: np.ndarray) -> np.ndarray:
        """Whether the runs of RUN words that begin at these words have VARIED different ones that can say something."""
        words = at[:, None] + np.arange(RUN)
        ordered = np.sort(np.where(self.telling[words], self.digests[words], np.uint64(0)), axis=1)
        return (ordered[:, :1] != 0).sum(axis=1) + (np.diff(ordered, axis=1) != 0).sum(axis=1) >= VARIED


class Occurred(NamedTuple):
    """What was read of a text that is looked for."""

    long: bool  # it has RUN words
    run: bool  # a run of it occurred
    telling: bool  # one of varied words
    whole: bool  # it is shorter than RUN, and all of it occurred


class Index:
    """Texts to look for. `read` takes others; `occurred` says what of the first was in them."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.words = Words(texts)
        self.lengths = np.bincount(self.words.text, minlength=len(texts))
        room = self.lengths[self.words.text]
        first = np.diff(self.words.text, prepend=-1) != 0
        found, places = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
        for size, digests, one_text in self.words.runs(range(1, RUN + 1)):
            there = room[: len(digests)]
            at = np.flatnonzero(
                one_text & (there >= RUN if size == RUN else (there == size) & first[: len(digests)])
            )
            found.append(digests[at])
            places.append(at)
        self.sizes = {size for size, places_of in enumerate(places) if len(places_of)}
        self.at = np.concatenate(places)
        self.keys, self.of = np.unique(np.concatenate(found), return_inverse=True)
        self.seen = np.zeros(len(self.keys), bool)
        self.maybe = np.zeros(SLOTS, bool)
        self.maybe[self.keys % np.uint64(SLOTS)] = True

    def read(self, texts: Iterable[str]) -> int:
        """Look into these texts, in batches. Returns how many there were."""
        count, batch, room = 0, [], BATCH
        for text in texts:
            count, room = count + 1, room - len(text)
            batch.append(text)
            if room < 0:
                self.look(batch)
                batch, room = [], BATCH
        self.look(batch)
        return count

    def look(self, texts: Sequence[str]) -> None:
        if not len(self.keys):
            return
        for _, digests, one_text in Words(texts).runs(self.sizes):
            near = digests[self.maybe[digests % np.uint64(SLOTS)] & one_text]
            place = np.minimum(np.searchsorted(self.keys, near), len(self.keys) - 1)
            self.seen[place[self.keys[place] == near]] = True

    def occurred(self) -> list[Occurred]:
        """For each text that is looked for."""
        long, there = self.lengths >= RUN, self.at[self.seen[self.of]]
        whole, runs = there[~long[self.words.text[there]]], there[long[self.words.text[there]]]
        flags = [long]
        for places in (runs, runs[self.words.varied(runs)], whole):
            flags.append(np.bincount(self.words.text[places], minlength=len(long)) > 0)
        return [Occurred(*map(bool, each)) for each in zip(*flags, strict=True)]


def powers(base: np.uint64, count: int) -> np.ndarray:
    """base ** 0, 1, 2 ... modulo 2 ** 64, `count` of them."""
    return np.cumprod(
        np.full(max(1, count), base).astype(np.uint64) ** (np.arange(max(1, count)) > 0), dtype=np.uint64
    )


def mixed(digests: np.ndarray) -> np.ndarray:
    """Every bit of the result depends on every bit given (the finaliser of SplitMix64)."""
    digests = (digests ^ (digests >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    digests = (digests ^ (digests >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return digests ^ (digests >> np.uint64(31))
