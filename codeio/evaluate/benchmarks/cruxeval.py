"""Ask CRUXEval in both directions: the output of a call, or an input that gives an output.   rows -> items

Readings: `chat` evaluates the answer without the program in scope (an output is a value, not a call); `cruxeval` is
the authors' check, which passes over an answer that only repeats the call; `zeroeval` compares as ZeroEval does.
Answers are run in the sandbox only; those that are plain literals need no running.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Any

from codeio import values
from codeio.evaluate import answers, zeroeval
from codeio.evaluate.benchmark import WRONG, Benchmark, Check, Data, Item, Mark, Part, Reading, Row, right

LONGEST = 20_000  # characters of an answer that are read
ASSERTION = re.compile(r"^(?:assert\s+)?(?:f\(.*\)\s*(?:==|is|->|→|returns|=)\s*)(.+)$", re.S)
FENCE = re.compile(r"^```[\w+-]*\n?|\n?```$")


def outputs(rows: Iterable[tuple[str, Row]]) -> list[Item]:
    return [item(row, f"f({row['input']})", row["output"]) for _, row in rows]


def inputs(rows: Iterable[tuple[str, Row]]) -> list[Item]:
    return [item(row, row["output"], row["input"]) for _, row in rows]


def item(row: Row, given: str, gold: str) -> Item:
    about = {"code": row["code"], "input": row["input"], "output": row["output"]}
    return Item(id=row["id"], question=f"{row['code']}\n\n{given}", gold=gold, about=about)


def ask_output(item: Item) -> str:
    return (
        f"```python\n{item.about['code']}\n```\n\nWhat does f({item.about['input']}) return? Think step by step, then "
        'end with one line "Answer: V" where V is the value as a Python literal.'
    )


def ask_input(item: Item) -> str:
    return (
        f"```python\n{item.about['code']}\n```\n\nGive arguments for which f returns {item.about['output']} . Think "
        'step by step, then end with one line "Answer: f(...)" with the arguments as Python literals.'
    )


def values_said(response: str) -> Iterator[str]:
    """Texts of an answer that read as one Python expression, best first."""
    for candidate in code_candidates(response):
        for text in (stripped(candidate), candidate):
            match = ASSERTION.match(text)
            for one in (match.group(1), text) if match else (text,):
                if is_expression(one.strip()):
                    yield one.strip()


def stripped(text: str) -> str:
    """Without a fence, emphasis or dollars around it, and without a closing full stop; quotes stay."""
    text = FENCE.sub("", text.strip()).strip()
    text = re.sub(r"^[\s*`$]+|[\s*`$.。]+$", "", text)
    inside = re.findall(r"`([^`\n]+)`", text)
    if len(inside) == 1 and not is_expression(text):
        return inside[0].strip()
    return re.sub(r"^\\text(?:tt)?\{(.*)\}$", r"\1", text)


def is_expression(text: str) -> bool:
    try:
        body = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return not isinstance(body, ast.Name) and not isinstance(body, ast.Compare)


def literal(text: str) -> tuple[bool, Any]:
    """Whether a text is a plain literal, and its value; never runs anything."""
    try:
        return True, ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return False, None


def read_output(item: Item, response: str) -> Mark:
    """The answer field of JSON, else the best candidate that is an expression, or the gold string without quotes."""
    text, wanted = answers.aloud(response[-LONGEST:]), gold_text(item)
    if (field := answer_field(text)) is not None:
        if field == wanted:
            return right(field, True)
        said = stripped(field)
        return compared(said, item.gold, "") if is_expression(said) else right(field, False)
    found = next(values_said(text), None)
    bare = [stripped(candidate) for candidate in answers.candidates(text) if len(candidate) < 200]
    if isinstance(wanted, str) and (not found or not is_string(found)) and wanted in bare:
        return right(wanted, True)
    if found is None:
        return right(bare[0], False) if bare else WRONG
    return compared(found, item.gold, "")


def answer_field(text: str) -> str | None:
    """The answer of a JSON object: a text as it is, another value as Python writes it."""
    found = values.last_object(text) or {}
    known = [found[name] for name in answers.FIELDS if name in found]
    if known and not isinstance(known[0], str):
        return repr(known[0])
    return next(answers.fields(text), None)


def is_string(text: str) -> bool:
    return isinstance(literal(text)[1], str)


def gold_text(item: Item) -> Any:
    return literal(item.gold)[1]


def compared(found: str, gold: str, code: str) -> Mark:
    """Two literals here; anything else in the sandbox."""
    (mine_is, mine), (gold_is, wanted) = literal(found), literal(gold)
    if mine_is and gold_is:
        return right(found, mine == wanted)
    return Mark(found, check=Check("expression", {"code": code, "text": found, "wanted": gold}))


def read_input(item: Item, response: str) -> Mark:
    """The call in the answer field of JSON or in the best candidate; a field that is no code is a string argument."""
    if (field := answer_field(answers.aloud(response[-LONGEST:]))) is not None:
        return ran(item, as_call(stripped(field)) or as_call(repr(field)) or "") if field else WRONG
    found = next((call for text in calls_said(response) if (call := as_call(text))), None)
    return WRONG if found is None else ran(item, found)


def calls_said(response: str) -> Iterator[str]:
    for candidate in code_candidates(response):
        yield from (stripped(candidate), candidate)


def code_candidates(response: str) -> Iterator[str]:
    """Before all others the response and its last line, if that is nothing but code; bold text up to its last stars."""
    text = answers.aloud(response[-LONGEST:])
    last = text.split("\n")[-1].strip()
    if not any(answers.fields(text)):
        yield from (one for one in (text, last) if is_expression(one) or is_expression(f"f({one})"))
    yield from answers.candidates(text)
    yield from re.findall(r"\*\*(.+)\*\*", last)


def as_call(text: str) -> str | None:
    """An answer as a call of f: the call in it, or its arguments wrapped."""
    text = re.sub(r"^assert\s+", "", text.strip())
    text = re.sub(r"\s*(?:==|->|→)\s*.*$", "", text, flags=re.S) if text.startswith("f(") else text
    call = text if text.startswith("f(") else f"f({text})"
    try:
        body = ast.parse(call, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    parts = [*body.args, *(k.value for k in body.keywords)] if isinstance(body, ast.Call) else [ast.Name("_")]
    return None if not text or any(isinstance(part, ast.Name) for part in parts) else call


def ran(item: Item, call: str) -> Mark:
    given = {"code": item.about["code"], "text": call, "wanted": item.about["output"]}
    return Mark(call, check=Check("expression", given, harmless=of_literals(call)))


def of_literals(call: str) -> bool:
    """Whether a call of f has nothing but literals for arguments: it can do no more than f does."""
    try:
        body = ast.parse(call, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    if not isinstance(body, ast.Call) or not isinstance(body.func, ast.Name) or body.func.id != "f":
        return False
    parts = [*body.args, *(k.value for k in body.keywords)]
    return all(literal(ast.unparse(part))[0] for part in parts)


def published_output(item: Item, response: str) -> Mark:
    """The authors' check: `assert gold == response` after the code; one that holds the call itself is passed over."""
    return WRONG if f"f({item.about['input']})" in response else asserted(item, response)


