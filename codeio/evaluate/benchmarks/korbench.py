"""Ask KOR-Bench: rules given in the prompt, five kinds of 250.   rows -> items

Three readings. `text` is the published comparison: mathematics as text, since the authors' LaTeX reader was not at
work when they scored. `latex` is the same with mathematics compared in value. `chat` is `latex` on the best candidate
of a chat answer, brackets or not. Sums that a puzzle answer claims are reckoned in the sandbox.
"""

import re
from collections.abc import Callable, Container, Iterable

from codeio.evaluate import answers, latex
from codeio.evaluate.benchmark import WRONG, Benchmark, Check, Data, Item, Mark, Part, Reading, Row, right

KINDS = ("cipher", "counterfactual", "logic", "operation", "puzzle")
ROLES = {
    "cipher": "encrypt or decrypt by the rule",
    "counterfactual": "answer from the story alone, even where the world is different",
    "logic": "solve it in the notation of the rule",
    "operation": "compute with the operation that the rule defines",
    "puzzle": "solve the puzzle by the rule",
}
DOUBLE = re.compile(r"\[\[(.*?)\]\]", re.S)
FALLBACKS = (
    (DOUBLE, "]]"),
    (re.compile(r"\$\\boxed\{(.*?)\}\$", re.S), "}$"),
    (re.compile(r"\[\s*(.*?)\s*\]", re.S), "]"),
)
INNER = re.compile(r"\[\[(.*?)\]\]", re.S)
DROPPED = {"clean": '"\n []', "logic": '"\n .', "math": '"\n[]$'}
NOTHING = "NULL"
EXPRESSIONS = {
    18,
    73,
    74,
    77,
    94,
    *range(115, 118),
    *range(121, 124),
    125,
    131,
    132,
    *range(134, 137),
    141,
    143,
    *range(145, 148),
    149,
    *range(151, 157),
    *range(160, 163),
    *range(164, 167),
    170,
    206,
    209,
    *range(211, 216),
    217,
    218,
}  # operations whose answers are compared as mathematics; the others as text (facts of the authors' evaluation)
DELIMITERS = re.compile(r"\\[()\[\]]|\\text\{.*?\}|\\(?:left|right|displaystyle)")
BOUND = re.compile(r"(≥|≤)\s*(-?\d+\.?\d*)")
Compare = Callable[[str, str], bool]


def items(rows: Iterable[tuple[str, Row]]) -> list[Item]:
    rules: dict[tuple[str, str], str] = {}
    asked: list[tuple[str, Row]] = []
    for part, row in rows:
        if "rule_content" in row:
            rules[part, row["idx"]] = row["rule_content"]
        else:
            asked.append((part, row))
    return [
        Item(
            id=f"{kind}/{row['idx']}",
            question=row["question"],
            gold=row["answer"],
            group=kind,
            about={
                "kind": kind,
                "rule": row["rule_id"],
                "idx": row["idx"],
                "text": rules.get((kind, row["rule_id"]), ""),
            },
        )
        for kind, row in asked
    ]


def prompt(item: Item) -> str:
    return (
        f"Here is a rule; {ROLES[item.about['kind']]}. Think step by step, then give the answer in double "
        f"square brackets.\n\n"
        f"### Rule\n{item.about['text']}\n\n### Question\n{item.question}\n\n### Answer\n"
    )


def bracketed(text: str, kind: str) -> str:
    """The first answer in double brackets (else in a box, else in single ones), cleaned for its kind."""
    found = next((m for pattern, end in FALLBACKS if (m := all_in(text, pattern, end))), None)
    if not found:
        return NOTHING
    kept = found[0].strip().translate({ord(c): None for c in DROPPED[kind]})
    if kind == "math":
        return DELIMITERS.sub("", kept.rsplit("=", 1)[-1]).replace("\\\\", "\\")
    return f"[[{kept}]]"


def all_in(text: str, pattern: re.Pattern[str], end: str) -> list[str]:
    """All matches; what no `end` follows is not searched, since thousands of open brackets would take minutes."""
    return pattern.findall(text[: text.rfind(end) + len(end)]) if end in text else []


def inner(text: str) -> str:
    found = INNER.search(text)
    return found.group(1) if found else NOTHING


def by_text(item: Item, response: str) -> Mark:
    """The published comparison."""
    return compared(item, response, text)


def by_value(item: Item, response: str) -> Mark:
    """The published comparison, mathematics in value where both are bare expressions."""
    return compared(item, response, value)


def by_any_value(item: Item, response: str) -> Mark:
    """The same, also for an equation's right side and formulas between delimiters."""
    same: Compare = lambda a, b: any(latex.same(one, b) for one in (a, *latex.readings(a)))  # noqa: E731
    return compared(item, response, same, range(1, 251))


def compared(
    item: Item, response: str, expressions: Compare, mathematical: Container[int] = EXPRESSIONS
) -> Mark:
    kind, rule, idx, gold = item.about["kind"], item.about["rule"], item.about["idx"], item.gold
    if kind == "puzzle":
        found = inner(response)
        return WRONG if found == NOTHING else puzzle(rule, found, inner(gold))
    if kind == "logic":
        mine, wanted = bracketed(response, "logic"), bracketed(gold, "logic")
        same = sorted(mine.split(";")) == sorted(wanted.split(";")) if rule == "5" else mine == wanted
    elif kind == "operation" and idx in ("178", "179"):
        mine = bracketed(response, "clean")
        same = sorted(map("".join, BOUND.findall(mine))) == sorted(map("".join, BOUND.findall(gold)))
    elif kind == "operation" and rule == "18":
        mine = bracketed(response, "clean")
        same = sorted(re.sub(r"\W+", "", mine)) == sorted(re.sub(r"\W+", "", gold))
    elif kind == "operation" and rule in ("23", "24", "25"):
        mine = bracketed(response, "clean")
        same = numbers(mine) == numbers(gold)
    elif kind == "operation" and int(idx) in mathematical:
        mine = bracketed(response, "math")
        same = mathematics(mine, bracketed(gold, "math"), expressions)
    elif kind == "operation" and "or" in gold:
        mine = bracketed(response, "clean").replace(r"\text{or}", "or")
        same = either(mine) == either(bracketed(gold, "clean"))
    else:
        mine = bracketed(response, "clean")
        same = mine == gold
    return WRONG if NOTHING in mine else right(mine, same)


