"""Numbers of the analysis against hand-made items, and figures that are the same bytes twice."""

import io
import json
import re

import pandas as pd
import pytest
from rich.console import Console

from analysis import (
    breakdown,
    funnel,
    headline,
    ladder,
    lengths,
    look,
    origins,
    report,
    samples,
    scores,
    swept,
    table,
    turns,
)  # fmt: skip
from analysis.__main__ import chosen
from codeio import facts, shards
from codeio.errors import BadInput, BadParams
from codeio.params import load
from codeio.records import Function, Problem, Sample, Turn, Verdict
from tests.analysing import items
from tests.conftest import ROOT
from tests.test_lineage import golden


def problem(n, turned, predict="output", kind="procedural"):
    """A problem whose turns were right or wrong as `turned` says."""
    said = tuple(
        Turn(samples=(Sample(response="", verdict=Verdict(status="ok", correct=ok, feedback="")),))
        for ok in turned
    )
    text = {"statement": "", "io_description": "", "code": "", "entry": "", "corpus": "", "licence": ""}
    return Problem(
        id=str(n), function="f", pair=str(n), rank=0, predict=predict, split="train", kind=kind, structure="",
        tier="code-only", given={}, wanted=1, turns=said, **text,
    )  # fmt: skip


def test_turns_count_right_by_then_and_mended():
    store = [problem(0, [True]), problem(1, [False, True]), problem(2, [False, False]), problem(3, [])]
    frame = turns.count(store, "slip")
    assert frame[["turn", "n", "right", "tried", "mended"]].to_numpy().tolist() == [
        [0, 3, 1, 3, 1],
        [1, 3, 2, 2, 1],
    ]


def test_the_funnel_names_the_biggest_reasons_and_sums_the_rest(tmp_path):
    dropped = {f"reason {n}": n for n in range(1, 10)}
    (tmp_path / "unify.json").write_text(json.dumps({"rows_in": 99, "rows_out": 54, "dropped": dropped}))
    frame = funnel.read(tmp_path)
    assert frame["rows"].tolist() == [54, 9, 8, 7, 6, 5, 4, 6]
    assert frame["what"].tolist()[-1] == "other reasons"
    assert set(frame["stage"]) == {"unify"}


def test_the_flow_goes_from_raw_files_to_right_answers():
    frame = funnel.flow(ROOT / "metrics").set_index("step")["rows"]
    told = {
        name: json.loads((ROOT / f"metrics/{name}.json").read_text())
        for name in ("collect", "execute", "revise-slip")
    }
    turned = told["revise-slip"]["turns"]
    assert frame["raw files"] == told["collect"]["rows_out"]
    assert frame["certified pairs"] == told["execute"]["pairs"]
    assert frame["slip: answered"] == turned["turn_0"]["answers"]
    assert frame["slip: right by turn 2"] == sum(turned[f"turn_{n}"]["right"] for n in range(3))


@pytest.mark.parametrize(
    ("length", "bin"),
    [(0, "0-99"), (99, "0-99"), (100, "100-199"), (3199, "1600-3199"), (9999, "3200 and more")],
)
def test_lengths_fall_into_bins(length, bin):
    assert breakdown.binned(length) == bin


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A checkout with the golden file's functions and problems."""
    root = tmp_path_factory.mktemp("kept")
    for name, record in (("execute", Function), ("pose", Problem)):
        shards.write(root / "data" / name / "part-00000.parquet", golden(name), record)
    shards.write(root / "data/revise/slip/part-00000.parquet", golden("revise"), Problem)
    return root


def test_answers_are_broken_down_by_what_their_problems_are_like(kept):
    problems = golden("revise")
    known = origins.of({one.id for one in problems} | {"unknown"}, kept)
    assert set(known) == {one.id for one in problems}
    assert all(known[one.id].pair.id == one.pair for one in problems)
    assert known[problems[0].id].place.endswith("grades.py:6-12")
    frame = breakdown.summarise(breakdown.of_problems(problems, known, "slip"))
    first = frame[(frame["series"] == "slip, first answer") & (frame["by"] == "length")]
    assert (first["n"].sum(), first["right"].sum()) == (8, sum(one.turns[0].correct for one in problems))
    last = frame[(frame["series"] == "slip, after the last turn") & (frame["by"] == "difficulty")]
    assert last["right"].sum() == sum(any(turn.correct for turn in one.turns) for one in problems)
    assert set(frame[frame["by"] == "pattern"]["value"]) == {
        name for one in golden("execute") for name in one.patterns
    }


