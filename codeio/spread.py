"""Spread: shards over cores, the long ones in pieces.   (stage, shards, hands) -> reports as they finish

When no shard is left and cores are free, the one that takes much longer than others is cut, between rows that do not
depend on each other, and its pieces are made beside it. Whichever is there first counts: the bytes are the same. A
piece that takes long is cut again. So is what ends its worker, until a row is named that does so alone.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple, Protocol

from codeio import shards
from codeio import stage as frame
from codeio.errors import EngineError

LOOK_S = 1.0  # between two looks for free cores and for what takes long
LONG = 3.0  # times the usual seconds of so many rows
LEAST_S = 5.0  # a core is not worth another piece for less
FINE = 4  # pieces per free core: one that is done early finds another
Made = tuple["frame.Report", dict[str, Any]]  # and the stage's volatile facts
Done = Iterator[tuple[int, "frame.Report"]]  # shard number and report, in order of completion


class Piece(NamedTuple):
    """A shard, or some of its rows."""

    n: int
    rows: range | None = None  # None: all

    @property
    def name(self) -> str:
        rows = f", rows {self.rows.start} to {self.rows.stop - 1}" if self.rows else ""
        return f"{frame.part(self.n)}{rows}"


class Lost(NamedTuple):
    """What became of a piece whose worker ended each time that it was tried."""

    why: str


class Hands(Protocol):
    """Who makes pieces: processes of this machine, or a cluster."""

    def free(self) -> Sequence[Any]:
        """Where cores have nothing to do: one place for each."""

    def choose(self, place: Any, left: Sequence[Piece]) -> int:
        """Which of those left is best made there."""

    def give(self, piece: Piece, source: Any, place: Any) -> None: ...

    def ended(self, seconds: float) -> Iterable[tuple[Piece, Made | Lost]]:
        """What has ended, as soon as anything has; nothing after `seconds`."""

    def drop(self, piece: Piece) -> None:
        """Nobody waits for it any more."""


def make(
    stage: "frame.Stage", function: "frame.ShardFunction", piece: Piece, source: Any, work: Path
) -> "frame.Report":
    """A piece, by whoever was given it: a whole shard is committed, some of its rows are put beside the others."""
    if piece.rows is None:
        return frame.shard(stage, function, piece.n, source, work)
    rows = shards.read(source, stage.takes)[piece.rows.start : piece.rows.stop]
    made = list(function(rows))
    given, dropped = kept_in(work, piece)
    return frame.keep(stage, made, len(rows), given, dropped)


def kept_in(work: Path, piece: Piece) -> tuple[Path, Path]:
    at = work / "pieces" / frame.part(piece.n)
    name = f"{piece.rows.start:06d}-{piece.rows.stop:06d}.parquet"
    return at / name, at / "dropped" / name


def joined(pieces: Sequence[tuple[Piece, "frame.Report"]], work: Path) -> "frame.Report":
    """The shard of these pieces, committed: the bytes of one that was made whole."""
    n = pieces[0][0].n
    given, dropped = zip(*(kept_in(work, piece) for piece, _ in pieces), strict=True)
    shards.join(dropped, work / "dropped" / frame.part(n))
    sha = shards.join(given, work / frame.part(n))
    counts = frame.count(report for _, report in pieces)
    report = frame.Report(counts["rows_in"], counts["rows_out"], counts["dropped"], sha)
    frame.note(report, n, work)
    return report


def parts(stage: "frame.Stage", piece: Piece, source: Any, count: int) -> list[Piece]:
    """It in at most `count` pieces of about as many rows; all of it where its rows depend on each other."""
    if not stage.apart:
        return [piece]
    keys = shards.column(source, stage.apart)
    rows = piece.rows or range(len(keys))
    places = list(between(keys, rows))
    wished = (rows.start + len(rows) * k / count for k in range(1, count))
    cuts = {min(places, key=lambda at: abs(at - wish)) for wish in wished} if places else set()
    return [piece._replace(rows=range(*ends)) for ends in pairwise([rows.start, *sorted(cuts), rows.stop])]


def between(keys: Sequence[str], rows: range) -> Iterator[int]:
    """Where rows may be parted: no key stands on both sides."""
    last = {key: at for at, key in enumerate(keys)}
    reached = -1
    for at in rows:
        if reached < at and at > rows.start:
            yield at
        reached = max(reached, last[keys[at]])


def cover(made: Sequence[range], size: int) -> list[range] | None:
    """Ranges among these that are the whole together, or None."""
    found: list[range] = []
    while (at := found[-1].stop if found else 0) < size:
        longest = max((one for one in made if one.start == at), key=len, default=None)
        if longest is None:
            return None
        found.append(longest)
    return found


class Spread:
    """The state of a run: what is left, under way, there in pieces, and given up."""

    def __init__(self, stage: "frame.Stage", todo: Sequence[tuple[int, Any]], work: Path) -> None:
        self.stage, self.work = stage, work
        self.sources = dict(todo)
        self.left = [Piece(n) for n in self.sources]
        self.begun: dict[Piece, float] = {}  # of those under way
        self.cut: set[Piece] = set()  # its pieces are made too
        self.made: dict[int, dict[Piece, frame.Report]] = defaultdict(dict)
        self.pace: list[float] = []  # seconds a row, of what was made
        self.failed: dict[Piece, Lost] = {}

    def run(self, hands: Hands) -> Done:
        """Raises EngineError naming what could not be made, when all else is."""
        while self.left or self.begun:
            self.give(hands)
            for piece, found in hands.ended(LOOK_S):
                begun = self.begun.pop(piece, None)
                if begun is None:  # its shard was whole before
                    continue
                if isinstance(found, Lost):
                    self.lost(piece, found)
                elif whole := self.whole(piece, found, time.monotonic() - begun):
                    self.forget(piece.n, hands)
                    yield piece.n, whole
        if self.failed:
            raise EngineError(told(self.failed))

    def give(self, hands: Hands) -> None:
        free = hands.free()
        if not self.left and len(free) > 1:
            self.left += self.split(FINE * len(free))
        for place in free:
            if not self.left:
                return
            piece = self.left.pop(hands.choose(place, self.left))
            hands.give(piece, self.sources[piece.n], place)
            self.begun[piece] = time.monotonic()

    def split(self, count: int) -> list[Piece]:
        """Pieces of the one that has run too long for the longest time; nothing where none has."""
        now = time.monotonic()
        for piece, begun in sorted(self.begun.items(), key=lambda one: one[1]):
            if piece not in self.cut and self.stage.apart and now - begun > self.usual(piece):
                self.cut.add(piece)
                if len(several := parts(self.stage, piece, self.sources[piece.n], count)) > 1:
                    return several
        return []

    def usual(self, piece: Piece) -> float:
        """Seconds after which it takes long."""
        if not self.pace:
            return float("inf")
        rows = len(piece.rows or range(shards.length(self.sources[piece.n])))
        return max(LEAST_S, LONG * rows * median(self.pace))

    def lost(self, piece: Piece, why: Lost) -> None:
        """It is tried in halves, if it can be; otherwise given up. Where it was cut before, its pieces go on."""
        if piece in self.cut:
            return
        halves = parts(self.stage, piece, self.sources[piece.n], 2)
        if len(halves) > 1:
            self.cut.add(piece)
            self.left += halves
        else:
            self.failed[piece] = why

    def whole(self, piece: Piece, made: Made, seconds: float) -> "frame.Report | None":
        """The report of the shard that is whole now."""
        report, facts = made
        self.stage.facts().update(facts)
        self.pace.append(seconds / max(1, report.taken))
        if piece.rows is None:
            return report
        there = self.made[piece.n]
        there[piece] = report
        found = cover([one.rows for one in there], shards.length(self.sources[piece.n]))
        chosen = [piece._replace(rows=rows) for rows in found or ()]
        return joined([(one, there[one]) for one in chosen], self.work) if chosen else None

    def forget(self, n: int, hands: Hands) -> None:
        """What else was to become of this shard."""
        self.left = [piece for piece in self.left if piece.n != n]
        for piece in [piece for piece in self.begun if piece.n == n]:
            del self.begun[piece]
            hands.drop(piece)
        self.failed = {piece: why for piece, why in self.failed.items() if piece.n != n}


def told(failed: dict[Piece, Lost]) -> str:
    names = ", ".join(f"{piece.name} ({lost.why})" for piece, lost in sorted(failed.items(), key=by_place))
    return (
        f"{len(failed)} pieces ended their worker each time, for lack of memory perhaps: {names}; all others are "
        "finished and kept: run it again with more memory per core (fewer cores told to Ray), or leave those rows out"
    )


def by_place(one: tuple[Piece, Lost]) -> tuple[int, int]:
    return one[0].n, one[0].rows.start if one[0].rows else 0
