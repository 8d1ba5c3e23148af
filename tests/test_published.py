"""Outputs of other models, in other numbers and forms than those at hand: scored where they can be, named where not."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from codeio.errors import BadInput
from codeio.evaluate import oracles, outputs, published
from codeio.params import load as load_params

PARAMS = load_params("workers=1")


def put(at: Path, value: Any) -> None:
    """A value as the file that its name says: rows or one value, plain or gzipped; text as it is."""
    at.parent.mkdir(parents=True, exist_ok=True)
    rows = isinstance(value, list) and ".jsonl" in at.name
    text = (
        value if isinstance(value, str) else "\n".join(map(json.dumps, value)) if rows else json.dumps(value)
    )
    at.write_bytes(gzip.compress(text.encode()) if at.suffix == ".gz" else text.encode())


def zero(answer: str, said: str) -> dict[str, Any]:
    return {"id": "1", "answer": answer, "output": [said]}


def kor(answer: str, said: str, right: bool | None = None) -> dict[str, Any]:
    label = {} if right is None else {"published_is_correct": right}
    return {"idx": "1", "rule_id": "1", "answer": answer, "response": said, **label}


def live(truth: Any, said: str, score: float) -> dict[str, Any]:
    return {
        "question_id": "q",
        "release": "2024-06-24",
        "ground_truth": truth,
        "answer": said,
        "published_score": score,
    }


SOLVED = {"question": "?", "ground_truth": "so\nA: 1,800"}
FILES: dict[str, Any] = {
    "gsm8k/more.jsonl": [SOLVED | {"175b_finetuning": {"is_correct": True, "solution": "A: 1800"}}] * 3,
    "bbh/PaLM-540B/cot/navigate.json": {
        "outputs": [
            {"target": "Yes", "prediction": "We turn. So the answer is Yes."},
            {"target": "No", "prediction": "Yes."},
        ]
    },
    "bbh/PaLM-540B/cot/snarks.json.gz": {"outputs": [{"target": "(A)", "prediction": "(B)"}]},
    "bbh/PaLM-540B/cot/snarks.eval_metrics.jsonl": [{"accuracy": 0.0}],
    "korbench/My_model-2.1_cipher_zero-shot.jsonl": [
        kor("[[AB]]", "[[AB]]", True),
        kor("[[AB]]", "[[BA]]", False),
    ],
    "korbench/My_model-2.1_logic_three-shot.jsonl.gz": [kor("[[p]]", "[[p]]")],
    "zeroeval/gsm/Llama-3.1-8B.jsonl": [zero("#### 36", "So $\\boxed{36}$"), zero("#### 7", '{"answer": 8}')],
    "zeroeval/crux/other.jsonl.gz": [zero("'a'", '{"answer": "a"}')],
    "livebench/data_analysis_tablejoin.gpt-4.1-mini.jsonl": [live({"a": "b"}, "{'a': 'b'}", 1.0)],
    "livebench/math_AMPS_Hard.gpt-4.1-mini.jsonl.gz": [live(["x", "2"], "\\boxed{2}", 1.0)],
    "livebench/language_typos.gpt-4.1-mini.jsonl": [
        live("A text.", "A text.", 1.0),
        live("A text.", "Atext", 0.0),
    ],
}
EXPECTED = {
    "note": "numbers as text or not",
    "gsm8k": {"175b_finetuning": 3, "n": 3},
    "bbh": {"PaLM-540B": {"cot": {"navigate": {"n": 2, "correct": 1}}, "totals": {"cot": {"correct": 1, "macro": 25}}}},
    "korbench": {"My_model-2.1_three-shot": {"logic": 1}},
    "zeroeval": {
        "gsm": {"Llama-3.1-8B": {"Acc": 50, "No answer": "0.00", "Total": 2}}, "crux": {"other": {"Acc": "100.00"}},
    },
    "livebench": {"language/typos": {"n": 2, "mean": 0.5}},
}  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    for name, value in (FILES | {"EXPECTED.json": EXPECTED}).items():
        put(tmp_path / "given" / name, value)
    return tmp_path / "given"


def test_other_models_tasks_and_forms(folder):
    found, absent, unread = oracles.check(folder, folder.parent, PARAMS)
    assert [(one.name, one.published, one.ours) for one in found if not one.exact] == []
    assert [one.name for one in found] == [
        "gsm8k 175b_finetuning", "bbh PaLM-540B cot navigate", "bbh PaLM-540B cot snarks",
        "bbh PaLM-540B cot all, correct", "bbh PaLM-540B cot all, macro",
        "korbench My_model-2.1 cipher", "korbench My_model-2.1_three-shot logic",
        "zeroeval crux other Acc", "zeroeval gsm Llama-3.1-8B Acc", "zeroeval gsm Llama-3.1-8B No answer",
        "livebench tablejoin gpt-4.1-mini", "livebench typos gpt-4.1-mini", "livebench AMPS_Hard gpt-4.1-mini",
    ]  # fmt: skip
    assert (absent, unread) == ([], [])


def test_fewer_items_than_published_are_not_exact(folder):
    put(folder / "gsm8k" / "more.jsonl", FILES["gsm8k/more.jsonl"][:2])
    put(folder / "EXPECTED.json", EXPECTED | {"gsm8k": {"175b_finetuning": 2, "n": 3}})
    (one, *_) = oracles.check(folder, folder.parent, PARAMS).oracles
    assert (one.published, one.ours, one.items, one.of, one.exact) == ("2", "2", 2, 3, False)


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("gsm8k/more.jsonl", "{broken", "gsm8k more: more.jsonl, line 1 is no JSON"),
        ("gsm8k/more.jsonl", "", "gsm8k more: more.jsonl holds no row"),
        ("gsm8k/more.jsonl", [{"question": "?", "m": {"is_correct": True}}], "gsm8k more: another form"),
        ("bbh/PaLM-540B/cot/snarks.json.gz", {"outputs": []}, "bbh PaLM-540B/cot: another form"),
        ("korbench/odd.jsonl", [kor("[[A]]", "[[A]]")], "korbench odd: odd.jsonl is not named MODEL_KIND_MODE"),
        ("zeroeval/mmlu-redux/other.jsonl", [zero("A", "A")], "zeroeval mmlu-redux/other: no reading for the task"),
        ("livebench/coding_LCB.m.jsonl", [live("x", "x", 1.0)], "livebench coding_LCB.m: no reading for the task"),
        ("cruxeval/m_output.generations.json", {"sample_0": ["1"]}, "cruxeval m_output: its programs are not there"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_one_line_and_the_rest_is_checked(name, value, complaint, folder, capsys):
    whole = len(oracles.check(folder, folder.parent, PARAMS).oracles)
    put(folder / name, value)
    with pytest.raises(SystemExit) as ended:
        oracles.main([f"dir={folder}"])
    said = capsys.readouterr().out.strip().split("\n")
    (line,) = [line for line in said if line.startswith("not checked: ")]
    assert complaint in line
    made = json.loads(said[-1])
    assert made["exact"] == made["checked"] >= whole - 4
    assert ended.value.code == 1


def test_a_damaged_archive_is_named(tmp_path):
    put(tmp_path / "a.jsonl.gz", [{"x": 1}] * 99)
    (tmp_path / "a.jsonl.gz").write_bytes((tmp_path / "a.jsonl.gz").read_bytes()[:-9])
    with pytest.raises(BadInput, match=r"a\.jsonl\.gz cannot be read"):
        outputs.lines(tmp_path / "a.jsonl.gz")


@pytest.mark.parametrize(
    ("scored", "figures"),
    [
        ([[1.0, 0.0], [0.0, 0.0]], {"pass@1": 25.0, "pass@5": 0.0, "true_total": 1.0}),
        ([[1.0] * 5 + [0.0] * 5], {"pass@1": 50.0, "pass@5": 100 * (1 - 1 / 252), "true_total": 5.0}),
    ],
)
def test_pass_at_k(scored, figures):
    assert published.pass_at(scored) == pytest.approx(figures)
