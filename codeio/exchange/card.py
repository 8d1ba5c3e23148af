"""Card: what an exported data set is, for whoever finds it later.   problems, params -> README.md"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from codeio import facts
from codeio.assemble import VIEW, view_hash
from codeio.params import ROOT, Params
from codeio.records import Generation, Problem


def text(problems: Sequence[Problem], params: Params, files: Mapping[str, str], left: Counter[str]) -> str:
    """The card: counts, licences, teachers, tiers, contamination, hashes. `files`: name -> sha256."""
    view = {name: getattr(params, name) for name in VIEW}
    lineage = facts.lineage()
    parts = [
        "# CODEI/O data",
        "Execution-verified input/output predictions, made with codeio (CODEI/O, arXiv 2502.07316).",
        f"{len(problems):,} examples of {len({one.function for one in problems}):,} functions, train split only.",
        table("view", view.items()),
        table("left out", sorted(left.items())),
        table("predict", counted(one.predict for one in problems)),
        table("licence of the origin file", counted(one.licence or "unknown" for one in problems)),
        table("corpus", counted(one.corpus for one in problems)),
        table("statement from", counted(one.tier for one in problems)),
        table("teacher", counted(who for one in problems for who in teachers(one, params.store))),
        table("last turn", counted("right" if one.turns[-1].correct else "wrong" for one in problems)),
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
    """What was kept apart, and that nothing more was."""
    path = ROOT / "metrics" / "pose.json"
    dropped = json.loads(path.read_text())["dropped"] if path.exists() else {}
    near = sum(n for why, n in dropped.items() if "held-out" in why)
    return (
        f"Contamination: {near:,} functions that resemble a held-out one were dropped before any question was asked, "
        "and no held-out function is in here. Public benchmarks were not compared."
    )


def hashes(lineage: Mapping[str, str], teacher: str) -> Iterable[tuple[str, str]]:
    store = f"dvc.data/revise/{teacher}"
    return [(name, lineage[name]) for name in (store, "codeio.dvc_lock_md5") if name in lineage]


def counted(names: Iterable[str]) -> list[tuple[str, int]]:
    return sorted(Counter(names).items(), key=lambda row: (-row[1], row[0]))


def table(head: str, rows: Iterable[tuple[str, object]]) -> str:
    lines = [
        f"| {name} | {value:,} |" if type(value) is int else f"| {name} | {value} |" for name, value in rows
    ]
    return "\n".join([f"| {head} | |", "|---|---|", *lines])
