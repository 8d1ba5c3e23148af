"""Prompts: the code and the values reach the model as they are."""

from string import Template

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from codeio import prompting
from codeio.records import Verdict
from codeio.verify import prediction
from tests.views import problem

STYLES, DIRECTIONS = ("ask", "brief"), ("input", "output")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
CODE = 'def f(x):\n    text = """a\n\n \x0c$given\u2028b"""\n\n    return text * x'


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("predict", DIRECTIONS)
def test_question_shows_every_part_as_it_is(style, predict):
    given = {"z": [{"b": 1, "a": "\u2028$code"}], "a": None}
    one = replace(problem("f", 0, predict, []), code=CODE, given=given)
    text = prompting.question(one, style)
    assert CODE in text
    assert '{"z":[{"b":1,"a":"\u2028$code"}],"a":null}' in text


@pytest.mark.parametrize("predict", DIRECTIONS)
def test_empty_parts_leave_no_line(predict):
    bare = prompting.question(problem("f", 0, predict, []), "ask")
    assert "" not in bare.split("\n")
    told = replace(problem("f", 0, predict, []), statement="What does it do?\n", io_description="x: a number")
    assert prompting.question(told, "ask") == f"What does it do?\nx: a number\n{bare}"


def test_long_questions_ask_for_what_verify_reads():
    for predict in DIRECTIONS:
        asked = prompting.question(problem("f", 0, predict, []), "ask")
        assert f'{{"{predict}": ' in asked
        assert "without running" in asked


@pytest.mark.parametrize("style", STYLES)
def test_again_holds_the_feedback_word_for_word(style):
    verdict = Verdict(status="mismatch", correct=False, feedback="The output $answer is\n\n wrong.")
    assert verdict.feedback in prompting.again(verdict, "output", style)
    assert ('{"output": ...}' in prompting.again(verdict, "output", style)) == (style == "ask")


@pytest.mark.parametrize("file", sorted(prompting.PROMPTS.glob("*.txt")), ids=lambda file: file.stem)
def test_every_text_is_used_and_has_known_parts_only(file):
    asked = {"statement", "io_description", "given", "code", "entry", "feedback", "predict", "answer"}
    known = {*asked, "error", "real", "path", "form", "text", "reason", "detail"}
    text = file.read_text(encoding="utf-8")
    assert Template(text).is_valid()
    assert set(Template(text).get_identifiers()) <= known
    source = "".join(at.read_text() for at in prompting.PROMPTS.parent.rglob("*.py"))
    kind, _, name = file.stem.partition("_")
    named = {"ask": "{style}_{problem.predict}", "brief": "{style}_{problem.predict}"}.get(kind, name or kind)
    assert named in source


def test_a_missing_part_is_an_error():
    with pytest.raises(KeyError, match="real"):
        prompting.filled("feedback_wrong_input", answer="1", given="2")


@given(JSON, st.sampled_from(DIRECTIONS))
def test_answer_is_what_verify_reads(value, predict):
    wanted = {"x": value} if predict == "input" else value
    assert prediction(f"so {prompting.answer(predict, wanted)}", predict) == wanted
