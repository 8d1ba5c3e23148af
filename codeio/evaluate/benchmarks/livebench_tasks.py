"""Score LiveBench: one scorer per task, in the order of its categories.   (question, truth, answer) -> 0 to 1

The rules are those of the benchmark's authors, as facts; the published scores of a model come out (oracles.py).
"""

import difflib
import itertools
import json
import re
from collections.abc import Callable, Sequence

import msgspec

from codeio import values
from codeio.evaluate import answers, latex
from codeio.evaluate.benchmarks.cruxeval import literal

SOLUTION = re.compile(r"</?solution>(.*?)</solution>", re.S)
BOLD = re.compile(r"\*\*([^*]+)\*\*")
EMBOLDENED = re.compile(r"\*\*(.*?)\*\*")
TRIPLE = re.compile(r"\*\*\*(\w+)\*\*\*")
NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
DIGITS = {word: str(n) for n, word in enumerate(NUMBERS.split(" "))}
SAID = ("yes", "no", "unknown")
BODIES = ("tetrahedra", "tetrahedron", "triangle", "square")  # that may come with a word before them
NEW = "2024-11-25"  # from this release on zebra puzzles ask several things, and groups come in solution tags


class Asked(msgspec.Struct, frozen=True):
    """What a scorer may know of a question."""

    question: str
    truth: str
    subtask: str = ""
    release: str = ""


# --- reasoning


def web_of_lies(asked: Asked, answer: str) -> float:
    """Three words: in a solution tag, the last three in bold, in a box, else the last three in a row."""
    truth = asked.truth.strip().lower()
    boxed = in_a_box(answer)
    said = SOLUTION.findall(answer)[-1:] or emboldened(answer) or ([boxed] if boxed else [])
    if not said:
        rows = [", ".join(row) for row in itertools.product(SAID, repeat=3)]
        found = max((answer.lower().find(row), row) for row in rows)
        said = [found[1]] if found[0] >= 0 else []
    words = said[0] if said else ""
    return float(words == truth or (sum(words.count(one) for one in SAID) == 3 and truth in words))


def emboldened(answer: str) -> list[str]:
    """The last three answers among all words in bold."""
    words = [re.sub("[,.]", "", word.lower()) for text in EMBOLDENED.findall(answer) for word in text.split()]
    said = [word for word in words if word in SAID][-3:]
    return [", ".join(said)] if said else []


def in_a_box(answer: str) -> str:
    """What the last box holds, without commands of type."""
    return re.sub(r"\\text(?:bf)?\{|[}\\]", "", answers.boxed(answer.replace("\\textbf{", "\\boxed{")) or "")


def zebra(asked: Asked, answer: str) -> float:
    return zebra_parts(asked, answer) if asked.release >= NEW else zebra_word(asked, answer)


def zebra_word(asked: Asked, answer: str) -> float:
    """One word: the last between triple stars, else the last word of the answer."""
    words = TRIPLE.findall(answer) or re.findall(r"\b\w+\b", answer)
    last, truth = (words[-1].lower() if words else ""), asked.truth.lower()
    return float(bool(last) and truth in (last, NAMES.get(last), f"{last} movies"))


NAMES = {digit: word for word, digit in DIGITS.items()}


def zebra_parts(asked: Asked, answer: str) -> float:
    """Several answers: half for all right, half for the share of right ones.

    In the last solution tags (of several the last parts of all), else in a box, else the last line with as many parts.
    """
    truth = [part.strip().lower().replace("-", " ") for part in asked.truth.split(",")]
    last = answer.strip().split("\n")[-1]
    said = SOLUTION.findall(answer) or [text for text in (in_a_box(answer),) if text]
    said = said or [text for text in (last,) if text.count(",") == len(truth) - 1]
    parts = [part for text in said for part in text.split(",")]
    mine = [part.strip().lower().replace("-", " ").replace("position", "") for part in parts]
    mine = mine[-len(truth) :] if len(said) > 1 else mine
    right = sum(a in b for a, b in zip(truth, mine, strict=False))
    return (float(right == len(truth)) + right / len(truth)) / 2


def spatial(asked: Asked, answer: str) -> float:
    """A number or the name of a body, among the last three bold texts."""
    truth = asked.truth.strip().lower()
    for text in [text.strip().lower() for text in BOLD.findall(answer)][-3:]:
        if truth in (text, DIGITS.get(text)):
            return 1.0
        if truth in BODIES and truth in text and len(text) < 2 * len(truth) + 5:
            return 1.0
    return 0.0


# --- mathematics


def amps(asked: Asked, answer: str) -> float:
    """The last box, else the last formula, as an expression equal in value; without either the end of the answer."""
    answer = re.sub(r"\+ ?[Cc](?![a-z])", "", answer)
    said = answers.boxed(answer) or (re.findall(r"\$([^$]+?)\$", answer) or [""])[-1]
    if not said:
        return float(answer.strip().removesuffix(".").endswith(asked.truth))
    return float(latex.same(said.split("=")[-1], asked.truth))


def math_comp(asked: Asked, answer: str) -> float:
    """A letter five times over, in a box, or the text of its option at the end (AMC, SMC); three digits (AIME)."""
    truth = asked.truth.strip()
    if asked.subtask.startswith("aime") or not truth.isalpha():
        return float(truth in answer[-50:])
    tagged = SOLUTION.findall(answer)
    if tagged and set(tagged[-1].strip().lower()) == {truth.lower()}:
        return 1.0
    text = option(asked)
    at_the_end = bool(text) and text in answer[-20 - len(text) :]
    return float(truth * 4 in answer or in_a_box(answer).lower().strip(" ().") == truth.lower() or at_the_end)


