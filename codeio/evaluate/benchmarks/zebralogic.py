"""Ask ZebraLogic: a grid of houses and attributes, all cells right.   rows -> items

The published data set holds no solutions; the gated one does. The same scorer reads the grids that codeio makes.
"""

import json
from collections.abc import Iterable
from typing import Any

from codeio import values
from codeio.evaluate import answers, zeroeval
from codeio.evaluate.benchmark import WRONG, Benchmark, Data, Item, Mark, Part, Reading, Row

Grid = dict[str, dict[str, str]]  # house -> attribute -> value


def items(rows: Iterable[tuple[str, Row]]) -> list[Item]:
    """Only puzzles whose solution is there can be scored."""
    return [
        Item(
            id=row["id"],
            question=row["puzzle"],
            gold=grid(row["solution"]),
            group=str(row.get("size", "")).replace("*", "x"),
        )
        for _, row in rows
        if solved(row.get("solution"))
    ]


def solved(solution: Any) -> bool:
    return bool(solution) and "___" not in str(solution)


def grid(solution: dict[str, Any]) -> Grid:
    """A table with a header whose first column is the house, as cells by name."""
    _, *names = solution["header"]
    return {f"House {row[0]}": dict(zip(names, row[1:], strict=True)) for row in solution["rows"]}


def prompt(item: Item) -> str:
    shape = {house: {name: "..." for name in cells} for house, cells in item.gold.items()}
    return (
        f"{item.question}\n\nThink step by step, then give the whole solution as one JSON object of this form:\n"
        + json.dumps({"solution": shape}, indent=1)
    )


def read(item: Item, response: str) -> Mark:
    """All cells right: the last JSON object, with or without a `solution` around the houses."""
    found = (scored(item, values.last_object(text)) for text in (response, *answers.candidates(response)))
    return next((mark for mark in found if mark.extracted is not None), WRONG)


def published(item: Item, response: str) -> Mark:
    """As ZeroEval: `solution` of the last complete JSON object, houses and attributes by their very names."""
    found = (zeroeval.last_object(response) or {}).get("solution")
    if found is None:
        return WRONG
    houses = found if isinstance(found, dict) else {}
    cells = [
        (value, cell(houses[house].get(name)))
        for house, wanted in item.gold.items()
        for name, value in wanted.items()
        if isinstance(houses.get(house), dict)
    ]
    complete = len(cells) == sum(map(len, item.gold.values()))
    right = complete and all(wanted.lower().strip() == mine.lower().strip() for wanted, mine in cells)
    return Mark(json.dumps(found, ensure_ascii=False), float(right))


def cell(value: Any) -> str:
    """A cell's text; of a list its first."""
    first = value[0] if isinstance(value, list) and value else value
    return first if isinstance(first, str) else ""


def scored(item: Item, found: Any) -> Mark:
    if not isinstance(found, dict):
        return WRONG
    inner = found.get("solution", found.get("answer", found))
    houses = inner if isinstance(inner, dict) else {}
    plain = {normal(house): cells for house, cells in houses.items() if isinstance(cells, dict)}
    cells = [
        normal(value) == normal(said(plain.get(normal(house), {}), name))
        for house, wanted in item.gold.items()
        for name, value in wanted.items()
    ]
    text = json.dumps(inner, ensure_ascii=False) if plain else None
    return Mark(text, float(bool(cells) and all(cells)))


def said(cells: dict[str, Any], name: str) -> Any:
    found = next((value for key, value in cells.items() if normal(key) == normal(name)), "")
    return found[0] if isinstance(found, list) and found else found


def normal(text: Any) -> str:
    return " ".join(str(text).lower().replace("_", " ").split())


BENCHMARK = Benchmark(
    name="zebralogic",
    data=Data(
        hub="allenai/ZebraLogicBench-private",
        parts=(Part("zebralogic/*.jsonl", "grid_mode"),),
        count=1000,
        gated=True,
        note="solutions are in the gated data set only",
    ),
    items=items,
    prompt=prompt,
    readings=(Reading("chat", 3, read), Reading("zeroeval", 2, published)),
    max_tokens=2048,
)
