"""Zebra grids: one solution each, none given away, scored as ZebraLogic is."""

import json
import re
from itertools import pairwise, permutations, product

import pytest

from codeio.evaluate import grids, run
from codeio.evaluate.benchmarks import zebralogic
from codeio.params import load as load_params

MADE = grids.items(24, 0)


def holds(sentence: str, house: dict[str, int]) -> bool:
    """The clue read from its text alone, by another reader than the one that made it."""
    text = sentence.split(". ", 1)[1].rstrip(".").lower()
    words = sorted(
        (w for w in house if re.search(rf"\b{w}\b", text)), key=lambda w: re.search(rf"\b{w}\b", text).start()
    )
    places = [house[word] for word in words]
    if "not in house" in text:
        return places[0] != int(text[-1])
    for phrase, right in (
        ("directly left", places[0] + 1 == places[1]), ("directly right", places[0] - 1 == places[1]),
        ("to the left", places[0] < places[1]), ("next to", abs(places[0] - places[1]) == 1),
    ):  # fmt: skip
        if phrase in text:
            return right
    return places[0] == places[1]


@pytest.mark.parametrize("item", MADE, ids=lambda item: item.id[:8])
def test_exactly_one_solution_fits_the_clues(item):
    clues = [line for line in item.question.split("\n") if re.match(r"\d+\. ", line)]
    names = list(item.gold["House 1"])
    options = [[cells[name].lower() for cells in item.gold.values()] for name in names]
    fits = []
    for rows in product(*map(permutations, options)):
        house = {value: at for row in rows for at, value in enumerate(row, 1)}
        if all(holds(clue, house) for clue in clues):
            fits.append(rows)
    assert fits == [tuple(tuple(chosen) for chosen in options)]


def test_the_same_seed_gives_the_same_puzzles_and_more_hold_fewer():
    assert grids.items(10, 0) == MADE[:10]
    assert len({item.id for item in MADE}) == len(MADE)
    assert {item.id for item in grids.items(24, 1)}.isdisjoint({item.id for item in MADE})
    assert {item.group for item in MADE} == {"2x2", "2x3", "3x2", "3x3"}


def test_the_scorer_takes_the_solution_and_nothing_else():
    for item, other in pairwise(MADE):
        assert zebralogic.read(item, json.dumps(item.gold)).score == 1.0
        assert (
            zebralogic.read(item, json.dumps({"solution": other.gold})).score == 0.0
            or item.gold == other.gold
        )
        assert json.dumps(item.gold) not in zebralogic.prompt(item)


def test_the_rung_of_the_ladder():
    params = load_params("evaluate.grids=4")
    asked = grids.items(4, params.seed)
    said = [json.dumps({"solution": asked[0].gold}), None, "no", json.dumps({"solution": {"House 1": {}}})]
    found = run.grid(params, lambda questions: said)
    assert [item.status for item in found] == ["ok", "too_long", "no_answer", "mismatch"]
    assert run.metrics(found)["bench/grids_answer"] == 0.25
    assert run.grid(load_params("evaluate.grids=0"), lambda questions: []) == []
