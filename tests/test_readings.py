"""Published readings by the rules of those who published them: each class of answers that their code tells apart."""

import json

import pytest

from codeio.evaluate.benchmark import Item
from codeio.evaluate.benchmarks import ALL
from codeio.evaluate.judge import marks
from codeio.params import load

PARAMS = load("workers=1")


def scores(name: str, reading: str, answered: list[tuple[Item, str]]) -> list[float]:
    return [mark.score for mark in marks(ALL[name].reading(reading), answered, PARAMS)]


def live(task: str, truth: str, question: str = "", subtask: str = "", release: str = "2024-06-24") -> Item:
    about = {"task": task, "subtask": subtask, "release": release}
    return Item(id="1", question=question, gold=truth, about=about)


OPTIONS = r"$\textbf{(A) } 21 \qquad \textbf{(B) } 22 \qquad \textbf{(C) } 23$"
NEW = "2024-11-25"
WORDS = "a,b,c,d,e,f,g,h"


@pytest.mark.parametrize(
    ("item", "response", "score"),
    [
        (live("web_of_lies_v2", "no, yes, yes"), "<solution>no, yes, yes</solution>", 1),
        (live("web_of_lies_v2", "no, yes, yes"), "**no, yes, yes**", 1),
        (live("web_of_lies_v2", "no, yes, yes"), "So **Ann: No**, then **yes.** and **yes**.", 1),
        (live("web_of_lies_v2", "no, yes, yes"), "**yes, yes, no** rather **no, yes, yes**", 1),
        (live("web_of_lies_v2", "no, yes, yes"), r"\boxed{\textbf{no, yes, yes}}", 1),
        (live("web_of_lies_v2", "no, yes, yes"), "First yes, no, no; in the end no, yes, yes", 1),
        (live("web_of_lies_v2", "no, yes, yes"), "**no, yes**", 0),
        (live("web_of_lies_v2", "no, yes, yes"), "**no, yes, unknown**", 0),
        (live("zebra_puzzle", "three"), "It is ***3***", 1),
        (live("zebra_puzzle", "3"), "It is ***three***", 0),
        (live("zebra_puzzle", "fantasy movies"), "They like fantasy", 1),
        (live("zebra_puzzle", "red"), "***blue*** or red", 0),
        (live("zebra_puzzle", "a, b", release=NEW), "<solution>a, b</solution>", 1),
        (live("zebra_puzzle", "a, b", release=NEW), "<solution>a, c</solution>", 0.25),
        (live("zebra_puzzle", "a, b", release=NEW), "<solution>x, a</solution> <solution>b</solution>", 1),
        (live("zebra_puzzle", "a, b", release=NEW), r"\boxed{\text{a, b}}", 1),
        (live("zebra_puzzle", "a, b", release=NEW), "So\na, b", 1),
        (live("zebra_puzzle", "a, b", release=NEW), "So\na, b, c", 0),
        (live("spatial", "13"), "**thirteen** pieces", 1),
        (live("spatial", "4"), "**4** and **5** and **6** and **7**", 0),
        (live("spatial", "triangle"), "an **equilateral triangle**", 1),
        (live("spatial", "triangle"), "**circle, square and triangle**", 0),
        (live("spatial", "tetrahedra"), "**two tetrahedra**", 1),
        (live("spatial", "10"), r"\boxed{10}", 0),
        (live("math_comp", "C", OPTIONS, "amc_12a_2023"), "so CCCCC", 1),
        (live("math_comp", "C", OPTIONS, "amc_12a_2023"), "<solution>ccccc</solution>", 1),
        (live("math_comp", "C", OPTIONS, "amc_12a_2023"), r"\boxed{\textbf{(C)}}", 1),
        (live("math_comp", "C", OPTIONS, "amc_12a_2023"), "the sum is 23.", 1),
        (live("math_comp", "C", OPTIONS, "amc_12a_2023"), "23 would be wrong, so the answer must be B", 0),
        (live("math_comp", "025", "", "aime_i_2024"), "so it is 025", 1),
        (live("math_comp", "025", "", "aime_i_2024"), "025" + " and so on" * 9, 0),
        (live("olympiad", "1,6,7,2"), "Answer: 1, 6, 7, 2", 1),
        (live("olympiad", "1,6,7,2"), "**Answer:**\n1,6,7,2.", 1),
        (live("olympiad", "1,6,7,2"), "Answer: <expression 1>, <expression 6>, 7, 2", 1),
        (live("olympiad", "1,6,7,2"), r"\boxed{1,6,2,7}", 0.5),
        (live("olympiad", "1,6,7,2"), "the order is\n1,6,7,2", 1),
        (live("olympiad", "1,6,7,2"), "Answer: one, 6, 7, 2", 0.75),
        (live("olympiad", "1,6,7,2"), "I do not know", 0),
        (live("AMPS_Hard", "2*x+1"), r"so $y = 2x + 1$", 1),
        (live("AMPS_Hard", "x^2"), r"\boxed{x^2 + C}", 1),
        (live("AMPS_Hard", "(1,2)"), "The point (1,2).", 1),
        (live("cta", "location_description"), "I say location_description.", 1),
        (live("cta", "location_description"), "location description", 0),
        (live("tablejoin", '{"a": "b", "c": "d"}'), "```python\n{'a': 'b',\n 'c': 'x'}\n```", 0.5),
        (live("connections", WORDS), "**d, c, b, a, e, f, g, h**", 1),
        (live("connections", WORDS), "**a, b, c, e**\n**d, f, g, h**", 0),
        (live("connections", WORDS), "<solution>a, b, c, d, e, f, g, h</solution>", 0),
        (live("connections", WORDS, release=NEW), "<solution>a, b, c, d,\ne, f, g, x</solution>", 0.5),
        (live("plot_unscrambling", "One. Two. Three."), "<PLOT_SUMMARY>Two. One. Three.", 1 / 3),
        (live("typos", "A right text."), "Here it is:\nA right text.", 1),
    ],
)  # fmt: skip
def test_livebench(item, response, score):
    assert scores("livebench", "livebench", [(item, response)]) == [pytest.approx(score, abs=1e-6)]


