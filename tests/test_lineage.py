"""From any id to the line of source behind it: the golden file's records, looked up as a user does."""

import msgspec
import pytest

from codeio import facts, lineage, shards, stage, values
from codeio.collect import procedural
from codeio.errors import BadInput, BadParams
from codeio.params import load
from codeio.records import Dropped, Function, Problem, Source
from codeio.unify.__main__ import grown
from tests.test_golden import GOLDEN

STORES = {
    "collect": ("collect", Source),
    "unify": ("unify", Function),
    "execute": ("execute", Function),
    "pose": ("pose", Problem),
    "revise": ("revise/slip", Problem),
}
LOCK = "schema: '2.0'\nstages:\n  pose:\n    cmd: x\n    outs: [{path: data/pose, md5: abc.dir}]\n"


def golden(name):
    return msgspec.json.decode((GOLDEN / f"{name}.json").read_bytes(), type=list[STORES[name][1]])


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    root = tmp_path_factory.mktemp("lineage")
    for name, (at, record) in STORES.items():
        shards.write(root / "data" / at / "part-00000.parquet", golden(name), record)
    lost = [Dropped(id="0123456789abcdef", reason="false claim", detail="line 3:\n 2+2=5")]
    shards.write(root / "data/revise/slip/dropped/part-00000.parquet", lost, Dropped)
    (root / "dvc.lock").write_text(LOCK)
    return root


@pytest.fixture(autouse=True)
def looked_at(data, monkeypatch):
    for module in (stage, facts, lineage):
        monkeypatch.setattr(module, "ROOT", data)


def shown(ident, *overrides, full=False):
    params = load(*overrides)
    return "\n".join(lineage.laid_out(lineage.of_row(lineage.find(ident, params), params), full))


def revised():
    return next(one for one in golden("revise") if len(one.turns) > 1)


def test_a_training_row_leads_to_the_line_of_its_source():
    problem = revised()
    function = next(one for one in golden("execute") if one.id == problem.function)
    pair = next(one for one in function.pairs if one.id == problem.pair)
    (source,) = golden("collect")
    said = shown(problem.id, full=True)
    for turn in problem.turns:
        assert turn.main.verdict.feedback in said
        for line in turn.main.response.splitlines():
            assert line in said
    for text in (pair.id, pair.certificate, function.id, function.statement, source.sha256, "abc.dir"):
        assert text in said
    first, last = function.lines
    assert f"grades.py:{first}-{last}, licence unknown" in said
    for line in source.text.splitlines()[first - 1 : last]:
        assert line in said


def test_a_row_is_readable_on_one_screen():
    for problem in golden("revise"):
        lines = shown(problem.id).splitlines()
        assert len(lines) <= 60
        assert max(map(len, lines)) <= lineage.WIDTH


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        ((), "2 of "),
        (("revisions=0",), "1 of "),
        (("pairs_per_function=1", "revisions=2"), "none: beyond pairs_per_function"),
        (("revisions=0", "wrong=drop"), "none: wrong answers dropped"),
    ],
)
def test_the_example_is_that_of_the_view(overrides, says):
    problem = next(one for one in golden("revise") if len(one.turns) > 1 and one.rank == 1)
    assert shown(problem.id, *overrides).startswith(f"example   {says}")


def test_pairs_functions_and_files_are_found_too_and_lead_down_again():
    function = golden("execute")[0]
    pair = function.pairs[0]
    asked = [one.id for one in golden("pose") if one.pair == pair.id]
    for ident in (pair.id, pair.id[:8], function.id, function.source):
        assert function.id in shown(ident)
        assert "grades.py" in shown(ident)
    assert len(asked) == 2
    assert all(one in shown(pair.id) for one in asked)
    assert all(one in shown(function.id) for one in asked)


def test_an_unknown_id_is_told_with_what_is_known_of_it():
    known = golden("pose")[0].id
    wrong = known[:-1] + ("0" if known[-1] != "0" else "1")
    params = load()
    for ident, says in (
        (wrong, f"did you mean {known}?"),
        ("f" * 32, "no problem, pair, function or source file has this id"),
        (known[:7], "give at least the first 8 characters"),
        ("01234567", "was dropped by revise/slip (false claim: line 3: 2+2=5)"),
    ):
        with pytest.raises(BadInput) as raised:
            lineage.find(ident, params)
        assert says in str(raised.value)
        assert "\n" not in str(raised.value)


def test_without_data_the_mend_is_named(tmp_path, monkeypatch):
    for module in (stage, lineage):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    with pytest.raises(BadInput, match="run `dvc repro` or `dvc pull`"):
        lineage.find("0" * 32, load())


@pytest.mark.parametrize("words", [[], ["rwo=1"], ["row=1", "run=1"], ["row="]])
def test_a_wrong_question_is_refused(words):
    with pytest.raises(BadParams, match="say row=ID or run=ID"):
        lineage.main(words)


def test_the_span_of_a_procedural_program_is_that_of_its_code(tmp_path):
    params = load("collect.procedural.programs=3", "collect.installed=[]")
    for program in procedural.programs(3, 1, seed=0):
        text = procedural.text(program)
        source = Source(
            id="s", kind="procedural", corpus="procedural", version="1", path="p.py", licence="Apache-2.0",
            sha256=values.digest(text), text=text,
        )  # fmt: skip
        first, last = grown(source, params.unify).lines
        assert "\n".join(text.splitlines()[first - 1 : last]) == program.code.rstrip()
