"""Spread: a shard that takes long is cut, and its pieces are the bytes of the whole, wherever it is cut."""

import importlib
import json
from pathlib import Path

import pytest

from codeio import shards, spread, stage
from codeio.errors import EngineError
from codeio.params import load
from codeio.records import Pair
from codeio.spread import Lost, Piece, Spread
from tests import numbers
from tests.house import build, until
from tests.test_engine import digests, processes
from tests.test_golden import GOLDEN, MODULES

APART = ("execute", "pose", "answer", "revise")
FEW = (
    f"collect.directory={GOLDEN / 'source'}",
    "collect.installed=[]",
    "collect.procedural.programs=12",
    "execute.pairs=2",
    "execute.pool=20",
    "workers=1",
)
MANY = ("collect.installed=[toolz]", "collect.procedural.programs=60", "workers=2")


@pytest.fixture(scope="module", params=[FEW, pytest.param(MANY, marks=pytest.mark.full)], ids=["few", "many"])
def made(request, tmp_path_factory):
    """All data stages, run here: natural functions in one shard and programs in another."""
    before, stage.ROOT = stage.ROOT, tmp_path_factory.mktemp("spread")
    params = load(*request.param)
    for module in MODULES.values():
        stage.run(importlib.import_module(module).STAGE, params)
    yield params
    stage.ROOT = before


@pytest.mark.parametrize("name", APART)
def test_pieces_of_every_length_are_the_bytes_of_the_whole(made, name, tmp_path):
    one = importlib.import_module(MODULES[name]).STAGE
    whole = stage.folder(name, one.variant(made))
    cut = 0
    with one.open(made) as function:
        for n, source in enumerate(shards.files(one.reads(made))):
            for count in (2, 1000):
                work = tmp_path / str(count)
                pieces = spread.parts(one, Piece(n), source, count)
                if len(pieces) < 2:
                    continue
                found = [(piece, spread.make(one, function, piece, source, work)) for piece in pieces]
                report = spread.joined(found, work)
                assert report.sha256 == shards.sha256(whole / stage.part(n))
                dropped = Path("dropped") / stage.part(n)
                assert (work / dropped).read_bytes() == (whole / dropped).read_bytes()
                assert report.taken == shards.length(source)
                cut += len(pieces)
    assert cut > 10


def test_only_stages_whose_rows_depend_on_each_other_are_not_cut():
    stages = {name: importlib.import_module(module).STAGE for name, module in MODULES.items()}
    assert [name for name, one in stages.items() if one.apart] == list(APART)


@pytest.mark.parametrize(
    ("keys", "rows", "places"),
    [
        ("aabbcc", range(6), [2, 4]),
        ("abc", range(3), [1, 2]),
        ("aaaa", range(4), []),
        ("abab", range(4), []),  # no key stands on both sides
        ("abacdd", range(6), [3, 4]),
        ("aabbcc", range(2, 6), [4]),
        ("a", range(1), []),
    ],
)
def test_where_rows_may_be_parted(keys, rows, places):
    assert list(spread.between(keys, rows)) == places


@pytest.mark.parametrize(
    ("made", "size", "found"),
    [
        ([(0, 2), (2, 5)], 5, [(0, 2), (2, 5)]),
        ([(2, 5)], 5, None),
        ([(0, 2), (2, 3), (3, 5), (2, 5)], 5, [(0, 2), (2, 5)]),  # cut again, and there all the same
        ([(0, 2), (3, 5)], 5, None),
    ],
)
def test_pieces_that_are_the_whole_together(made, size, found):
    said = spread.cover([range(*one) for one in made], size)
    assert said == (found and [range(*one) for one in found])