def kor(kind: str, gold: str, rule: str = "1", idx: str = "1") -> Item:
    return Item(id=f"{kind}/{idx}", question="", gold=gold, about={"kind": kind, "rule": rule, "idx": idx})


@pytest.mark.parametrize(
    ("item", "response", "text", "latex"),
    [
        (kor("operation", "[[24]]"), "[[ 24 ]]", 1, 1),
        (kor("operation", "[[24]]"), "[[24.0]]", 0, 0),
        (kor("operation", "[[24]]"), r"$\boxed{24}$", 1, 1),
        (kor("operation", "[[24]]"), "24", 0, 0),
        (kor("operation", "[[x+1]]", idx="152"), "[[1+x]]", 0, 1),
        (kor("operation", "[[x+1]]", idx="152"), r"[[f =\(x+1\)]]", 1, 1),
        (kor("operation", "[[x+1]]", idx="152"), r"[[\boxed{1+x}]]", 0, 0),
        (kor("operation", "[[x+1]]", idx="3"), "[[1+x]]", 0, 0),
        (kor("operation", "[[2or3]]", idx="4"), r"[[3 \text{or} 2]]", 1, 1),
        (kor("operation", "[[2,1]]", rule="18"), "[[1, 2]]", 1, 1),
        (kor("operation", "[[(1,2)]]", rule="23"), "[[ (01, 2) ]]", 1, 1),
        (kor("operation", "[[≥2 and ≤5]]", idx="178"), "[[≤5, ≥ 2]]", 1, 1),
        (kor("logic", "[[b;a]]", rule="2"), "[[ b; a. ]]", 1, 1),
        (kor("cipher", "[[WXYZ]]"), "[[W X Y Z]]", 1, 1),
        (kor("cipher", "[[WXYZ]]"), "[[wxyz]]", 0, 0),
        (kor("counterfactual", "[[C]]"), "[[C]] or [[D]]", 1, 1),
        (kor("puzzle", "[[3+4*2=11]]", rule="9"), "[[4+3*2=10]]", 0, 0),
        (kor("puzzle", "[[3+4*2=11]]", rule="9"), "[[7+2*2=11]]", 1, 1),
        (kor("puzzle", "[[red blue]]", rule="3"), "[[Blue, red]]", 1, 1),
    ],
)  # fmt: skip
def test_korbench(item, response, text, latex):
    found = [scores("korbench", reading, [(item, response)])[0] for reading in ("text", "latex")]
    assert found == [text, latex]


CODE = {"code": "def f(a):\n    return a", "input": "1, 2", "output": "5"}


def test_cruxeval_takes_the_answer_as_the_text_of_an_assertion():
    item = Item(id="1", question="", gold="5", about=CODE)
    right = ["5", " 5 ", "2 + 3", "5  # five", "f(5)", "5, 'message'", "5 == 5 > 4", "int('5')"]
    wrong = ["6", "", "'5'", "f(1, 2)", "5\n)", "x", "exit()", "assert 5", "6 or (5 ==", "1/0"]
    assert scores("cruxeval_o", "cruxeval", [(item, text) for text in right]) == [1.0] * len(right)
    assert scores("cruxeval_o", "cruxeval", [(item, text) for text in wrong]) == [0.0] * len(wrong)
    assert scores("cruxeval_i", "cruxeval", [(item, text) for text in ("f(5)", "f(a=5)", "5", "f(6)")]) == [
        1,
        1,
        0,
        0,
    ]


GRID = {"House 1": {"Name": "Eric", "Pet": "cat"}}


@pytest.mark.parametrize(
    ("said", "score"),
    [
        ({"reasoning": "", "solution": GRID}, 1),
        ({"solution": {"House 1": {"Name": " eric", "Pet": ["Cat"]}}}, 1),
        ({"solution": {"house 1": {"Name": "Eric", "Pet": "cat"}}}, 0),
        ({"solution": {"House 1": {"Name": "Eric", "Pet": None}}}, 0),
        ({"solution": {"House 1": {"Name": "Eric", "Pet": 1}}}, 0),
        ({"solution": [GRID]}, 0),
        (GRID, 0),
    ],
)
def test_zebralogic(said, score):
    item = Item(id="1", question="", gold=GRID)
    assert scores("zebralogic", "zeroeval", [(item, f"so {json.dumps(said)}")]) == [score]
