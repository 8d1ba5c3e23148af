"""Published scores come out of published outputs, and a scorer that differs is told."""

import json
import shutil

import pytest

from codeio.errors import BadInput
from codeio.evaluate import latex, oracles, zeroeval
from codeio.evaluate.benchmark import Item
from codeio.params import load as load_params

PARAMS = load_params("workers=2")


def test_every_oracle_is_reproduced_exactly(shared):
    """Every figure of EXPECTED.json whose outputs are there, and every published label of an item."""
    found, absent, unread = oracles.check(shared / "oracles", shared / "benchmarks", PARAMS)
    assert [(one.name, one.published, one.ours) for one in found if not one.exact] == []
    assert len(found) == 53
    assert sum(one.disagreements is not None for one in found) >= 13
    assert (absent, unread) == (["leetcode_o"], [])


def test_another_label_or_figure_is_a_disagreement(shared, tmp_path, capsys):
    """The command shows it, counts it, and ends with an error."""
    expected = json.loads((shared / "oracles" / "EXPECTED.json").read_text())
    expected = {"livebench": expected["livebench"], "leetcode_o": expected["leetcode_o"]}
    expected["livebench"]["reasoning/spatial"]["mean"] = 0.26
    (tmp_path / "EXPECTED.json").write_text(json.dumps(expected))
    shutil.copytree(shared / "oracles" / "livebench", tmp_path / "livebench")
    at = next((tmp_path / "livebench").glob("reasoning_web*"))
    at.chmod(0o644)
    first, *rest = at.read_text().splitlines()
    row = json.loads(first)
    at.write_text("\n".join([json.dumps(row | {"published_score": 1 - row["published_score"]}), *rest]))
    with pytest.raises(SystemExit) as ended:
        oracles.main([f"dir={tmp_path}"])
    assert ended.value.code == 1
    said = capsys.readouterr().out.strip().split("\n")
    assert json.loads(said[-1]) == {"checked": 3, "exact": 1}
    assert any(line.startswith("leetcode_o: EXPECTED.json has figures") for line in said)


def test_a_folder_without_expectations_is_named(tmp_path):
    with pytest.raises(BadInput, match=r"no readable EXPECTED\.json"):
        oracles.check(tmp_path, tmp_path, PARAMS)


@pytest.mark.parametrize(
    ("response", "answer"),
    [
        ('{"reasoning": "x", "answer": "18"}', "18"),
        ('{"answer": 18}', "18"),
        ('{"answer": {"a": 1}}', "{'a': 1}"),
        ('{"answer": "a"} {"answer": "b"}', "a"),
        ('{"reasoning": "\\(x\\)", "answer": "7"}', "7"),
        ('{"answer": "[\'Hello\', \'"I am"\']"}', "['Hello', '"),
        ('{"answer": null}', "None"),
        ('{"reason": "a {b} c"} then "answer": 7, done', "7"),
        ("{reasoning: none, answer: 18}", "18}"),
        ('{"answer": "1", {"answer": "2"}', "1"),
        ("no object", None),
    ],
)
def test_zeroeval_reads_the_first_object(response, answer):
    assert zeroeval.answer(response) == answer


def test_zeroeval_reads_a_box_at_the_end_of_what_llama_says():
    said = "No object. The answer is $\\boxed{36}$."
    assert zeroeval.answer(said, "Meta-Llama-3.1-8B-Instruct") == "36"
    assert zeroeval.answer(said, "Qwen2.5-7B-Instruct") is None
    assert zeroeval.answer(f"{said} {'I am sure. ' * 5}", "Meta-Llama-3.1-8B-Instruct") is None


@pytest.mark.parametrize(
    ("gold", "said", "right"),
    [
        ("# 70000", "$70,000", True),
        ("# 6", "6.00", True),
        ("# 2", "2:00 pm", True),
        ("# 32", "32/3", False),
        ("# 3", "6/2", True),
        ("# 0.75", "(1 + 2)/4", True),
        ("# 5", "5/0", True),
        ("2", "2,-1", True),
        ("36", "36,35,32", False),
    ],
)
def test_zeroeval_numbers(gold, said, right):
    item = Item(id="1", question="", gold=gold)
    assert zeroeval.number(item, json.dumps({"answer": said})).score == float(right)


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        (r"\frac{3}{4}", "0.75", True),
        (r"\sqrt{12}", r"2\sqrt{3}", True),
        ("x^2+1", "1 + x^2", True),
        ("(1,2)", "(1, 2)", True),
        ("(1,2)", "(2,1)", False),
        ("10,000", "10000", True),
        (r"12\text{ cm}", "12", True),
        (r"\text{even}", "even", True),
        ("2^3", "8", True),
        ("9^{9^{9^9}}", "1", False),
        ("10^{100000000}", "1", False),
        ("99999!", "1", False),
        ("", "", False),
        ("the answer", "answer", False),
    ],
)
def test_expressions(one, two, same):
    assert latex.same(one, two) is same
