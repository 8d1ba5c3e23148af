"""Read: other people's outputs beside the scores they published.   folder of outputs -> Oracle ...

One family per folder, named as it: `parts` says what of it is there, `score` what a part gives. Any file may be
gzipped or not. What EXPECTED.json says of a part comes before what lies beside it (labels of items, metrics). Raises
BadInput for a file that cannot be read.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from codeio.errors import BadInput
from codeio.evaluate.benchmark import Item, Mark
from codeio.evaluate.benchmarks import ALL
from codeio.evaluate.benchmarks import gsm8k as grade_school
from codeio.evaluate.benchmarks import korbench as kor
from codeio.evaluate.benchmarks.livebench_tasks import TASKS
from codeio.evaluate.data import Absent, load
from codeio.evaluate.judge import marks
from codeio.evaluate.outputs import Row, lines, named, whole
from codeio.evaluate.score import first
from codeio.params import Params

Labels = Sequence[bool | float | None]


class Oracle(msgspec.Struct, frozen=True, kw_only=True):
    """A published figure, ours, and how many labels of items differ (None: no labels are published)."""

    name: str
    reading: str
    published: str
    ours: str
    items: int
    of: int | None = None  # items that the figure is published for
    disagreements: int | None = None

    @property
    def exact(self) -> bool:
        return self.published == self.ours and self.of in (None, self.items) and not self.disagreements


class Given(NamedTuple):
    """What a family of oracles works on."""

    expected: dict[str, Any]  # its part of EXPECTED.json
    data_root: Path
    params: Params


class Family(NamedTuple):
    """What of a family is there, by name, and what each part of it gives."""

    parts: Callable[[Path], dict[str, Any]]
    score: Callable[[Given, str, Any], Iterator[Oracle]]


# --- scores


def read(benchmark: str, reading: str, answered: Sequence[tuple[Item, str]], params: Params) -> list[Mark]:
    chosen = ALL[benchmark].reading(reading)
    assert chosen is not None, f"{benchmark} has no reading {reading}"
    return marks(chosen, answered, params)


def scores(benchmark: str, reading: str, answered: Sequence[tuple[Item, str]], params: Params) -> list[float]:
    return [mark.score for mark in read(benchmark, reading, answered, params)]


def differing(mine: Sequence[float], published: Labels) -> int | None:
    """How many labels differ; None where not every item has one."""
    pairs = list(zip(mine, published, strict=True))
    known = [(a, float(b)) for a, b in pairs if b is not None]
    return sum(abs(a - b) > 1e-9 for a, b in known) if len(known) == len(pairs) else None


def summed(labels: Labels) -> float | None:
    return None if None in labels else sum(map(float, labels))


def figure(value: Any, digits: int) -> str:
    """A published or own number as text, to be compared."""
    return f"{float(value):.{digits}f}"


@cache
def asked(benchmark: str, data_root: Path) -> dict[str, Item]:
    """The items of a benchmark by id; none where the data root lacks them."""
    found = load(ALL[benchmark], data_root)
    return {} if isinstance(found, Absent) else {item.id: item for item in found.items}


# --- one function per family


def cruxeval(given: Given, name: str, path: Path) -> Iterator[Oracle]:
    benchmark = "cruxeval_i" if "input" in name else "cruxeval_o"
    items, said = asked(benchmark, given.data_root), whole(path)
    if not items:
        raise BadInput("its programs are not there: give data_root= with cruxeval/cruxeval.jsonl")
    answered = [(items[key], text) for key, texts in said.items() for text in texts]
    found = iter(scores(benchmark, "cruxeval", answered, given.params))
    mine = {key: [next(found) for _ in texts] for key, texts in said.items()}
    beside = named(path.parent, ".scored.json").get(name)
    published = whole(beside) if beside else {}
    labels = published.get("raw_scored_generations")
    differ = labels and sum(sorted(mine[key]) != sorted(map(float, labels[key])) for key in mine)
    own = {f"pass@{k}": published[f"pass_at_{k}"] for k in (1, 5) if f"pass_at_{k}" in published}
    want = given.expected.get(name, own)
    for key, ours in pass_at(list(mine.values())).items():
        if key in want:
            yield Oracle(
                name=f"cruxeval {name} {key}", reading="cruxeval", published=figure(want[key], 6),
                ours=figure(ours, 6), items=len(answered),
                of=want.get("n", 0) * want.get("gens", 0) or None, disagreements=differ,
            )  # fmt: skip


def pass_at(scored: Sequence[Sequence[float]]) -> dict[str, float]:
    """pass@1 and pass@5 in per cent (Chen et al. 2021), and right generations."""
    found = {"true_total": float(sum(map(sum, scored)))}
    for k in (1, 5):
        rates = [1 - math.comb(len(s) - int(sum(s)), k) / math.comb(len(s), k) for s in scored if len(s) >= k]
        found[f"pass@{k}"] = 100 * sum(rates) / len(rates) if rates else 0.0
    return found


def gsm8k(given: Given, _: str, path: Path) -> Iterator[Oracle]:
    rows = lines(path)
    for model in [key for key, value in rows[0].items() if isinstance(value, dict)]:
        answered = [(gold(n, row), row[model]["solution"]) for n, row in enumerate(rows)]
        mine = scores("gsm8k", "openai", answered, given.params)
        labels = [row[model].get("is_correct") for row in rows]
        want = given.expected.get(model, summed(labels))
        if want is not None:
            yield Oracle(
                name=f"gsm8k {model}", reading="openai", published=figure(want, 0), ours=figure(sum(mine), 0),
                items=len(rows), of=given.expected.get("n"), disagreements=differing(mine, labels),
            )  # fmt: skip


def gold(n: int, row: Row) -> Item:
    marked = grade_school.MARKED.findall(row["ground_truth"])[-1]
    return Item(id=str(n), question=row["question"], gold=marked)


def modes(folder: Path) -> dict[str, Path]:
    """MODEL/MODE -> the folder with a file of outputs per task."""
    return {f"{at.parent.name}/{at.name}": at for at in sorted(folder.glob("*/*")) if named(at, ".json")}


def bbh(given: Given, name: str, folder: Path) -> Iterator[Oracle]:
    model, mode = name.split("/")
    own = given.expected.get(model, given.expected)
    want, totals = own.get(mode, {}), own.get("totals", {}).get(mode, {})
    metrics, counts = named(folder, ".eval_metrics.jsonl"), []
    for task, path in named(folder, ".json").items():
        outputs = whole(path)["outputs"]
        answered = [
            (Item(id=f"{task}/{n}", question="", gold=one["target"]), one["prediction"])
            for n, one in enumerate(outputs)
        ]
        mine = sum(scores("bbh_en", "published", answered, given.params))
        counts.append((mine, len(outputs)))
        known = want.get(task, {})
        if not known and task in metrics:
            known = {"correct": round(lines(metrics[task])[0]["accuracy"] * len(outputs) / 100)}
        if "correct" in known:
            yield Oracle(
                name=f"bbh {model} {mode} {task}", reading="published", published=figure(known["correct"], 0),
                ours=figure(mine, 0), items=len(outputs), of=known.get("n"),
            )  # fmt: skip
    right, total = (sum(each) for each in zip(*counts, strict=True))
    macro = 100 * sum(mine / n for mine, n in counts) / len(counts)
    for key, ours, digits in (("correct", right, 0), ("macro", macro, 6)):
        if key in totals:
            yield Oracle(
                name=f"bbh {model} {mode} all, {key}", reading="published", published=figure(totals[key], digits),
                ours=figure(ours, digits), items=total, of=totals.get("n"),
            )  # fmt: skip


def kinds(folder: Path) -> dict[str, dict[str, Path]]:
    """Model (with its mode, where that is another than zero-shot) -> kind -> file."""
    found: dict[str, dict[str, Path]] = {}
    for stem, path in named(folder, ".jsonl").items():
        model, kind, mode = ["", "", *stem.rsplit("_", 2)][-3:]
        label = model if mode == "zero-shot" else f"{model}_{mode}"
        found.setdefault(label if kind in kor.KINDS else stem, {})[kind] = path
    return found


def korbench(given: Given, model: str, files: dict[str, Path]) -> Iterator[Oracle]:
    want, sums, total = given.expected.get(model, {}), {"text": 0.0, "latex": 0.0}, 0
    for kind, path in files.items():
        if kind not in kor.KINDS:
            raise BadInput(f"{path.name} is not named MODEL_KIND_MODE, with a kind of {', '.join(kor.KINDS)}")
        rows = lines(path)
        answered = [(of_kind(kind, row), row["response"]) for row in rows]
        mine = {name: scores("korbench", name, answered, given.params) for name in sums}
        sums, total = {name: sums[name] + sum(mine[name]) for name in sums}, total + len(rows)
        labels = [row.get("published_is_correct") for row in rows]
        known = want.get(kind, want.get(f"{kind}_published(text compare)", summed(labels)))
        if known is not None:
            yield Oracle(
                name=f"korbench {model} {kind}", reading="text", published=figure(known, 0),
                ours=figure(sum(mine["text"]), 0), items=len(rows), disagreements=differing(mine["text"], labels),
            )  # fmt: skip
        if (known := want.get(f"{kind}_with_latex_parser")) is not None:
            yield Oracle(
                name=f"korbench {model} {kind}, LaTeX read", reading="latex", published=figure(known, 0),
                ours=figure(sum(mine["latex"]), 0), items=len(rows),
            )  # fmt: skip
    for reading, key in (("text", "total_published"), ("latex", "total_with_parser")):
        if key in want and len(files) == len(kor.KINDS):
            yield Oracle(
                name=f"korbench {model} all", reading=reading, published=figure(want[key], 0),
                ours=figure(sums[reading], 0), items=total, of=want.get("n"),
            )  # fmt: skip


def of_kind(kind: str, row: Row) -> Item:
    about = {"kind": kind, "rule": row["rule_id"], "idx": row["idx"]}
    return Item(id=f"{kind}/{row['idx']}", question="", gold=row["answer"], about=about)


ZERO_EVAL = {"crux": "cruxeval_o", "gsm": "gsm8k", "math-l5": "math"}


def tasks(folder: Path) -> dict[str, Path]:
    """TASK/MODEL -> file."""
    return {
        f"{at.name}/{model}": path
        for at in sorted(folder.glob("*"))
        for model, path in named(at, ".jsonl").items()
    }


def zeroeval(given: Given, name: str, path: Path) -> Iterator[Oracle]:
    task, model = name.split("/")
    if task not in ZERO_EVAL:
        raise BadInput(f"no reading for the task {task}; there are {', '.join(ZERO_EVAL)}")
    want, rows = given.expected.get(task, {}).get(model, {}), lines(path)
    answered = [
        (
            Item(id=str(row["id"]), question="", gold=row["answer"], about={"model": model}),
            first(row["output"]),
        )
        for row in rows
    ]
    found = read(ZERO_EVAL[task], "zeroeval", answered, given.params)
    shares = {"Acc": [m.score for m in found], "No answer": [float(m.extracted is None) for m in found]}
    for key, share in shares.items():
        if key in want:
            yield Oracle(
                name=f"zeroeval {task} {model} {key}", reading="zeroeval", published=figure(want[key], 2),
                ours=figure(100 * sum(share) / len(rows), 2), items=len(rows), of=want.get("Total"),
            )  # fmt: skip


CATEGORIES = ("reasoning", "math", "data_analysis", "language")


def livebench(given: Given, name: str, path: Path) -> Iterator[Oracle]:
    stem, _, model = name.partition(".")
    category = next((one for one in CATEGORIES if stem.startswith(f"{one}_")), "")
    task = stem.removeprefix(f"{category}_")
    if task not in TASKS:
        raise BadInput(f"no reading for the task {task}; there are {', '.join(TASKS)}")
    rows, known = lines(path), asked("livebench", given.data_root)
    mine = scores(
        "livebench", "livebench", [(question(task, row, known), row["answer"]) for row in rows], given.params
    )
    labels = [row.get("published_score") for row in rows]
    want = given.expected.get(model, given.expected).get(f"{category}/{task}", {})
    if "mean" not in want and (total := summed(labels)) is not None:
        want = {"mean": total / len(rows)}
    if "mean" in want:
        yield Oracle(
            name=f"livebench {task} {model}", reading="livebench", published=figure(want["mean"], 6),
            ours=figure(sum(mine) / len(mine), 6), items=len(rows), of=want.get("n"),
            disagreements=differing(mine, labels),
        )  # fmt: skip


def question(task: str, row: Row, known: dict[str, Item]) -> Item:
    """The question where it is known; most tasks are scored without it."""
    blank = Item(id=row["question_id"], question="", gold="", about={"subtask": "", "release": ""})
    item = known.get(row["question_id"], blank)
    about = {**item.about, "task": task, "release": row.get("release") or item.about["release"]}
    return replace(item, gold=row["ground_truth"], about=about)


FAMILIES = {
    "cruxeval": Family(lambda at: named(at, ".generations.json"), cruxeval),
    "gsm8k": Family(lambda at: named(at, ".jsonl"), gsm8k),
    "bbh": Family(modes, bbh),
    "korbench": Family(kinds, korbench),
    "zeroeval": Family(tasks, zeroeval),
    "livebench": Family(lambda at: named(at, ".jsonl"), livebench),
}
