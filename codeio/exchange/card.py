"""Card: what an exported data set is, for whoever finds it later.   problems, params -> README.md"""

from collections import Counter
from collections.abc import Iterable, Mapping

from codeio import facts
from codeio.assemble import VIEW, view_hash
from codeio.evaluate.benchmarks import ALL
from codeio.params import Params
from codeio.records import Generation, Problem

BY = ("predict", "licence of the origin file", "corpus", "statement from", "teacher", "last turn")


class Counts:
    """What the card says of the problems, one after the other: a data set may be larger than memory."""

    def __init__(self, store: str) -> None:
        self.store, self.total = store, 0
        self.functions: set[str] = set()
        self.by: dict[str, Counter[str]] = {name: Counter() for name in BY}

    def add(self, one: Problem) -> None:
        self.total += 1
        self.functions.add(one.function)
        last = "right" if one.turns[-1].correct else "wrong"
        said = (one.predict, one.licence or "unknown", one.corpus, one.tier)
        for name, value in zip(BY, said, strict=False):
            self.by[name][value] += 1
        self.by["teacher"].update(teachers(one, self.store))
        self.by["last turn"][last] += 1


def text(counts: Counts, params: Params, files: Mapping[str, str], left: Counter[str]) -> str:
    """The card: counts, licences, teachers, tiers, contamination, hashes. `files`: name -> sha256."""
    view = {name: getattr(params, name) for name in VIEW}
    lineage = facts.lineage()
    parts = [
        "# CODEI/O data",
        "Execution-verified input/output predictions, made with codeio (CODEI/O, arXiv 2502.07316).",
        f"{counts.total:,} examples of {len(counts.functions):,} functions, train split only.",
        table("view", view.items()),
        table("left out", sorted(left.items())),
        *(table(name, ordered(counts.by[name])) for name in BY),
        contamination(),
        table("hash", [*files.items(), ("view", view_hash(params)), *hashes(lineage, params.store)]),
        f"Isolation under which foreign code ran: {lineage['codeio.isolation']}.",
    ]
    return "\n\n".join(parts) + "\n"


def teachers(problem: Problem, store: str) -> set[str]:
    """Who answered: a model by its name, and simulated mistakes named so."""
    made = [sample for turn in problem.turns for sample in turn.samples]
    named = {one.generation.model for one in made if isinstance(one.generation, Generation)}
    slips = {"slip (simulated mistakes)"} if any(one.slip for one in made) else set()
    return named or slips or {store}


def contamination() -> str:
    """What was kept apart, and what the last search (codeio.contamination) looked for."""
    sets = facts.metrics("contamination").get("sets", {})
    public = {name: one for name, one in sets.items() if name in ALL}
    near = facts.kept_apart()
    found = ", ".join(f"{name} {one['found']} of {one['testable']}" for name, one in public.items())
    return (
        f"Contamination: {near:,} functions that resemble a held-out one were dropped before any question was asked, "
        "and no held-out function is in here. Items of public benchmarks that occur in the stores this is of: "
        f"{found or 'none was searched for, which python -m codeio.contamination does'}."
    )


def hashes(lineage: Mapping[str, str], teacher: str) -> Iterable[tuple[str, str]]:
    store = f"dvc.data/revise/{teacher}"
    return [(name, lineage[name]) for name in (store, "codeio.dvc_lock_md5") if name in lineage]


def ordered(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda row: (-row[1], row[0]))


def table(head: str, rows: Iterable[tuple[str, object]]) -> str:
    lines = [
        f"| {name} | {value:,} |" if type(value) is int else f"| {name} | {value} |" for name, value in rows
    ]
    return "\n".join([f"| {head} | |", "|---|---|", *lines])