def text(mine: str, gold: str) -> bool:
    return mine == gold


def value(mine: str, gold: str) -> bool:
    """Equal in value; the authors' reader knows no box, and takes what stands in one as text."""
    return mine == gold or ("\\boxed" not in mine and latex.same(mine, gold))


def numbers(text: str) -> list[int]:
    return [int(found) for found in re.findall(r"\d+", text)]


def either(text: str) -> list[str]:
    """Answers joined by "or", in any order."""
    return sorted(part.strip() for part in text.strip("[]").split("or"))


def mathematics(mine: str, gold: str, expressions: Compare) -> bool:
    """One expression, or several joined by "or" in any order."""
    if "or" not in gold:
        return expressions(mine, gold)
    one, two = (sorted(part.strip() for part in text.split("or")) for text in (mine, gold))
    return len(one) == len(two) and all(map(expressions, one, two))


def letters(text: str) -> str:
    return re.sub(r"[^A-Za-z]", "", text).lower()


def parts(text: str) -> list[str]:
    return sorted(re.sub(r"\s+", "", text).split(","))


def words(text: str) -> list[str]:
    return sorted(word for word in re.split(r"\W+", text.lower()) if word)


PUZZLES: dict[str, Compare] = {
    "1": lambda mine, gold: letters(mine) == letters(gold),
    "2": lambda mine, gold: letters(mine) in gold.split(","),
    "3": lambda mine, gold: words(mine) == sorted(gold.split(" ")),
    "4": lambda mine, gold: letters(mine) in gold,
    "5": lambda mine, gold: parts(mine) == sorted(gold.split(",")),
    "18": lambda mine, gold: re.sub(r"[,\s\[\]]+", "", mine) == re.sub(r"[,\s\[\]]+", "", gold),
}
OPERATORS = re.compile(r"[+\-*/]")


def puzzle(rule: str, mine: str, gold: str) -> Mark:
    """A puzzle's answer by the comparison of its rule; rules 9 and 10 ask for sums, which are reckoned."""
    if rule in ("9", "10"):
        return total(rule, mine.replace("×", "*").replace("−", "-"), gold.replace("×", "*").replace("−", "-"))
    general: Compare = lambda a, b: re.sub(r"\W+", "", a) == re.sub(r"\W+", "", b)  # noqa: E731
    return right(mine, PUZZLES.get(rule, general)(mine, gold))


def total(rule: str, mine: str, gold: str) -> Mark:
    left, wanted = mine.split("=")[0], gold.split("\n")[0].split("=")[0]
    if rule == "9":
        result = re.search(r"=\s*(-?\d+)", gold)
        if result is None or OPERATORS.findall(left) != OPERATORS.findall(wanted):
            return right(mine, False)
        return Mark(mine, check=Check("arithmetic", {"text": left, "wanted": int(result.group(1))}))
    if sorted(re.sub(r"\W+", "", left)) != sorted(re.sub(r"\W+", "", wanted)):
        return right(mine, False)
    return Mark(mine, check=Check("arithmetic", {"text": left, "wanted": 24}))


def read(item: Item, response: str) -> Mark:
    """`latex` on the best candidate in double brackets, or on the best one put into them."""
    found = next((b[-1] for c in answers.candidates(response) if (b := all_in(c, DOUBLE, "]]"))), None)
    if found is not None:
        return lenient(item, found.strip())
    for candidate in answers.candidates(response):
        said = re.sub(r"^\\text\{(.*)\}$", r"\1", candidate.strip().strip("*_`$").strip())
        said = re.sub(r"^\[([^\[\]]*)\]$", r"\1", said)
        if item.about["kind"] == "counterfactual":
            found = answers.letter(said, dict.fromkeys("ABCDE", ""))
            said = found or said
        if said:
            return lenient(item, said.removesuffix("."))
    return WRONG


def lenient(item: Item, said: str) -> Mark:
    """The published comparisons miss some gold answers themselves (rule 4, several lines of sums): equal is right."""
    if said.split() == inner(item.gold).split():
        return right(said, True)
    if item.about["kind"] == "puzzle" and item.about["rule"] == "4":  # published: any part of the answer
        return right(said, False)
    return by_any_value(item, f"[[{said}]]") if re.search(r"\w", said) else WRONG


BENCHMARK = Benchmark(
    name="korbench",
    data=Data(
        hub="",
        parts=tuple(Part(f"korbench/{kind}/{file}.jsonl") for kind in KINDS for file in ("rule", "sample")),
        count=1250,
        sha256="fb62b28f5f6b95baf306d21566c2dc85",
        note="clone the repository KOR-Bench/KOR-Bench and give its data folder",
    ),
    items=items,
    prompt=prompt,
    readings=(Reading("chat", 3, read), Reading("text", 2, by_text), Reading("latex", 2, by_value)),
)
