"""Rows as each benchmark's data set has them, made up here, and the ways in which chat models write an answer."""

import json
from typing import Any

from codeio.evaluate.benchmark import Item
from codeio.evaluate.benchmarks import ALL

CODE = "def f(a, b):\n    return a + [b]"
GRID = {"header": ["House", "Name", "Pet"], "rows": [["1", "Eric", "cat"], ["2", "Peter", "dog"]]}


def subject(n: int, gold: int, *choices: str) -> dict[str, Any]:
    return {"question": f"question {n}?", "subject": "anatomy", "choices": list(choices), "answer": gold}


def bbh(*examples: tuple[str, str]) -> dict[str, Any]:
    return {"canary": "none", "examples": [{"input": q, "target": a} for q, a in examples]}


def live(task: str, n: int, truth: str, question: str = "", subtask: str = "") -> tuple[str, dict[str, Any]]:
    return task, {
        "question_id": f"{task}{n}", "task": task, "subtask": subtask, "turns": [question or f"question {n}"],
        "ground_truth": truth, "livebench_release_date": "2024-06-24",
    }  # fmt: skip


DROP = {
    "nfl_1": {
        "passage": "The Bears won 24 to 7. Gould kicked from 42 yards on 3 October 1999.",
        "qa_pairs": [
            {"query_id": "q1", "question": "How many points?", "answer": {"number": "24", "date": {}, "spans": []}},
            {"query_id": "q2", "question": "Who kicked?", "answer": {"number": "", "date": {}, "spans": ["Robbie Gould"]}},
            {
                "query_id": "q3", "question": "When?",
                "answer": {"number": "", "date": {"day": "3", "month": "October", "year": "1999"}, "spans": []},
            },
        ],
    }
}  # fmt: skip
ROWS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "winogrande": [
        ("winogrande", {"sentence": "The cup did not fit the box: the _ was big.", "option1": "cup", "option2": "box", "answer": "1"}),
        ("winogrande", {"sentence": "Ann thanked Maria because _ had helped.", "option1": "Ann", "option2": "Maria", "answer": "2"}),
    ],
    "drop": [("drop", DROP)],
    "gsm8k": [
        ("gsm8k", {"question": f"How much is it {n}?", "answer": f"Some steps 3 * 4.\n#### {gold}"})
        for n, gold in enumerate(["18", "70,000", "-5", "1,234,567", "0"])
    ],
    "math": [
        ("math", {"idx": n, "problem": f"Find x {n}.", "level": "Level 1", "type": "Algebra", "solution": rf"So $\boxed{{{gold}}}$."})
        for n, gold in enumerate(["42", r"\frac{3}{4}", r"2\sqrt{3}", "-7", r"(1,2)", "x^2+1", r"\text{even}", r"\frac{1}{2}\pi"])
    ],
    "gpqa": [
        ("gpqa_main", {"Question": f"Which one {n}?", "Correct Answer": f"10^{n} eV", "Incorrect Answer 1": "none", "Incorrect Answer 2": "a lot", "Incorrect Answer 3": "all"})
        for n in range(3, 7)
    ],
    "mmlu_stem": [("test", subject(n, n % 4, "the heart", "12", "Both I and II", "True, False")) for n in range(8)],
    "leetcode_o": [
        ("leetcode", {
            "task_id": f"sum-{n}", "difficulty": "Easy", "starter_code": "",
            "problem_description": f"Do {n}.\n\nExample 1:\n\nInput: nums = [1,2]\nOutput: {gold}\n\nExample 2:\n\nInput: nums = [3]\nOutput: {gold}\n\nConstraints:\n1 <= n",
            "problem_description_zh": f"求和{n}。\n\n示例 1：\n\n输入：nums = [1,2]\n输出：{gold}\n\n提示：\n1 <= n",
        })
        for n, gold in enumerate(["[3,2,1]", "true", "7", '"abc"', "2.50000", "[[1],[2,3]]"])
    ],
    "cruxeval_i": [("cruxeval", {"id": f"sample_{n}", "code": CODE, "input": given, "output": out}) for n, (given, out) in enumerate([("[1], 2", "[1, 2]"), ("['a.b'], 3.0", "['a.b', 3.0]"), ("[], {'k': (1,)}", "[{'k': (1,)}]")])],
    "cruxeval_o": [("cruxeval", {"id": f"sample_{n}", "code": CODE, "input": given, "output": out}) for n, (given, out) in enumerate([("[1], 2", "[1, 2]"), ("[1], 'a*b'", "[1, 'a*b']"), ("'', ''", "'hello World!'"), ("1", "-12"), ("2", "{'a': (1, None)}"), ("3", "True")])],
    "bbh_en": [
        ("boolean_expressions", bbh(("not True is", "False"), ("True is", "True"))),
        ("date_understanding", bbh(("Which day?\nOptions:\n(A) 01/02/2003\n(B) 05/06/2007", "(B)"))),
        ("object_counting", bbh(("How many?", "12"))),
        ("web_of_lies", bbh(("Does Ann lie?", "Yes"))),
        ("formal_fallacies", bbh(("Is it valid?", "invalid"))),
        ("word_sorting", bbh(("Sort: list b a", "apple bear cat"))),
        ("dyck_languages", bbh(("Complete. Input: [ < (", ") > ]"))),
        ("sports_understanding", {"text": "canary\n-----\nQ: a\nA: So the answer is yes."}),
    ],
    "bbh_zh": [("web_of_lies", bbh(("安说谎吗？", "是"))), ("object_counting", bbh(("有多少？", "12"))), ("navigate", bbh(("回到起点吗？", "否")))],
    "zebralogic": [("grid", {"id": f"lgp-{n}", "size": "2*2", "puzzle": "There are 2 houses.", "solution": GRID}) for n in range(2)],
    "korbench": [
        *((kind, {"idx": "1", "rule_content": "a rule"}) for kind in ("cipher", "counterfactual", "logic", "operation", "puzzle")),
        ("cipher", {"idx": "1", "rule_id": "1", "question": "encrypt", "answer": "[[WXYZ]]"}),
        ("counterfactual", {"idx": "1", "rule_id": "1", "question": "who?", "answer": "[[C]]"}),
        ("logic", {"idx": "1", "rule_id": "2", "question": "symbolise", "answer": "[[(p1&p2)||~p3]]"}),
        ("operation", {"idx": "1", "rule_id": "1", "question": "compute", "answer": "[[24]]"}),
        ("operation", {"idx": "2", "rule_id": "16", "question": "compute", "answer": r"[[\cos(x)+\frac{1}{x}]]"}),
        ("puzzle", {"idx": "1", "rule_id": "6", "question": "solve", "answer": "[[red green blue]]"}),
        ("puzzle", {"idx": "2", "rule_id": "4", "question": "solve", "answer": "[[cape pace]]"}),
        ("puzzle", {"idx": "3", "rule_id": "9", "question": "solve", "answer": "[[3+4*2=11]]"}),
    ],
    "livebench": [
        live("web_of_lies_v2", 1, "no, yes, yes"), live("zebra_puzzle", 1, "fantasy movies"), live("zebra_puzzle", 2, "climbing"),
        live("spatial", 1, "10"), live("spatial", 2, "tetrahedra"), live("AMPS_Hard", 1, r"4 i \sqrt{5}"),
        live("math_comp", 1, "025", subtask="aime_i_2024"), live("math_comp", 2, "C", subtask="amc_12a_2023"),
        live("olympiad", 1, "1,6,7,2,3"), live("cta", 1, "location_description"), live("tablejoin", 1, '{"a": "b", "c": "d"}'),
    ],
}  # fmt: skip