class Dying:
    """Hands in this process whose worker ends on every piece that holds one of these rows and `most` others."""

    def __init__(self, one, function, bad: set[int], most: int, work: Path) -> None:
        self.stage, self.function, self.bad, self.most, self.work = one, function, bad, most, work
        self.given: list[tuple[Piece, Path]] = []
        self.tried: list[Piece] = []

    def free(self):
        return [None] * (1 - len(self.given))

    def choose(self, place, left):
        return 0

    def give(self, piece, source, place):
        self.given.append((piece, source))
        self.tried.append(piece)

    def ended(self, seconds):
        piece, source = self.given.pop()
        rows = piece.rows or range(shards.length(source))
        if piece.n == 1 and self.bad & set(rows) and len(rows) > self.most:
            yield piece, Lost("OutOfMemoryError")
        else:
            yield piece, (spread.make(self.stage, self.function, piece, source, self.work), {})

    def drop(self, piece):
        raise AssertionError("nothing is made twice here")


def three(root: Path) -> stage.Stage:
    numbers.put(root, *([Pair(id=f"{n} {m}", input={}, output=m) for m in range(6)] for n in range(3)))
    return numbers.staged(root, "same", None, apart="id")


@pytest.mark.parametrize("most", [3, 1])
def test_what_ends_its_worker_is_made_in_halves(tmp_path, most):
    one = three(tmp_path)
    hands = Dying(one, list, {4}, most, tmp_path / "work")
    todo = list(enumerate(shards.files(tmp_path / "data/numbers")))
    reports = dict(Spread(one, todo, tmp_path / "work").run(hands))
    assert sorted(reports) == [0, 1, 2]
    for n, source in todo:
        assert (tmp_path / "work" / stage.part(n)).read_bytes() == source.read_bytes()
        assert stage.finished(tmp_path / "work", n) == reports[n]
    assert len(hands.tried) > 4


def test_a_row_that_ends_its_worker_alone_is_named_and_all_else_is_finished(tmp_path):
    one = three(tmp_path)
    hands = Dying(one, list, {4}, 0, tmp_path / "work")
    run = Spread(one, list(enumerate(shards.files(tmp_path / "data/numbers"))), tmp_path / "work").run(hands)
    done = []
    said = r"1 pieces .*part-00001\.parquet, rows 4 to 4 \(OutOfMemoryError\)"
    with pytest.raises(EngineError, match=said):
        done.extend(n for n, _ in run)
    assert sorted(done) == [0, 2]


# A stage of our own: one row holds its shard up for minutes, unless it is made with few others.
SLOW = """
def shard(rows):
    if any(row.output == 21 for row in rows) and len(rows) > 2:
        time.sleep(600)
    for row in rows:
        yield Dropped(id=row.id, reason="odd") if row.output % 2 else row
"""


def slow_house(root: Path):
    """A checkout with that stage, which looks for slow shards sooner than usual; and what it must make."""
    house = build(root)
    numbers.written(house.root, "slow", SLOW)
    path = house.root / "codeio/spread.py"
    text = path.read_text()
    assert "LEAST_S = 5.0" in text
    path.write_text(text.replace("LEAST_S = 5.0", "LEAST_S = 0.5"))
    rows = [Pair(id=str(n), input={}, output=n) for n in range(96)]
    numbers.put(house.root, *(rows[at : at + 6] for at in range(0, 96, 6)))
    return house, [row for row in rows if not row.output % 2]


def is_whole(house, kept) -> None:
    assert list(shards.read_all(house.root / "data/slow", Pair)) == kept
    counts = json.loads((house.root / "metrics/slow.json").read_text())
    assert counts == {"rows_in": 96, "rows_out": 48, "dropped": {"odd": 48}}
    assert not list((house.root / ".work/slow").glob("*"))


def test_a_shard_that_takes_long_is_not_waited_for(tmp_path):
    house, kept = slow_house(tmp_path / "codeio")
    house.run("python", "-m", "codeio.slow", "workers=4")
    is_whole(house, kept)
    assert len(digests(house, "slow")) == 32
    until(lambda: not processes(house), seconds=5.0)
