"""Check: our scorers against published scores of other people's outputs.   folder of outputs -> table, one JSON line

python -m codeio.evaluate.oracles dir=DIR [data_root=DIR]

DIR holds EXPECTED.json (published figures) and whichever of the outputs are there: cruxeval/, gsm8k/, bbh/, korbench/,
zeroeval/, livebench/. An oracle is exact when its figure comes out and, where labels of items are published, every
label too. CRUXEval's programs come from data_root (default: the folder `benchmarks` beside DIR).
"""

import gzip
import json
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from codeio.command import arguments, run
from codeio.errors import BadInput
from codeio.evaluate.benchmark import Benchmark, Item
from codeio.evaluate.benchmarks import ALL
from codeio.evaluate.benchmarks import bbh as big_bench
from codeio.evaluate.benchmarks import gsm8k as grade_school
from codeio.evaluate.benchmarks import korbench as kor
from codeio.evaluate.benchmarks import livebench as live
from codeio.evaluate.data import Absent, load
from codeio.evaluate.judge import marks
from codeio.params import Params
from codeio.params import load as load_params

Labels = Sequence[bool | float]


class Oracle(msgspec.Struct, frozen=True, kw_only=True):
    """A published figure, ours, and how many labels of items differ (None: no labels are published)."""

    name: str
    reading: str
    published: str
    ours: str
    items: int
    disagreements: int | None = None

    @property
    def exact(self) -> bool:
        return self.published == self.ours and not self.disagreements


class Given(msgspec.Struct, frozen=True):
    """What a family of oracles works on."""

    folder: Path
    expected: dict[str, Any]
    data_root: Path
    params: Params


def lines(path: Path) -> list[dict[str, Any]]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def scores(benchmark: str, reading: str, answered: Sequence[tuple[Item, str]], params: Params) -> list[float]:
    chosen = ALL[benchmark].reading(reading)
    assert chosen is not None, f"{benchmark} has no reading {reading}"
    return [mark.score for mark in marks(chosen, answered, params)]


def differing(mine: Labels, published: Labels) -> int:
    return sum(abs(float(a) - float(b)) > 1e-9 for a, b in zip(mine, published, strict=True))


# --- one function per family: what of it is there, and what it gives


def cruxeval(given: Given) -> Iterator[Oracle]:
    for path in sorted((given.folder / "cruxeval").glob("*.generations.json")):
        name = path.name.removesuffix(".generations.json")
        benchmark = ALL["cruxeval_i" if name.endswith("_input") else "cruxeval_o"]
        items = programs(benchmark, given)
        said = json.loads(path.read_text())
        answered = [(items[key], text) for key, texts in said.items() for text in texts]
        found = iter(scores(benchmark.name, "cruxeval", answered, given.params))
        mine = {key: [next(found) for _ in texts] for key, texts in said.items()}
        labels = path.with_name(f"{name}.scored.json")
        published = json.loads(labels.read_text())["raw_scored_generations"] if labels.exists() else {}
        differ = (
            sum(sorted(mine[key]) != sorted(map(float, published[key])) for key in mine)
            if published
            else None
        )
        want = given.expected.get(name, {})
        for figure, ours in pass_at(list(mine.values())).items():
            if figure in want:
                yield Oracle(
                    name=f"cruxeval {name} {figure}", reading="cruxeval", published=f"{want[figure]:.6f}",
                    ours=f"{ours:.6f}", items=len(answered), disagreements=differ,
                )  # fmt: skip


def pass_at(scored: Sequence[Sequence[float]]) -> dict[str, float]:
    """pass@1 and pass@5 in per cent (Chen et al. 2021), and right generations."""
    found = {"true_total": float(sum(map(sum, scored)))}
    for k in (1, 5):
        rates = [1 - math.comb(len(s) - int(sum(s)), k) / math.comb(len(s), k) for s in scored if len(s) >= k]
        found[f"pass@{k}"] = 100 * sum(rates) / len(rates) if rates else 0.0
    return found


def programs(benchmark: Benchmark, given: Given) -> dict[str, Item]:
    found = load(benchmark, given.data_root)
    if isinstance(found, Absent):
        raise BadInput(f"the CRUXEval oracle needs the programs ({found.reason}): give data_root=")
    return {item.id: item for item in found.items}


def gsm8k(given: Given) -> Iterator[Oracle]:
    path = given.folder / "gsm8k" / "solutions.jsonl.gz"
    rows = lines(path) if path.exists() else []
    models = [key for key, value in (rows[0] if rows else {}).items() if isinstance(value, dict)]
    for model in models:
        answered = [(gold(n, row), row[model]["solution"]) for n, row in enumerate(rows)]
        mine = scores("gsm8k", "openai", answered, given.params)
        labels = [row[model]["is_correct"] for row in rows]
        yield Oracle(
            name=f"gsm8k {model}", reading="openai", published=str(given.expected.get(model, sum(labels))),
            ours=str(int(sum(mine))), items=len(rows), disagreements=differing(mine, labels),
        )  # fmt: skip


