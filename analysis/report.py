"""Report: one page that needs nothing else.   tables, figures, samples -> .html"""

import base64
import heapq
import html
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from codeio.records import Problem
from codeio.values import canonical, unit

STYLE = """
body{font:15px/1.45 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2.2rem;border-bottom:1px solid #ccc}
table{border-collapse:collapse;margin:.8rem 0;font-variant-numeric:tabular-nums}
th,td{padding:.15rem .7rem .15rem 0;text-align:left;vertical-align:top}th{border-bottom:2px solid #555}
td{border-bottom:1px solid #e4e4e4;overflow-wrap:anywhere}img{max-width:100%}
pre{background:#f5f5f5;padding:.5rem;overflow-x:auto;
white-space:pre-wrap;font-size:13px}input{width:100%;padding:.4rem;font:inherit;box-sizing:border-box}
details{border-bottom:1px solid #e4e4e4;padding:.25rem 0}summary{cursor:pointer}.right{color:#00674a}
.wrong{color:#a8480a}.note{color:#555}@media print{input{display:none}details{break-inside:avoid}}
"""
SEARCH = """
const box=document.getElementById('search'),all=[...document.querySelectorAll('#samples details')],
count=document.getElementById('count');
box.addEventListener('input',()=>{const words=box.value.toLowerCase().split(/\\s+/).filter(Boolean);let n=0;
for(const one of all){const text=one.textContent.toLowerCase(),show=words.every(w=>text.includes(w));
one.hidden=!show;n+=show}count.textContent=n+' of '+all.length});
"""


def page(title: str, note: str, sections: Sequence[tuple[str, str]], samples: str = "") -> str:
    """The whole page; `sections` are headings with their html."""
    body = "".join(f"<h2>{html.escape(head)}</h2>\n{text}\n" for head, text in sections)
    script = f"<script>{SEARCH}</script>" if samples else ""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{STYLE}</style></head><body>\n<h1>{html.escape(title)}</h1>\n"
        f'<p class="note">{html.escape(note)}</p>\n{body}{samples}{script}</body></html>\n'
    )


def figure(svg: Path, text: str) -> str:
    """A figure inside the page, with what it shows in words."""
    data = base64.b64encode(svg.read_bytes()).decode()
    return f'<img alt="{html.escape(text)}" src="data:image/svg+xml;base64,{data}"><p>{html.escape(text)}</p>'


def table(frame: pd.DataFrame) -> str:
    head = "".join(f"<th>{html.escape(str(name))}</th>" for name in frame.columns)
    rows = (
        "<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>"
        for row in frame.itertuples(index=False)
    )
    return f"<table><tr>{head}</tr>{''.join(rows)}</table>"


def browser(entries: Iterable[str], what: str) -> str:
    """Samples with a search box over all their text."""
    entries = list(entries)
    return (
        f'<h2>{html.escape(what)}</h2><input id="search" placeholder="search code, answers, verdicts" '
        f'aria-label="search"><p class="note" id="count">{len(entries)} of {len(entries)}</p>'
        f'<div id="samples">{"".join(entries)}</div>'
    )


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


def of_problem(problem: Problem, teacher: str) -> str:
    """One stored problem: where it comes from, what was asked, every turn with its verdict."""
    last = problem.turns[-1].correct
    head = (
        f"{problem.entry}: predict the {problem.predict} "
        f'<span class="{"right" if last else "wrong"}">{"right" if last else "wrong"} after '
        f"{len(problem.turns)} turn{'s' * (len(problem.turns) > 1)}</span> "
        f'<span class="note">{html.escape(teacher)}, {problem.kind}, {html.escape(problem.corpus)}</span>'
    )
    facts = {
        "problem": problem.id,
        "pair": problem.pair,
        "function": problem.function,
        "licence": problem.licence,
    }
    parts = [text(name, value) for name, value in facts.items()]
    parts += [pre(problem.statement), pre(problem.code), text("given", canonical(problem.given))]
    for n, turn in enumerate(problem.turns):
        verdict = turn.main.verdict
        said = f"{verdict.status}: {verdict.feedback}" if verdict else "not verified"
        parts += [text(f"turn {n}", ""), pre(turn.main.response), text("verdict", said)]
    parts.append(text("wanted", canonical(problem.wanted)))
    return f"<details><summary>{head}</summary>{''.join(parts)}</details>"


def of_item(item: dict[str, Any]) -> str:
    """One evaluated item: all its fields."""
    right = bool(item["correct"])
    head = (
        f"{html.escape(str(item['rung']))}, {html.escape(str(item['predict']))} "
        f'<span class="{"right" if right else "wrong"}">{"right" if right else "wrong"}</span>'
    )
    parts = [
        pre(f"{name}:\n{value}") if "\n" in str(value) else text(name, str(value))
        for name, value in item.items()
    ]
    return f"<details><summary>{head}</summary>{''.join(parts)}</details>"


def text(name: str, value: str) -> str:
    return f"<div><b>{html.escape(name)}</b> {html.escape(value)}</div>"


def pre(value: str) -> str:
    return f"<pre>{html.escape(value)}</pre>" if value else ""