def option(asked: Asked) -> str:
    """The text of the right option in the question."""
    found = dict(re.findall(r"\\textbf\{\(([A-E])\)\s?\}(.*?)(?:\\qquad|\$)", asked.question))
    return found.get(asked.truth.strip(), "").strip().strip("$").strip("~")


def olympiad(asked: Asked, answer: str) -> float:
    """Numbers in an order: one minus the edit distance over the longer length."""
    truth: list[int | None] = [int(n) for n in asked.truth.split(",")]
    mine = ordered(answer)
    return max(0.0, 1 - distance(truth, mine) / max(len(truth), len(mine)))


def ordered(answer: str) -> list[int | None]:
    """The numbers after the last "answer:" (on its line or the next), else in a box, else on the last line.

    What is no number keeps its place.
    """
    lines = answer.lower().strip().split("\n")
    marked = [n for n, line in enumerate(lines) if "answer:" in line]
    if marked:
        at = marked[-1]
        said = re.sub(r"\*\*|\.", "", lines[at].split("answer:")[1]).strip()
        if not said and at + 1 < len(lines):
            said = re.sub(r"\*\*|\.", "", lines[at + 1]).strip()
        lasts = [(part.strip().split(" ") or [""])[-1] for part in said.split(",")]
        found = [whole(re.sub(r"boxed|[${}\\<>]", "", last)) for last in lasts]
        if any(n is not None for n in found):
            return found
    found = [whole(part) for part in in_a_box(answer).split(",")]
    if any(n is not None for n in found):
        return found
    digits = (re.search(r"\d+", part) for part in lines[-1].split(","))
    return [int(number.group()) for number in digits if number]


def whole(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\s*[+-]?\d+\s*", text) else None


def distance(one: Sequence[object], two: Sequence[object]) -> int:
    """Levenshtein's."""
    row = list(range(len(two) + 1))
    for n, a in enumerate(one, 1):
        before, row[0] = row[0], n
        for m, b in enumerate(two, 1):
            before, row[m] = row[m], min(row[m] + 1, row[m - 1] + 1, before + (a != b))
    return row[-1]


# --- data analysis


def column_type(asked: Asked, answer: str) -> float:
    """The class's name at the end of the answer, letters and digits only."""
    said = in_a_box(answer) if "\\boxed{" in answer else answer
    plain, truth = (re.sub(r"\W", "", text.lower()) for text in (said, asked.truth))
    return float(bool(truth) and plain.endswith(truth))


def table_join(asked: Asked, answer: str) -> float:
    """A mapping of columns: F1 of its pairs, two decimals."""
    truth, mine = json.loads(asked.truth), mapping(answer)
    if not mine:
        return 0.0
    right = sum(key in truth and truth[key] == value for key, value in mine.items())
    missed = len(truth) - right
    wrong = len(mine) - right
    return round(2 * right / (2 * right + wrong + missed), 2) if right else 0.0


def mapping(answer: str) -> dict[str, object]:
    found = values.last_object(answer)
    if found is None:
        matches = re.findall(r"\{[^{}]*\}", answer)
        _, value = literal(matches[-1]) if matches else (False, None)
        found = value if isinstance(value, dict) else None
    return found or {}


def table_reformat(asked: Asked, answer: str) -> float:
    """A table in another format, the same cells."""
    from codeio.evaluate.benchmarks import livebench_tables  # here: pandas costs half a second

    return livebench_tables.reformatted(asked.question, asked.truth, answer)


# --- language


def typos(asked: Asked, answer: str) -> float:
    """The corrected text, word for word, anywhere in the answer."""
    return float(" ".join(asked.truth.split()) in " ".join(answer.split()))


def connections(asked: Asked, answer: str) -> float:
    """Groups of four words: the share of right groups, in the best bold list, or (later releases) in solution tags."""
    truth, flat = fours(asked.truth.split(",")), answer.replace("\n", "")
    if asked.release < NEW:
        lists = [text.split(",") for text in EMBOLDENED.findall(flat)]
        return max((len(truth & fours(words)) / len(truth) for words in lists), default=0.0)
    said = SOLUTION.findall(flat) or [text for text in (in_a_box(answer),) if text]
    words = [word for text in said for word in text.split(",")]
    words = words[-4 * len(truth) :] if len(said) > 1 else words
    return len(truth & fours(words)) / len(truth)


def fours(words: Sequence[str]) -> set[frozenset[str]]:
    """Words in groups of four different ones."""
    groups: list[set[str]] = [set()]
    for word in words:
        if len(groups[-1]) == 4:
            groups.append(set())
        groups[-1].add(word.strip().lower())
    return {frozenset(group) for group in groups}


def plot(asked: Asked, answer: str) -> float:
    """Sentences in an order: one minus the edit distance over their number."""
    tagged = re.findall(r"<PLOT_SUMMARY>(.*?)(?:</PLOT_SUMMARY>|$)", answer, re.S)
    truth, mine = (
        [part.strip() for part in text.split(".") if part.strip()]
        for text in (asked.truth, tagged[-1] if tagged else answer)
    )
    if not mine:
        return 0.0
    near = (difflib.get_close_matches(one, mine, n=1, cutoff=0.0) for one in truth)
    order = [mine.index(match[0]) for match in near if match]
    return max(0.0, 1 - distance(range(len(truth)), order) / len(truth))


TABLES = ("tablejoin", "tablereformat")
TASKS: dict[str, Callable[[Asked, str], float]] = {
    "web_of_lies_v2": web_of_lies,
    "zebra_puzzle": zebra,
    "spatial": spatial,
    "AMPS_Hard": amps,
    "math_comp": math_comp,
    "olympiad": olympiad,
    "cta": column_type,
    "tablejoin": table_join,
    "tablereformat": table_reformat,
    "typos": typos,
    "connections": connections,
    "plot_unscrambling": plot,
}