def published_input(item: Item, response: str) -> Mark:
    return asserted(item, response) if "f(" in response else WRONG


def asserted(item: Item, response: str) -> Mark:
    """Two literals are compared here; all else is run as the text that it makes of the assertion."""
    gold, text = item.about["output"], response.strip()
    (mine_is, mine), (gold_is, wanted) = literal(text), literal(gold)
    if mine_is and gold_is and "\n" not in response and not bare_tuple(text):
        return right(text, wanted == mine)
    given = {"code": item.about["code"], "text": response, "wanted": gold}
    return Mark(text, check=Check("assertion", given, harmless=of_literals(text)))


def bare_tuple(text: str) -> bool:
    """`1, 2`: an assertion takes what follows the comma for its message."""
    return isinstance(ast.parse(text, mode="eval").body, ast.Tuple) and not text.startswith("(")


HUB, PARTS = "cruxeval-org/cruxeval", (Part("cruxeval/cruxeval.jsonl"),)
OUTPUT = Benchmark(
    name="cruxeval_o",
    data=Data(hub=HUB, parts=PARTS, count=800, sha256="7df36083697610678cc9cb69a2157092"),
    items=outputs,
    prompt=ask_output,
    readings=(
        Reading("chat", 3, read_output),
        Reading("cruxeval", 2, published_output),
        Reading("zeroeval", 2, zeroeval.text),
    ),
)
INPUT = Benchmark(
    name="cruxeval_i",
    data=Data(hub=HUB, parts=PARTS, count=800, sha256="e7a214039079407b87623f9c9ee6b6ea"),
    items=inputs,
    prompt=ask_input,
    readings=(Reading("chat", 3, read_input), Reading("cruxeval", 2, published_input)),
)