def gold(n: int, row: dict[str, Any]) -> Item:
    marked = grade_school.MARKED.findall(row["ground_truth"])[-1]
    return Item(id=str(n), question=row["question"], gold=marked)


def bbh(given: Given) -> Iterator[Oracle]:
    for folder in sorted((given.folder / "bbh").glob("*/*")):
        want = given.expected.get(folder.name, {})
        right = total = 0
        for path in sorted(folder.glob("*.json.gz")):
            task = path.name.removesuffix(".json.gz")
            with gzip.open(path, "rt", encoding="utf-8") as file:
                outputs = json.load(file)["outputs"]
            items = [Item(id=f"{task}/{n}", question="", gold=one["target"]) for n, one in enumerate(outputs)]
            answered = [(item, one["prediction"]) for item, one in zip(items, outputs, strict=True)]
            mine = int(sum(mark.score for mark in marks(big_bench.READINGS[1], answered, given.params)))
            right, total = right + mine, total + len(items)
            published = want.get(task, {}).get("correct", metric_beside(path, len(items)))
            yield Oracle(
                name=f"bbh {folder.parent.name} {folder.name} {task}", reading="published",
                published=str(published), ours=str(mine), items=len(items),
            )  # fmt: skip
        if (sums := given.expected.get("totals", {}).get(folder.name)) is not None:
            name = f"bbh {folder.parent.name} {folder.name} all"
            yield Oracle(
                name=name, reading="published", published=str(sums["correct"]), ours=str(right), items=total
            )


def metric_beside(path: Path, n: int) -> int | None:
    at = path.with_name(path.name.removesuffix(".json.gz") + ".eval_metrics.jsonl")
    return round(json.loads(at.read_text())["accuracy"] * n / 100) if at.exists() else None


def korbench(given: Given) -> Iterator[Oracle]:
    by_model: dict[str, dict[str, tuple[list[float], list[float], list[bool]]]] = {}
    for path in sorted((given.folder / "korbench").glob("*.jsonl.gz")):
        model, kind, mode = path.name.removesuffix(".jsonl.gz").rsplit("_", 2)
        rows = lines(path)
        answered = [(of_kind(kind, row), row["response"]) for row in rows]
        text, latex = (scores("korbench", name, answered, given.params) for name in ("text", "latex"))
        label = model if mode == "zero-shot" else f"{model} {mode}"
        by_model.setdefault(label, {})[kind] = text, latex, [row["published_is_correct"] for row in rows]
    for model, kinds in by_model.items():
        yield from of_model(model, kinds, given.expected.get(model, {}))


def of_kind(kind: str, row: dict[str, Any]) -> Item:
    about = {"kind": kind, "rule": row["rule_id"], "idx": row["idx"]}
    return Item(id=f"{kind}/{row['idx']}", question="", gold=row["answer"], about=about)


def of_model(model: str, kinds: dict[str, Any], want: dict[str, int]) -> Iterator[Oracle]:
    for kind, (text, latex, labels) in kinds.items():
        published = want.get(kind, want.get(f"{kind}_published(text compare)", sum(labels)))
        yield Oracle(
            name=f"korbench {model} {kind}", reading="text", published=str(published), ours=str(int(sum(text))),
            items=len(text), disagreements=differing(text, labels),
        )  # fmt: skip
        if (parsed := want.get(f"{kind}_with_latex_parser")) is not None:
            name = f"korbench {model} {kind}, LaTeX read"
            yield Oracle(
                name=name, reading="latex", published=str(parsed), ours=str(int(sum(latex))), items=len(latex)
            )
    if len(kinds) == len(kor.KINDS):
        for at, (reading, name) in enumerate((("text", "total_published"), ("latex", "total_with_parser"))):
            if name in want:
                ours = int(sum(sum(found[at]) for found in kinds.values()))
                items = sum(len(found[at]) for found in kinds.values())
                yield Oracle(
                    name=f"korbench {model} all",
                    reading=reading,
                    published=str(want[name]),
                    ours=str(ours),
                    items=items,
                )


ZERO_EVAL = {
    "crux": ("cruxeval_o", "zeroeval"),
    "gsm": ("gsm8k", "zeroeval"),
    "math-l5": ("math", "zeroeval"),
}


