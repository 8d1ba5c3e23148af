"""Store: encoded rows on disk, fetched by number, alone or packed.   Row ... -> tokens.bin -> batches

A million conversations are a gigabyte of tokens: they go to a file as they are encoded, and each process that trains
maps it. The trainer's own data set holds numbers of rows only.
"""

from array import array
from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import xxhash
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from codeio.train.data import Row

IGNORED = -100  # label of a token that the loss does not count
NEAR = 4096  # rows among which a sequence finds its companions


class Rows(NamedTuple):
    """Encoded rows in the order in which they came."""

    tokens: np.ndarray  # (token, supervised) of all rows, int32
    ends: np.ndarray  # where each row ends
    names: np.ndarray  # Example.id of each, as bytes: a quarter of what numpy takes for text
    digest: str  # of all tokens

    @property
    def lengths(self) -> list[int]:
        return np.diff(self.ends, prepend=0).tolist()

    def row(self, n: int) -> tuple[Tensor, Tensor]:
        """Ids and labels of a row."""
        start = self.ends[n - 1] if n else 0
        part = torch.from_numpy(self.tokens[start : self.ends[n]].astype(np.int64))
        return part[:, 0], torch.where(part[:, 1] == 1, part[:, 0], IGNORED)


def write(rows: Iterable[Row], folder: Path) -> None:
    """Rows into `folder`; only their lengths and names stay in memory."""
    folder.mkdir(parents=True, exist_ok=True)
    seen, lengths, names = xxhash.xxh3_128(), array("q"), []
    with (folder / "tokens.bin").open("wb") as file:
        for row in rows:
            part = row.tokens.tobytes()
            seen.update(part)
            file.write(part)
            lengths.append(len(row.tokens))
            names.append(row.name.encode())
    np.save(folder / "ends.npy", np.cumsum(lengths, dtype=np.int64))
    np.save(folder / "names.npy", np.array(names, dtype=np.bytes_))
    (folder / "digest").write_text(seen.hexdigest())


def read(folder: Path) -> Rows:
    """The rows of `folder`, of which there must be one at least: an empty file cannot be mapped."""
    ends = np.load(folder / "ends.npy")
    tokens = np.memmap(folder / "tokens.bin", dtype=np.int32, mode="r", shape=(int(ends[-1]), 2))
    return Rows(tokens, ends, np.load(folder / "names.npy", mmap_mode="r"), (folder / "digest").read_text())


def packed(lengths: Sequence[int], room: int) -> list[list[int]]:
    """Numbers of the rows that share a sequence of at most `room` tokens: best fit, the longest first.

    Only neighbours come together, so that an order of the rows stays one.
    """
    found: list[list[int]] = []
    for start in range(0, len(lengths), NEAR):
        near = range(start, min(start + NEAR, len(lengths)))
        left: list[tuple[int, int]] = []  # (room, number of the sequence), sorted
        for n in sorted(near, key=lambda n: -lengths[n]):
            at = bisect_left(left, (lengths[n], -1))
            free, into = left.pop(at) if at < len(left) else (room, len(found))
            if into == len(found):
                found.append([])
            found[into].append(n)
            insort(left, (free - lengths[n], into))
    return found


class Batches(NamedTuple):
    """The collator: numbers of rows -> tensors of one batch."""

    rows: Rows
    pad: int
    packing: bool
    flat: bool  # all sequences of the batch in one row, as flash attention tells documents apart

    def __call__(self, picked: Sequence[Mapping[str, list[int]]]) -> dict[str, Tensor]:
        sequences = [[self.rows.row(n) for n in one["rows"]] for one in picked]
        if self.flat:
            sequences = [[row for one in sequences for row in one]]
        ids = self.padded([torch.cat([i for i, _ in one]) for one in sequences], self.pad)
        labels = self.padded([torch.cat([x for _, x in one]) for one in sequences], IGNORED)
        if not self.packing:
            lengths = [sum(len(i) for i, _ in one) for one in sequences]
            mask = self.padded([torch.ones(n, dtype=torch.long) for n in lengths], 0)
            return {"input_ids": ids, "labels": labels, "attention_mask": mask}
        # Without a mask the model reads off the positions where a document starts, and none sees another.
        starts = [torch.cat([torch.arange(len(i)) for i, _ in one]) for one in sequences]
        positions = self.padded(starts, 0)
        labels[positions == 0] = IGNORED  # what starts a document does not follow from the one before
        return {"input_ids": ids, "labels": labels, "position_ids": positions}

    @staticmethod
    def padded(several: list[Tensor], value: int) -> Tensor:
        return pad_sequence(several, batch_first=True, padding_value=value)