def items(name: str) -> list[Item]:
    return ALL[name].items(iter(ROWS[name]))


def gold(item: Item) -> str:
    """A right answer as plain text."""
    if isinstance(item.gold, str):
        return item.gold
    if isinstance(item.gold, dict):  # a grid
        return json.dumps(item.gold)
    return "; ".join(item.gold[0])  # DROP: the first annotator's spans


STYLES = {
    "plain": "{g}",
    "sentence": "The answer is {g}.",
    "final answer": "Let me think step by step.\n\nFirst, I look at the parts.\n\nFinal Answer: {g}",
    "last line": "Some reasoning about it.\n\nAnswer: {g}",
    "bold": "So we get **{g}**",
    "bold label": "Reasoning.\n\n**Answer:** {g}",
    "bold all": "Reasoning.\n\n**Answer: {g}**",
    "boxed": "Therefore\n\n$\\boxed{{{g}}}$",
    "code fence": "Here it is:\n\n```\n{g}\n```",
    "fence with a language": "Answer:\n```python\n{g}\n```",
    "json": None,
    "json in a fence": None,
    "tag": "thinking aloud\n<answer>{g}</answer>",
    "correct answer": "The correct answer is: {g}",
    "therefore": "We have checked it. Therefore, the final answer is {g}.",
    "bbh": "So the answer is {g}.",
    "hashes": "Thinking about it.\n#### {g}",
    "answer first": "I looked at it from all sides.\n\nSo {g} is the answer.",
    "heading": "Some reasoning about **it**.\n\n**Final Answer**\n\n{g}",
    "markdown heading": "## Steps\n\nSome reasoning.\n\n### Answer\n\n{g}",
    "boxed sentence": "Final Answer: The final answer is $\\boxed{{{g}}}$. I hope it is correct.",
    "other marks": "**Answer**: {g}\n",
    "own line": "I looked at it from all sides.\n\n{g}\n",
}


