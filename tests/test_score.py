"""Saved outputs of anyone: read in the forms there are, joined by id, everything asked is scored."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from codeio.errors import BadInput, BadParams
from codeio.evaluate import score
from codeio.evaluate.benchmarks import ALL
from codeio.params import load
from tests import asked


@pytest.mark.parametrize(
    "rows",
    [
        [{"id": "a", "response": "x"}],
        [{"doc_id": "a", "resps": [["x", "y"]]}],
        [{"question_id": "a", "output": "x", "more": 1}],
        [{"idx": "a", "generation": ["x"]}],
    ],
)
@pytest.mark.parametrize("kind", ["jsonl", "json", "parquet"])
def test_forms_of_outputs(rows, kind, tmp_path):
    at = tmp_path / f"outputs.{kind}"
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), at)
    else:
        at.write_text(json.dumps(rows) if kind == "json" else "\n".join(map(json.dumps, rows)))
    assert score.read(at) == {"a": "x"}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('{"response": "x"}', "row 1 has no id"),
        ('{"id": 1}', "has no response"),
        ('{"id": 1, "response": "x"}\n{"id": "1", "response": "y"}', "the id 1 is there twice"),
        ("{", "not readable as outputs"),
        ("[1]", "has no id"),
        ("\n", "holds no answer"),
    ],
)
def test_outputs_that_cannot_be_used_are_named(text, complaint, tmp_path):
    at = tmp_path / "o.jsonl"
    at.write_text(text)
    with pytest.raises(BadInput, match=complaint):
        score.read(at)


@pytest.fixture
def data(tmp_path):
    for name, row in asked.ROWS["bbh_zh"]:
        at = tmp_path / "data" / "bbh_zh" / f"{name}.json"
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_text(json.dumps(row))
    return tmp_path / "data"


def test_the_command_counts_what_was_not_answered(data, tmp_path, capsys):
    said = [{"id": "web_of_lies/0", "response": "答案是：是"}, {"id": "object_counting/0", "response": "13"}]
    (tmp_path / "o.jsonl").write_text("\n".join(map(json.dumps, said)))
    score.main(
        [
            "benchmark=bbh_zh",
            f"outputs={tmp_path}/o.jsonl",
            f"data_root={data}",
            f"items={tmp_path}/i.parquet",
        ]
    )
    found = json.loads(capsys.readouterr().out.strip().split("\n")[-1])
    assert (found["n"], found["answered"], found["score"]) == (3, 2, pytest.approx(1 / 3, abs=1e-6))
    kept = pq.read_table(tmp_path / "i.parquet").to_pylist()
    assert [row["score"] for row in sorted(kept, key=lambda row: row["id"])] == [0.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["benchmark=gsm"], "outputs= is missing"),
        (["benchmark=gsm", "outputs=x"], "there is none of that name; did you mean gsm8k"),
        (
            ["benchmark=gsm8k", "outputs=x", "reading=openais"],
            "gsm8k has chat, openai, zeroeval; did you mean openai",
        ),
        (["banchmark=gsm8k"], "did you mean benchmark"),
        (["--help=1"], "not one of benchmark="),
    ],
)
def test_slips_on_the_command_line(words, complaint):
    with pytest.raises(BadParams, match=complaint):
        score.main(words)


def test_ids_of_another_set_are_refused(data, tmp_path):
    (tmp_path / "o.jsonl").write_text(json.dumps({"id": "sample_1", "response": "x"}))
    with pytest.raises(BadInput, match=r"1 ids are not of bbh_zh \(sample_1"):
        score.main(["benchmark=bbh_zh", f"outputs={tmp_path}/o.jsonl", f"data_root={data}"])


@pytest.mark.parametrize(
    ("name", "kept"), [("gpqa", ""), ("mmlu_stem", "Answer: A, since the question says")]
)
def test_gated_questions_and_responses_that_may_quote_them_are_not_kept(name, kept):
    items = asked.items(name)[:1]
    said = "Answer: A, since the question says"
    (row,), _ = score.scored(ALL[name], ALL[name].reading(), items, [said], load("workers=1"))
    assert (row.response, row.extracted) == (kept, "A")
    assert items[0].question not in str(row)
