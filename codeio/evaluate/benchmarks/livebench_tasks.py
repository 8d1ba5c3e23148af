"""Score LiveBench: one scorer per task, in the order of its categories.   (question, truth, answer) -> 0 to 1

The rules are those of the benchmark's authors, as facts; the published scores of a model come out (oracles.py).
"""

import difflib
import itertools
import json
import re
from collections.abc import Callable, Sequence

from codeio.evaluate import answers, latex
from codeio.evaluate.benchmarks.livebench_tables import Asked, mapping, table_reformat

SOLUTION = re.compile(r"<solution>(.*?)</solution>", re.S)
BOLD = re.compile(r"\*\*([^*]+)\*\*")
TRIPLE = re.compile(r"\*\*\*(\w+)\*\*\*")
NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve"
DIGITS = {word: str(n) for n, word in enumerate(NUMBERS.split(" "))}
NEW_ZEBRA = "2024-11-25"  # from this release on several answers a question, with half of the score for parts


# --- reasoning


def web_of_lies(asked: Asked, answer: str) -> float:
    """Three words yes or no: in a solution tag, in bold, in a box, else the last three in a row."""
    truth = asked.truth.strip().lower()
    marked = SOLUTION.findall(answer) or BOLD.findall(answer)
    boxed = answers.boxed(answer)
    said = marked[-1] if marked else re.sub(r"\\text(?:bf)?\{([^}]*)\}", r"\1", boxed) if boxed else None
    if said is not None and three(said) == three(truth):
        return 1.0
    if said is not None and three(said):
        return 0.0
    runs = [", ".join(words) for words in itertools.product(("yes", "no"), repeat=3)]
    found = [(answer.lower().rfind(run), run) for run in runs if run in answer.lower()]
    return float(bool(found) and max(found)[1] == truth)


def three(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\b(?:yes|no)\b", text.lower()))


def zebra(asked: Asked, answer: str) -> float:
    return zebra_parts(asked, answer) if asked.release >= NEW_ZEBRA else zebra_word(asked, answer)


def zebra_word(asked: Asked, answer: str) -> float:
    """One word: the last between triple stars, else the last word of the answer."""
    words = TRIPLE.findall(answer) or re.findall(r"\b\w+\b", answer)
    last, truth = (words[-1].lower() if words else ""), asked.truth.lower()
    return float(truth in (last, DIGITS.get(last), f"{last} movies"))


def zebra_parts(asked: Asked, answer: str) -> float:
    """Answers between solution tags: half for all right, half for the share of right ones."""
    found = SOLUTION.findall(answer)
    said = found[-1] if found else answers.boxed(answer) or (BOLD.findall(answer) or [""])[-1]
    mine = [part.strip().lower().replace("-", " ") for part in said.split(",")]
    truth = [part.strip().lower().replace("-", " ") for part in asked.truth.split(",")]
    right = sum(a == b or a in b.split() for a, b in zip(mine, truth, strict=False) if a)
    return (float(right == len(truth)) + right / len(truth)) / 2


def spatial(asked: Asked, answer: str) -> float:
    """A number or the name of a body, among the last three bold texts, else in a box."""
    truth = asked.truth.strip().lower()
    if answer.strip().lower() == truth:
        return 1.0
    bold = [text.strip().lower().rstrip(".") for text in BOLD.findall(answer)][-3:]
    inside = answers.boxed(answer)
    said = bold or ([re.sub(r"\\text(?:bf)?\{([^}]*)\}", r"\1", inside).strip().lower()] if inside else [])
    for text in said:
        if text == truth or DIGITS.get(text) == truth:
            return 1.0
        if not truth.isdigit() and truth in text and len(text) < 2 * len(truth) + 5:
            return 1.0
    return 0.0


# --- mathematics


def amps(asked: Asked, answer: str) -> float:
    """The last box, as an expression equal in value."""
    said = (
        answers.boxed(answer)
        or (re.findall(r"\$(.+?)\$", answer) or [""])[-1]
        or answer.strip().split("\n")[-1]
    )
    return float(latex.same(said, asked.truth)) if said.strip() else 0.0


def math_comp(asked: Asked, answer: str) -> float:
    """A letter five times over (AMC, SMC), or three digits at the end (AIME)."""
    truth = asked.truth.strip()
    if asked.subtask.startswith("aime") or not truth.isalpha():
        return float(truth in answer[-50:])
    if truth * 4 in answer:
        return 1.0
    said = answers.boxed(answer)
    if said is not None:
        said = re.sub(r"\\text(?:bf)?\{([^}]*)\}", r"\1", said).strip(" ()*.")
        return float(said == truth or (bool(said) and said == option(asked)))
    if (match := re.search(r"\(([A-E])\)\s*\.?\**$|\b([A-E])\.?\**$", answer.strip())) is not None:
        return float((match.group(1) or match.group(2)) == truth)
    return float(bool(option(asked)) and option(asked) in answer.strip().split("\n")[-1].split())


def option(asked: Asked) -> str:
    """The text of the right option in the question."""
    found = re.search(
        rf"\\(?:text|mathrm|textbf)\s*\{{\s*\(?{asked.truth}\)?\s*\}}\s*~?(.+?)(?=\\qquad|\$|\\quad|\n)",
        asked.question,
    )
    return found.group(1).strip(" $~\\") if found else ""


def olympiad(asked: Asked, answer: str) -> float:
    """Numbers in an order: one minus the edit distance over the length of the truth."""
    truth = [int(n) for n in asked.truth.split(",")]
    marked = re.split(r"answer\s*:?\**\s*:?", answer, flags=re.I)
    said = marked[-1] if len(marked) > 1 else answers.boxed(answer) or answer.strip().split("\n")[-1]
    lines = [line for line in said.split("\n") if re.search(r"\d", line)]
    mine = [int(n) for n in re.findall(r"\d{1,4}", lines[0])] if lines else []
    return max(0.0, 1 - distance(truth, mine) / max(len(truth), len(mine))) if mine else 0.0


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
    plain, truth = (
        re.sub(r"[^a-z0-9]", "", text.lower()) for text in (answers.boxed(answer) or answer, asked.truth)
    )
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


# --- language


def typos(asked: Asked, answer: str) -> float:
    """The corrected text, word for word, anywhere in the answer."""
    return float(" ".join(asked.truth.split()) in " ".join(answer.split()))


def connections(asked: Asked, answer: str) -> float:
    """Groups of four words, from the best bold list: the share of right groups."""
    truth = fours(asked.truth)
    lists = [*SOLUTION.findall(answer), *re.findall(r"\*\*(.*?)\*\*", answer.replace("\n", ""))]
    return max((len(truth & fours(text)) / len(truth) for text in lists), default=0.0)


def fours(text: str) -> set[frozenset[str]]:
    words = [word.strip().lower() for word in text.split(",")]
    return {frozenset(words[n : n + 4]) for n in range(0, len(words), 4)}


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