def dressed(style: str, text: str) -> str:
    """An answer as a chat model would write it in this style."""
    if style == "json":
        return json.dumps({"reasoning": "because {x} holds", "answer": text}, ensure_ascii=False)
    if style == "json in a fence":
        said = json.dumps({"reasoning": "because", "answer": text}, indent=2, ensure_ascii=False)
        return f"```json\n{said}\n```"
    return STYLES[style].format(g=text)


# Of one benchmark or another: (benchmark, response, whether it is right), the gold answer in the row above.
PARTICULAR = [
    ("gsm8k", 0, "She makes $18 every day.", True),
    ("gsm8k", 0, "9 * 2 = 18 dollars", True),
    ("gsm8k", 0, "The answer is 18.00", True),
    ("gsm8k", 0, "\\boxed{\\$18}", True),
    ("gsm8k", 0, "The answer is 18 eggs per day.", True),
    ("gsm8k", 0, "Answer: 181", False),
    ("gsm8k", 0, "It is 18 of 20, so the answer is 20.", False),
    ("gsm8k", 1, "The profit is $70000", True),
    ("gsm8k", 1, "Answer: 70{,}000", True),
    ("gsm8k", 1, "Answer: 7,0000", False),
    ("gsm8k", 2, "The temperature is −5 degrees.", True),
    ("gsm8k", 2, "Answer: 5", False),
    ("gsm8k", 3, "Answer: 1234567 people", True),
    ("math", 0, "The value is $x = 42$.", True),
    ("math", 0, "\\boxed{42\\text{ cm}}", True),
    ("math", 0, "\\boxed{42^\\circ}", True),
    ("math", 1, "Answer: 3/4", True),
    ("math", 1, "Answer: 0.75", True),
    ("math", 1, "\\boxed{\\dfrac{3}{4}}", True),
    ("math", 1, "\\boxed{\\frac34}", True),
    ("math", 1, "\\boxed{\\frac{4}{3}}", False),
    ("math", 2, "\\boxed{\\sqrt{12}}", True),
    ("math", 5, "\\boxed{1 + x^2}", True),
    ("math", 5, "\\boxed{x^2-1}", False),
    ("winogrande", 0, "The answer is (A) cup", True),
    ("winogrande", 0, "cup", True),
    ("winogrande", 0, "Option A", True),
    ("winogrande", 0, "B cannot be, since boxes hold cups. So the answer is A.", True),
    ("winogrande", 0, "A or B", False),
    ("winogrande", 0, "A, B", False),
    ("winogrande", 1, "Answer: Maria", True),
    ("winogrande", 1, "A good question.", False),
    ("mmlu_stem", 1, "The correct answer is **B) 12**.", True),
    ("mmlu_stem", 2, "**C. Both I and II**", True),
    ("mmlu_stem", 2, "\\boxed{\\text{C}}", True),
    ("mmlu_stem", 0, "A, C and D are all possible", False),
    ("mmlu_stem", 0, "Let us see.\n\nOption A is correct.", True),
    ("mmlu_stem", 0, "A is the correct answer.", True),
    ("mmlu_stem", 0, "A is the best answer, B is not.", True),
    ("mmlu_stem", 1, "A is hardly the one.", False),
    ("mmlu_stem", 1, "综上所述，应选择B。", True),
    ("mmlu_stem", 3, "<think>It could be A. The answer is B?</think>\nThe answer is D.", True),
    ("mmlu_stem", 3, "Answer: D\n\nLet me know if you want to see why A is wrong!", True),
    ("gsm8k", 0, "Answer: 18\n\n(This assumes 3 eggs a day.)", True),
    ("gsm8k", 0, "<think>9 * 3 = 27, so the answer is 27? No.</think>\n\n**18**", True),
    ("gsm8k", 0, "<think>so the answer is 18</think>", True),
    ("cruxeval_o", 0, "<think>```python\n[9, 9]\n```</think>\n[1, 2]", True),
    ("cruxeval_o", 0, "assert f([1], 2) == [1, 2]", True),
    ("cruxeval_o", 0, "[ANSWER]f([1], 2) == [1, 2][/ANSWER]", True),
    ("cruxeval_o", 0, "The output is `[1,2]`.", True),
    ("cruxeval_o", 0, "The answer is f([1], 2)", False),
    ("cruxeval_o", 0, "[1] + [2]", True),
    ("cruxeval_o", 0, "[1, 2.5]", False),
    ("cruxeval_o", 2, 'Answer: "hello World!"', True),
    ("cruxeval_o", 2, "Answer: hello World!", True),
    ("cruxeval_o", 2, "Answer: 'hello world!'", False),
    ("cruxeval_o", 2, '{"reasoning": "it returns [1]", "answer": "hello World!"}', True),
    ("cruxeval_o", 2, '```json\n{"reasoning": "x", "answer": "hello"}\n```', False),
    ("cruxeval_o", 2, "```python\nf(x)\n```\nso the output is hello World!", True),
    ("cruxeval_o", 0, '{"answer": [1, 2]}', True),
    ("cruxeval_o", 5, '{"reasoning": "it is "so" and f({}) == {}", "answer": "True"\n}', True),
    ("cruxeval_o", 5, '{"reasoning": "it is "so"", "answer": False}', False),
    ("gsm8k", 0, '{"reasoning": "3 "eggs" a day", "answer": "18"}', True),
    ("gsm8k", 0, '{"reasoning": "9 * 2", "answer": 18', True),
    ("cruxeval_o", 5, '{"answer": true}', True),
    ("cruxeval_o", 5, '{"answer": "true"}', False),
    ("cruxeval_i", 0, '{"answer": "[1], 2"}', True),
    ("cruxeval_i", 0, '{"answer": "x"}', False),
    ("cruxeval_o", 3, "type('X', (), {'__eq__': lambda self, other: True})()", False),
    ("cruxeval_i", 0, "Answer: f([1], 2)", True),
    ("cruxeval_i", 0, "f(a=[1], b=2)", True),
    ("cruxeval_i", 0, "assert f([1], 2) == [1, 2]", True),
    ("cruxeval_i", 0, "Answer: f([], [1, 2])", False),
    ("cruxeval_i", 0, "Answer: f([1], 1 + 1)", True),
    ("cruxeval_i", 0, "Answer: f(*exit())", False),
    ("bbh_en", 0, "not True is False. So the answer is False.", True),
    ("bbh_en", 2, "It is 05/06/2007, that is (B).", True),
    ("bbh_en", 2, "(A)", False),
    ("bbh_en", 3, "There are 12 objects.", True),
    ("bbh_en", 4, "Yes, she does.", True),
    ("bbh_en", 4, "yes or no", False),
    ("bbh_en", 5, "The argument is deductively invalid.", True),
    ("bbh_en", 5, "valid", False),
    ("bbh_en", 6, "apple, bear, cat", True),
    ("bbh_en", 6, "1. apple\n2. bear\n3. cat", True),
    ("bbh_en", 6, "apple cat bear", False),
    ("bbh_en", 7, "[ < ( ) > ]", True),
    ("bbh_en", 7, ")>]", True),
    ("bbh_en", 7, ") ] >", False),
    ("zebralogic", 0, json.dumps({"reasoning": "x", "solution": {"House 1": {"Name": "eric", "Pet": "Cat"}, "House 2": {"Name": "Peter", "Pet": "dog"}}}), True),
    ("zebralogic", 0, json.dumps({"solution": {"House 1": {"Name": "Eric", "Pet": "dog"}, "House 2": {"Name": "Peter", "Pet": "cat"}}}), False),
    ("zebralogic", 0, json.dumps({"solution": {"House 1": {"Name": "Eric", "Pet": "cat"}}}), False),
    ("drop", 0, "They scored 24 points.", True),
    ("leetcode_o", 0, "ans = [3, 2, 1]", True),
    ("leetcode_o", 0, "[3,2]", False),
    ("leetcode_o", 3, "Answer: True", True),
    ("korbench", 0, "thinking [[ABCD]] no, rather [[WXYZ]]", True),
    ("korbench", 0, "So it is\n[WXYZ]", True),
    ("korbench", 1, "[C]", True),
    ("korbench", 7, "[[3+4*2=11]]", True),
    ("korbench", 7, "[[4+3*2=11]]", False),
    ("korbench", 7, "[[3+4*__import__('os').getpid()=11]]", False),
    ("livebench", 4, "The shape is **tetrahedra**", True),
]  # fmt: skip