def zeroeval(given: Given) -> Iterator[Oracle]:
    for task, (benchmark, reading) in ZERO_EVAL.items():
        for path in sorted((given.folder / "zeroeval" / task).glob("*.jsonl.gz")):
            model = path.name.removesuffix(".jsonl.gz")
            want = given.expected.get(task, {}).get(model)
            rows = lines(path)
            items = [Item(id=str(row["id"]), question="", gold=row["answer"]) for row in rows]
            chosen = ALL[benchmark].reading(reading)
            assert chosen is not None
            found = marks(
                chosen, [(i, row["output"][0]) for i, row in zip(items, rows, strict=True)], given.params
            )
            if want:
                for figure, share in (
                    ("Acc", [m.score for m in found]),
                    ("No answer", [m.extracted is None for m in found]),
                ):
                    yield Oracle(
                        name=f"zeroeval {task} {model} {figure}", reading=reading, published=want[figure],
                        ours=f"{100 * sum(share) / len(rows):.2f}", items=len(rows),
                    )  # fmt: skip


def livebench(given: Given) -> Iterator[Oracle]:
    asked = questions(given)
    for path in sorted((given.folder / "livebench").glob("*.jsonl*")):
        stem, model = path.name.split(".")[:2]
        category, _, task = (
            stem.partition("_") if not stem.startswith("data_analysis") else (stem[:13], "_", stem[14:])
        )
        rows = lines(path)
        answered = [(question(task, row, asked), row["answer"]) for row in rows]
        mine = [mark.score for mark in marks(live.BENCHMARK.readings[1], answered, given.params)]
        labels = [row["published_score"] for row in rows]
        want = given.expected.get(f"{category}/{task}", {}).get("mean", sum(labels) / len(rows))
        yield Oracle(
            name=f"livebench {task} {model}", reading="livebench", published=f"{want:.6f}",
            ours=f"{sum(mine) / len(mine):.6f}", items=len(rows), disagreements=differing(mine, labels),
        )  # fmt: skip


def questions(given: Given) -> dict[str, Item]:
    found = load(live.BENCHMARK, given.data_root)
    return {} if isinstance(found, Absent) else {item.id: item for item in found.items}


def question(task: str, row: dict[str, Any], asked: dict[str, Item]) -> Item:
    known = asked.get(row["question_id"])
    about = {"task": task, "subtask": known.about["subtask"] if known else "", "release": row["release"]}
    return Item(
        id=row["question_id"], question=known.question if known else "", gold=row["ground_truth"], about=about
    )


FAMILIES: dict[str, Callable[[Given], Iterator[Oracle]]] = {
    "cruxeval": cruxeval, "gsm8k": gsm8k, "bbh": bbh, "korbench": korbench, "zeroeval": zeroeval,
    "livebench": livebench,
}  # fmt: skip


def check(folder: Path, data_root: Path, params: Params) -> tuple[list[Oracle], list[str]]:
    """All oracles that `folder` has outputs for, and the families of EXPECTED.json that it has none for."""
    try:
        expected = json.loads((folder / "EXPECTED.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(
            f"{folder} holds no readable EXPECTED.json ({error}): dir= names a folder of oracles"
        ) from error
    found, absent = [], []
    for family, want in expected.items():
        if isinstance(want, dict):
            given = Given(folder, want, data_root, params)
            mine = list(FAMILIES[family](given)) if family in FAMILIES else []
            found += mine
            if not mine:
                absent.append(family)
    return found, absent


def table(oracles: Sequence[Oracle]) -> Table:
    shown = Table(title="published scores from published outputs", title_justify="left")
    for name in ("oracle", "reading", "items", "published", "ours", "labels that differ"):
        shown.add_column(name, justify="left" if name in ("oracle", "reading") else "right")
    for one in oracles:
        differ = "no labels" if one.disagreements is None else str(one.disagreements)
        style = None if one.exact else "red"
        shown.add_row(one.name, one.reading, f"{one.items:,}", one.published, one.ours, differ, style=style)
    return shown


def main(words: list[str]) -> None:
    given = arguments(words, {"dir": "", "data_root": ""}, required=("dir",))
    folder = Path(given["dir"])
    root = Path(given["data_root"]) if given["data_root"] else folder.resolve().parent / "benchmarks"
    found, absent = check(folder, root, load_params())
    Console(width=130, highlight=False).print(table(found))
    for family in absent:
        print(f"{family}: EXPECTED.json has figures, but its outputs are not in {folder}")
    exact = sum(one.exact for one in found)
    print(json.dumps({"checked": len(found), "exact": exact}))
    if exact < len(found):
        sys.exit(1)


if __name__ == "__main__":
    run("oracles", __doc__, main)
