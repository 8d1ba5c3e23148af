"""The 14 benchmarks: right answers in every dress are right, others are wrong, data is what it must be."""

import gzip
import json

import pytest

from codeio.errors import BadInput
from codeio.evaluate.benchmark import content_hash
from codeio.evaluate.benchmarks import ALL
from codeio.evaluate.data import Absent, Found, load
from codeio.evaluate.judge import marks
from codeio.evaluate.tally import interval, tally
from codeio.params import load as load_params
from tests import asked

PARAMS = load_params("workers=1")
MALFORMED = [
    "", " \n", "I do not know.", '{"answer": ', "The answer is", "}{", "\\boxed{", "```", "Answer:", "[[", "****", "{}",
    '{"solution": {}}', "\u0000", "\\boxed{}", '{"answer": null}', "((((((((((", "As an AI model I cannot say.", "null",
]  # fmt: skip


def scores(name: str, answered, reading: str = "") -> list[float]:
    return [mark.score for mark in marks(ALL[name].reading(reading), answered, PARAMS)]


def test_all_14_are_there_in_the_order_of_the_paper():
    assert list(ALL) == list(asked.ROWS)
    assert len(ALL) == 14
    assert sum(ALL[name].data.count for name in ALL) == 34_906  # WinoGrande 1,267 ... LiveBench 672
    assert all(len({r.name for r in one.readings}) == len(one.readings) for one in ALL.values())


@pytest.mark.parametrize("name", ALL)
def test_gold_answers_in_every_style_are_right(name):
    items = asked.items(name)
    tried = [(style, item) for style in asked.STYLES for item in items]
    found = scores(name, [(item, asked.dressed(style, asked.gold(item))) for style, item in tried])
    missed = [(style, item.id) for (style, item), score in zip(tried, found, strict=True) if score < 1]
    assert not missed
    assert len(asked.STYLES) >= 12


@pytest.mark.parametrize("name", ALL)
def test_empty_and_malformed_answers_are_wrong(name):
    items = asked.items(name)
    tried = [(item, text) for text in MALFORMED for item in items]
    found = scores(name, tried)
    assert [(item.id, text) for (item, text), score in zip(tried, found, strict=True) if score] == []


@pytest.mark.parametrize("name", ALL)
def test_answers_of_other_items_are_wrong(name):
    items = asked.items(name)
    other = [
        (one, two) for one in items for two in items if asked.gold(one).lower() != asked.gold(two).lower()
    ]
    assert other or name == "zebralogic"
    assert not any(
        scores(name, [(one, asked.gold(two)) for one, two in other if name != "drop" or one.id != two.id])
    )


@pytest.mark.parametrize("name", ALL)
def test_a_prompt_holds_the_question_and_not_the_answer(name):
    for item in asked.items(name):
        prompt = ALL[name].prompt(item)
        assert item.about.get("code", item.question) in prompt
        if isinstance(item.gold, str) and len(item.gold) > 3 and name not in ("cruxeval_o", "leetcode_o"):
            assert f"Answer: {item.gold}" not in prompt


@pytest.mark.parametrize(("name", "n", "response", "right"), asked.PARTICULAR)
def test_particular_answers(name, n, response, right):
    item = asked.items(name)[n]
    assert scores(name, [(item, response)]) == [float(right)]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    "response",
    ["(" * 5000, "{" * 5000, "[" * 100_000, "9" * 100_000, "\\frac{" * 3000, "**" * 9000, "\ud800"],
)
def test_hostile_answers_end_and_are_wrong(name, response):
    assert not any(scores(name, [(item, response) for item in asked.items(name)[:2]]))


# --- data


def write(root, name, rows):
    at = root / name
    at.parent.mkdir(parents=True, exist_ok=True)
    at.write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_a_copy_of_another_revision_is_refused(tmp_path):
    write(tmp_path, "gsm8k/test.jsonl", [row for _, row in asked.ROWS["gsm8k"]])
    with pytest.raises(BadInput, match="gsm8k: 5 items from local are not the pinned 1319"):
        load(ALL["gsm8k"], tmp_path)


@pytest.mark.parametrize("text", ["{broken\n", '{"question": 1}\n', "[]\n"])
def test_damaged_data_is_named(tmp_path, text):
    at = tmp_path / "winogrande" / "validation.jsonl"
    at.parent.mkdir()
    at.write_text(text)
    with pytest.raises(BadInput, match="winogrande"):
        load(ALL["winogrande"], tmp_path)


@pytest.mark.parametrize("name", ALL)
def test_absent_data_says_what_to_do(name, tmp_path):
    for root in (None, tmp_path):
        found = load(ALL[name], root)
        assert isinstance(found, Absent)
        assert (
            ALL[name].data.hub in found.reason if ALL[name].data.hub else ALL[name].data.note in found.reason
        )


