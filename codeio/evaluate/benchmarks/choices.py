"""Ask: questions with lettered options, shared by several benchmarks.   question, options -> prompt, reading"""

from collections.abc import Sequence

from codeio.evaluate import answers
from codeio.evaluate.benchmark import Item, Mark, right

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def lettered(options: Sequence[str]) -> dict[str, str]:
    """A: first option, B: second ..."""
    return dict(zip(LETTERS, options, strict=False))


def prompt(item: Item) -> str:
    """The question, its options and what the last line has to be."""
    options: dict[str, str] = item.about["options"]
    lines = [f"{key}. {text}" for key, text in options.items()]
    return "\n".join([item.question, "", *lines, "", ENDING.format(last=list(options)[-1])])


ENDING = 'Think step by step, then end with one line "Answer: X" where X is a letter from A to {last}.'


def read(item: Item, response: str) -> Mark:
    """The chosen letter against the gold one."""
    found = answers.letter(response, item.about["options"])
    return right(found, found == item.gold)
