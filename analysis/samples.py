"""Show samples: problems and evaluated items to search and to read.   records -> html"""

import heapq
import html
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from analysis.origins import Origin
from codeio.records import Problem
from codeio.values import canonical, unit

SHOWN = 60  # problems of each store, and evaluated items


class Few:
    """Keeps `n` of the problems it looks at, picked by content: the same ones in any order."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.heap: list[tuple[float, str, Problem]] = []  # the worst kept one on top

    def look(self, problem: Problem) -> Problem:
        if problem.turns:
            entry = (-unit("report", problem.id), problem.id, problem)
            add = heapq.heappush if len(self.heap) < self.n else heapq.heappushpop
            add(self.heap, entry)
        return problem

    def problems(self) -> list[Problem]:
        return [problem for _, _, problem in sorted(self.heap, key=lambda entry: entry[:2], reverse=True)]


def browser(entries: Iterable[str], what: str) -> str:
    """Samples with a search box over all their text."""
    entries = list(entries)
    return (
        f'<p class="note">{html.escape(what)}</p>'
        f'<input id="search" placeholder="search code, answers, verdicts, ids, files" aria-label="search">'
        f'<p class="note" id="count">{len(entries)} of {len(entries)}</p>'
        f'<div id="samples">{"".join(entries)}</div>'
    )


def of_problem(problem: Problem, teacher: str, origin: Origin | None = None) -> str:
    """One stored problem: what was asked, every turn with its verdict, where it comes from."""
    last = problem.turns[-1].correct
    turns = f"{len(problem.turns)} turn{'s' * (len(problem.turns) > 1)}"
    head = (
        f"{html.escape(problem.entry)}: predict the {problem.predict} {mark(last, after=f'after {turns}')} "
        f'<span class="note">{html.escape(", ".join(dict.fromkeys((teacher, problem.kind, problem.corpus))))}</span>'
    )
    parts = [pre(problem.statement), pre(problem.code), text("given", canonical(problem.given))]
    for n, turn in enumerate(problem.turns):
        verdict = turn.main.verdict
        said = f"{verdict.status}: {verdict.feedback}" if verdict else "not verified"
        slip = f"; simulated slip: {turn.main.slip}" if turn.main.slip else ""
        parts += [text(f"turn {n}", ""), pre(turn.main.response), text("verdict", said + slip)]
    parts.append(text("wanted", canonical(problem.wanted)))
    facts = lineage(problem.id, origin)
    return f"<details><summary>{head}</summary>{''.join(parts)}{facts}</details>"


def of_item(answers: Sequence[dict[str, Any]], origin: Origin | None = None) -> str:
    """One evaluated item with the answers of all arms that were asked it, side by side."""
    first = answers[0]
    marks = "; ".join(mark(bool(one["correct"]), one["arm"] if len(answers) > 1 else "") for one in answers)
    head = f"{html.escape(first['rung'])}, predict the {html.escape(first['predict'])} {marks} "
    head += f'<span class="note">{html.escape(first["corpus"])}</span>'
    said = "".join(
        f"<div>{text(str(one['arm']), '')}{pre(one['response'] or '(no answer)')}{text('verdict', one['status'])}</div>"
        for one in answers
    )
    parts = [pre(first["prompt"]), f'<div class="cols">{said}</div>', text("wanted", first["wanted"])]
    parts += [text("majority answer", first["baseline"]), lineage(first["id"], origin)]
    return f"<details><summary>{head}</summary>{''.join(parts)}</details>"


def of_items(items: pd.DataFrame, origins: dict[str, Origin]) -> list[str]:
    """A few items of each rung and direction, each with the answers of one seed of every arm."""
    firsts = items.drop_duplicates(["id", "arm"])
    each = max(1, SHOWN // firsts.groupby(["rung", "predict"]).ngroups)
    chosen = firsts.drop_duplicates("id").groupby(["rung", "predict"], sort=False).head(each)
    by_id = {
        ident: group.to_dict("records")
        for ident, group in firsts[firsts["id"].isin(chosen["id"])].groupby("id")
    }
    return [of_item(by_id[ident], origins.get(ident)) for ident in chosen["id"]]


def lineage(ident: str, origin: Origin | None) -> str:
    """The ids and the place in the source behind a problem."""
    if origin is None:
        return text("id", ident)
    one, pair = origin
    facts = {
        "problem": ident,
        "pair": f"{pair.id}, {pair.lines} lines run, difficulty {pair.difficulty}; certified by {pair.certificate}",
        "function": f"{one.id}, {one.backend}; {', '.join(one.patterns)}",
        "source": f"{origin.place}, licence {one.licence or 'unknown'}",
    }
    return "".join(text(name, value) for name, value in facts.items())


def mark(right: bool, before: str = "", after: str = "") -> str:
    word = "right" if right else "wrong"
    return f'<span class="{word}">{html.escape(f"{before} {word} {after}".strip())}</span>'


def text(name: str, value: str) -> str:
    return f"<div><b>{html.escape(name)}</b> {html.escape(value)}</div>"


def pre(value: str) -> str:
    return f"<pre>{html.escape(value)}</pre>" if value else ""