def test_user_supplied_sets_take_other_data(tmp_path):
    write(tmp_path, "bbh_zh/web_of_lies.json", [asked.ROWS["bbh_zh"][0][1]])
    found = load(ALL["bbh_zh"], tmp_path)
    assert isinstance(found, Found)
    assert found.sha256 == content_hash(list(reversed(found.items)))


HERE = (
    "winogrande",
    "gsm8k",
    "math",
    "mmlu_stem",
    "leetcode_o",
    "cruxeval_i",
    "cruxeval_o",
    "bbh_en",
    "korbench",
    "livebench",
)


@pytest.mark.parametrize("name", HERE)
def test_real_items_gold_is_right_and_nothing_else(name, shared):
    """A slice of the real set: gold 100 %, dressed gold 100 %, none and the next item's about 0 %."""
    found = load(ALL[name], shared / "benchmarks")
    assert isinstance(found, Found)
    few = (
        6 if name in ("math", "korbench", "livebench") else 12
    )  # these compare with sympy, the third tables too
    items = found.items[:: len(found.items) // few]
    gold = [str(item.gold) for item in items]
    for style in (
        ("plain", "sentence", "json", "code fence")
        if name != "livebench"
        else ("plain", "json", "code fence")
    ):
        said = scores(
            name, [(item, asked.dressed(style, text)) for item, text in zip(items, gold, strict=True)]
        )
        assert [item.id for item, score in zip(items, said, strict=True) if score < 1] == [], style
    differ = [
        (item, text) for item, text in zip(items, gold[1:] + gold[:1], strict=True) if str(item.gold) != text
    ]
    assert sum(scores(name, differ)) <= 0.1 * len(items)


@pytest.mark.parametrize("name", HERE)
def test_real_sets_have_their_size(name, shared):
    data, found = ALL[name].data, load(ALL[name], shared / "benchmarks")
    assert isinstance(found, Found)
    if name == "leetcode_o":  # a stand-in: 228 problems with their own examples
        assert len({item.unit for item in found.items}) == 228
    else:
        assert len(found.items) == (data.here or data.count)
        assert found.sha256 == data.sha256
    assert len({item.id for item in found.items}) == len(found.items)


# --- scores


def test_a_problem_counts_when_all_its_cases_are_right():
    items = asked.items("leetcode_o")
    answered = [(item, asked.gold(item) if not item.id.endswith("sum-0/zh/0") else "[0]") for item in items]
    found = tally(items, marks(ALL["leetcode_o"].reading(), answered, PARAMS))
    assert (found.n, found.items) == (6, 18)
    assert found.score == pytest.approx(5 / 6)


@pytest.mark.parametrize("name", ["task_id", "slug"])
@pytest.mark.parametrize("text", ["problem_description", "content"])
@pytest.mark.parametrize("file", ["problems.jsonl", "problems.jsonl.gz"])
def test_leetcode_is_made_of_any_problem_set_with_examples(name, text, file, tmp_path):
    """Other names of its fields, bold labels, one language of two, gzipped or not: the same cases."""
    told = "Add.\n\n**Example 1:**\n\n**Input:** a = [1]\n**Output:** [2]\n\n**Constraints:**\n\n1 <= a"
    row = {name: "add-one", text: told, f"{text}_zh": "加一。\n\n示例 1：\n\n输入：a = [3]\n输出：[4]"}
    at = tmp_path / "leetcode" / file
    at.parent.mkdir()
    said = json.dumps(row).encode()
    at.write_bytes(gzip.compress(said) if file.endswith(".gz") else said)
    found = load(ALL["leetcode_o"], tmp_path)
    assert isinstance(found, Found)
    assert [(one.id, one.gold, one.unit) for one in found.items] == [
        ("add-one/en/0", "[2]", "add-one"),
        ("add-one/zh/0", "[4]", "add-one"),
    ]
    assert found.items[0].question == "Add.\nConstraints:\n\n1 <= a\n\na = [1]"


def test_a_problem_without_a_name_is_told(tmp_path):
    write(tmp_path, "leetcode/p.jsonl", [{"content": "Example 1:\nInput: 1\nOutput: 2\n"}])
    with pytest.raises(BadInput, match=r"leetcode_o: its data .* another form .* KeyError\('task_id or slug"):
        load(ALL["leetcode_o"], tmp_path)


def test_intervals_of_shares_and_of_means():
    assert interval([1.0, 0.0]) == pytest.approx((0.0945, 0.9055), abs=1e-4)
    low, high = interval([0.5, 0.25, 1.0, 0.0] * 20)
    assert 0.35 < low < 0.4375 < high < 0.53
    assert interval([0.5, 0.25] * 9) == interval([0.5, 0.25] * 9)
