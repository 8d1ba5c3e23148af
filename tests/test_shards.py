"""Records through parquet and back, and what a damaged file says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeio import shards
from codeio.errors import BadInput
from codeio.records import Dropped, Pair, Problem, Sample, Turn, Verdict

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
pairs = st.builds(
    Pair, id=texts, input=st.dictionaries(texts, values, max_size=3), output=values, mutated=st.booleans()
)


@given(rows=st.lists(pairs, max_size=5))
def test_round_trip(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("shards") / "part-00000.parquet"
    first = shards.write(path, rows, Pair)
    assert shards.read(path, Pair) == rows
    assert shards.write(path, rows, Pair) == first  # same rows, same bytes


def test_nested_records_survive(tmp_path):
    verdict = Verdict(status="mismatch", correct=False, feedback="no")
    turn = Turn(samples=(Sample(response="7", verdict=verdict, slip="flip"), Sample(response="8")))
    problem = Problem(
        id="p", function="f", pair="q", rank=0, predict="output", split="train", kind="natural", corpus="c",
        licence="MIT", structure="s", statement="", io_description="", tier="code-only", code="", entry="f",
        given={"x": 1}, wanted=[1, None], turns=(turn,),
    )  # fmt: skip
    shards.write(tmp_path / "part-00000.parquet", [problem], Problem)
    assert shards.read(tmp_path / "part-00000.parquet", Problem) == [problem]


def flipped(data: bytes) -> bytes:
    """One byte of the first page is another."""
    at = data.index(b"\x28\xb5\x2f\xfd") + 2  # where zstd begins
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


@pytest.mark.parametrize(
    "damage", [lambda data: b"", lambda data: b"PAR1 but no more", lambda data: data[:-20], flipped]
)
def test_damaged_shard_is_named(tmp_path, damage):
    path = tmp_path / "part-00003.parquet"
    shards.write(path, [Dropped(id="a", reason="b")], Dropped)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(BadInput, match=r"part-00003.parquet is not a whole shard of Dropped.*dvc"):
        shards.read(path, Dropped)


def test_shard_of_another_schema_is_named(tmp_path):
    shards.write(tmp_path / "part-00000.parquet", [Dropped(id="a", reason="b")], Dropped)
    with pytest.raises(BadInput, match="is not a whole shard of Pair"):
        shards.read(tmp_path / "part-00000.parquet", Pair)


def test_shard_that_is_not_there_is_the_disks_own_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"part-00000\.parquet"):
        shards.read(tmp_path / "part-00000.parquet", Dropped)