def test_tokens_are_those_of_the_view(tmp_path):
    from tokenizers import Tokenizer, models, pre_tokenizers

    made = Tokenizer(models.WordLevel({"?": 0}, unk_token="?"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    made.save(str(tmp_path / "tokenizer.json"))
    params = load("revisions=0", "pairs_per_function=1")
    frame = lengths.count(golden("revise"), params, tmp_path)
    shown = [one for one in golden("revise") if one.rank == 0]
    assert frame["answered"].tolist() == [len(one.turns[0].main.response.split()) for one in shown]
    assert lengths.table(frame, 10)["over 10 tokens"].tolist() == ["100%"] * 2


def figures():
    look.set_style()
    every = pd.concat(
        [items("a"), items("b", right=8), items("a", predict="input"), items("b", predict="input")]
    )
    yield "ladder", lambda: ladder.draw(scores.tidy(every), "title")
    yield "swept", lambda: swept.draw(swept.summarise(every), "title")
    yield "turns", lambda: turns.draw(turns.count([problem(0, [True]), problem(1, [False, True])], "slip"))
    frame = pd.DataFrame([("unify", "kept", 9), ("unify", "no types", 3)], columns=["stage", "what", "rows"])
    yield "funnel", lambda: funnel.draw(frame)
    steps = pd.DataFrame([("raw files", 9), ("slip: answered", 3)], columns=["step", "rows"])
    yield "flow", lambda: funnel.draw_flow(steps)
    cases = [breakdown.Case(series, n % 3 == 0, None, 90 * n) for n in range(60) for series in "ab"]
    yield "breakdown", lambda: breakdown.draw(breakdown.summarise(cases), "the question")
    tokens = pd.DataFrame(
        [("natural", "output", 9 * n, n) for n in range(1, 50)],
        columns=["kind", "predict", "asked", "answered"],
    )
    yield "lengths", lambda: lengths.draw(tokens, 200)
    seeds = pd.concat([items("a", "0"), items("a", "1", 4), items("b", "0", 8)])
    yield "seeds", lambda: swept.draw(swept.summarise(seeds), "title", seeds)


@pytest.mark.parametrize(("name", "draw"), list(figures()), ids=lambda x: x if isinstance(x, str) else "")
def test_a_figure_is_the_same_bytes_twice(tmp_path, name, draw):
    first = [path.read_bytes() for path in look.save(draw(), tmp_path / "a", name)]
    again = [path.read_bytes() for path in look.save(draw(), tmp_path / "b", name)]
    assert first == again
    assert all(len(data) > 3000 for data in first)


def test_tables_as_markdown_and_csv(tmp_path):
    csv, md = table.save(scores.tidy(items()), tmp_path, "scores", "note")
    assert csv.read_text().splitlines()[1] == "main,constants,output,10,6,0.600000,0.312674,0.831820,0.100000"
    assert "| constants | output | main | 0.60 [0.31, 0.83] | 0.10 | yes | 10 |" in md.read_text()


@pytest.mark.parametrize(("width", "tables"), [(60, 4), (80, 2), (100, 1)])
def test_the_screen_shows_as_many_arms_side_by_side_as_fit(width, tables):
    frame = scores.tidy(pd.concat([items(f"revisions={n}") for n in range(4)]))
    screen = Console(width=width, record=True, file=io.StringIO())
    screen.print(table.on_screen(frame, "title", width))
    text = screen.export_text()
    assert text.count("title") == tables
    assert text.count(".60 .31-.83*") == 4
    assert "…" not in text


@pytest.mark.parametrize("arguments", [["swep=1"], ["sweep="], ["sweep=1", "more=2"]])
def test_a_wrong_argument_is_refused(arguments):
    with pytest.raises(BadParams, match="sweep"):
        chosen(arguments)


def test_the_report_is_one_safe_page(tmp_path):
    (tmp_path / "a.svg").write_text("<svg/>")
    few = samples.Few(2)
    for n in range(5):
        few.look(problem(n, [False, True], kind="natural"))
    shown = samples.browser([samples.of_problem(one, "slip") for one in few.problems()], "Samples")
    figure = report.figure(tmp_path / "a.svg", "what it shows")
    frame = pd.DataFrame([("<script>", 1)], columns=["name", "n"])
    sections = [("Scores", figure + report.table(frame)), ("Samples", shown)]
    page = report.page("title", "note", sections)
    assert "<td>&lt;script&gt;</td>" in page
    assert page.count("<details>") == 2
    assert not re.search(r"(?:src|href)=\"(?!data:|#)", page)
    for target in re.findall(r'href="#([^"]+)"', page):
        assert f'id="{target}"' in page
    assert page == report.page("title", "note", sections)


def test_an_item_shows_the_answers_of_all_arms_side_by_side():
    both = pd.concat([items("a", right=3), items("b", right=9), items("b", "1", right=0)])
    shown = samples.of_items(both, {})
    assert len(shown) == 10
    assert [one.count('class="right">a right') for one in shown] == [1] * 3 + [0] * 7
    assert [one.count('class="right">b right') for one in shown] == [1] * 9 + [0]
    assert all(one.count("answer ") == 2 for one in shown)


def test_the_few_are_the_same_in_any_order():
    store = [problem(n, [True]) for n in range(30)]
    first, again = samples.Few(4), samples.Few(4)
    for one in store:
        first.look(one)
    for one in reversed(store):
        again.look(one)
    assert first.problems() == again.problems()
    assert len(first.problems()) == 4


def tree(at):
    return {str(path.relative_to(at)): path.read_bytes() for path in sorted(at.rglob("*")) if path.is_file()}


def test_the_head_line_analysis_writes_the_same_files_twice(kept, monkeypatch):
    """From versioned files to all tables, figures and the page."""
    for module in (headline, facts):
        monkeypatch.setattr(module, "ROOT", kept)
    look.set_style()
    with pytest.raises(BadInput, match="run `dvc repro evaluate`"):
        headline.analyse()
    (kept / "data/evaluate").mkdir(parents=True)
    asked = golden("pose")
    both = pd.concat([items(rung="inputs"), items(predict="input")]).drop(columns=["arm", "seed"])
    both.loc[both.index[:2], "id"] = [one.id for one in asked[:2]] * 2
    path = kept / "data/evaluate/items.parquet"
    path.write_bytes(b"PAR1 and no more")
    with pytest.raises(BadInput, match=r"data/evaluate/items\.parquet is damaged: run `dvc repro"):
        headline.analyse()
    both.to_parquet(path)
    (kept / "metrics").mkdir()
    counts = {"rows_in": 3, "rows_out": 2, "dropped": {"no types": 1}}
    (kept / "metrics/unify.json").write_text(json.dumps(counts))
    rate = {"items": 4, "testable": 3, "raw": 2, "found": 1, "whole": 0}
    leaks = {"grids": rate, "inputs": rate | {"score": 0.5, "unleaked": None}}
    (kept / "metrics/contamination.json").write_text(json.dumps({"texts": 9, "sets": leaks}))
    (kept / "dvc.lock").write_text("stages: {pose: {outs: [{path: data/pose, md5: abc.dir}]}}\n")
    made = headline.analyse()
    written = {path.name for folder in ("plots", "analysis") for path in (kept / folder).iterdir()}
    assert {path.name for path in made} == written
    first = tree(kept / "plots") | tree(kept / "analysis")
    headline.analyse()
    assert tree(kept / "plots") | tree(kept / "analysis") == first
    assert {"scores.md", "scores.csv", "ladder.svg", "turns.svg", "flow.csv", "breakdown_model.svg"} <= set(
        first
    )
    page = first["report.html"].decode()
    for wanted in (
        "abc.dir",
        "grades.py:6-12",
        "paper: CODEI/O++",
        "certified by engine",
        "wrong to right",
        "<td>66.7 %</td>",
    ):
        assert wanted in page
    assert "| source | d27950c35b19 | unknown | 2 |" in first["data_card.md"].decode()
    model = first["model_card.md"].decode()
    assert "| inputs | output | 0.60 [0.31, 0.83] | 0.10 | yes | 10 |" in model
    assert "Not above the majority answer: none." in model
