"""Rows on disk: what comes back is what went in, packed sequences hold each row once and none too many."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from codeio.train import rows
from codeio.train.data import Row
from codeio.train.rows import IGNORED


def row(name: str, *tokens: tuple[int, int]) -> Row:
    return Row(name, np.array(tokens, dtype=np.int32))


ROWS = [row("a", (1, 0), (2, 1), (3, 1)), row("bb", (4, 0), (5, 1)), row("c", (6, 1))]


def test_rows_come_back_by_number(tmp_path):
    rows.write(iter(ROWS), tmp_path)
    kept = rows.read(tmp_path)
    assert kept.lengths == [3, 2, 1]
    assert [name.decode() for name in kept.names] == ["a", "bb", "c"]
    back = [[part.tolist() for part in kept.row(n)] for n in range(3)]
    assert back == [[[1, 2, 3], [IGNORED, 2, 3]], [[4, 5], [IGNORED, 5]], [[6], [6]]]


def test_the_digest_tells_tokens_and_supervision(tmp_path):
    def digest(*several: Row) -> str:
        rows.write(several, tmp_path / "x")
        return rows.read(tmp_path / "x").digest

    assert digest(*ROWS) == digest(*ROWS)
    unsupervised = row("a", (1, 0), (2, 0), (3, 1))
    assert len({digest(*ROWS), digest(*ROWS[:2]), digest(unsupervised, *ROWS[1:])}) == 3


@given(lengths=st.lists(st.integers(1, 30), max_size=80), room=st.integers(30, 64))
def test_each_row_is_packed_once_and_no_sequence_is_too_long(lengths, room):
    found = rows.packed(lengths, room)
    assert sorted(n for one in found for n in one) == list(range(len(lengths)))
    assert all(sum(lengths[n] for n in one) <= room for one in found)


def test_packing_leaves_little_room():
    lengths = np.random.default_rng(0).integers(20, 400, 6000).tolist()
    found = rows.packed(lengths, 1024)
    assert sum(lengths) / (1024 * len(found)) > 0.98
    near = [max(one) - min(one) for one in found]
    assert max(near) < rows.NEAR


def test_a_batch_alone_is_padded_and_a_packed_one_knows_its_documents(tmp_path):
    rows.write(ROWS, tmp_path)
    kept = rows.read(tmp_path)
    alone = rows.Batches(kept, 9, packing=False, flat=False)([{"rows": [0]}, {"rows": [1]}])
    assert alone["input_ids"].tolist() == [[1, 2, 3], [4, 5, 9]]
    assert alone["labels"].tolist() == [[IGNORED, 2, 3], [IGNORED, 5, IGNORED]]
    assert alone["attention_mask"].tolist() == [[1, 1, 1], [1, 1, 0]]
    together = rows.Batches(kept, 9, packing=True, flat=False)([{"rows": [0, 2]}, {"rows": [1]}])
    assert together["input_ids"].tolist() == [[1, 2, 3, 6], [4, 5, 9, 9]]
    assert together["position_ids"].tolist() == [[0, 1, 2, 0], [0, 1, 0, 0]]
    assert together["labels"].tolist() == [[IGNORED, 2, 3, IGNORED], [IGNORED, 5, IGNORED, IGNORED]]
    assert "attention_mask" not in together
    flat = rows.Batches(kept, 9, packing=True, flat=True)([{"rows": [0, 2]}, {"rows": [1]}])
    assert flat["input_ids"].tolist() == [[1, 2, 3, 6, 4, 5]]
    assert torch.equal(flat["position_ids"], torch.tensor([[0, 1, 2, 0, 0, 1]]))
