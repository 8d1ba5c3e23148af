r"""Compare mathematics: as text, then by value with math-verify.   two expressions -> same or not

math-verify parses with its own grammar (antlr 4.9.3, Hydra's pin) and never runs text. What it cannot read is
compared as text only.
"""

import functools
import logging
import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from codeio.evaluate import answers
from codeio.evaluate.estimate import differ
from codeio.evaluate.extra import require

LONGEST = 400  # characters of an expression that are parsed; longer ones are compared as text
PLAIN = re.compile(r"-?\d+(?:\.\d+)?")
PROSE = re.compile(r"(?<![\\{a-zA-Z])[a-zA-Z]{4,}|^[\W_]*$")  # words, or nothing to read: no expression
SECONDS = 5.0  # of CPU for parsing and comparing two expressions; what takes longer is not equal
HUGE = re.compile(
    r"\^\s*\{?\s*-?\d{4,}|\d{3,}\s*!|\^\s*\{?\s*(?:\d{2,}|[4-9])\s*\^|(?:\^\s*\{?\s*\d+\s*){3}"
)  # powers that no one should work out
DROP = re.compile(
    r"\\left|\\right|\\!|\\,|\\;|\\:|\\ |\\quad|\\displaystyle|"
    r"\^\{?\\circ\}?|°|\\degree|\\%|%|\s|\\\$|\$|\\\(|\\\)|\\\[|\\\]"
)
TEXT = re.compile(r"\\(?:text|textbf|mbox|mathrm|mathbf)\s*\{([^{}]*)\}")
UNIT = re.compile(
    r"(?<=[\d}\)])\s*(?:\\?\s*(?:text|mbox|mathrm)\s*\{\s*[^{}]*\}|[a-zA-Z]{2,}(?:\s+[a-zA-Z]{2,})*)"
    r"(?:\^\{?[23]\}?)?\s*\.?$"
)


def readings(candidate: str) -> Iterator[str]:
    """A candidate and what may stand in it: a box, a formula between dollars, the right side of an equation."""
    text = candidate.strip()
    formulas = re.findall(r"\$\$?(.+?)\$\$?|\\\((.+?)\\\)|\\\[(.+?)\\\]", text, re.S)
    if formulas and len(formulas) <= 2:
        yield next(f for f in formulas[-1] if f).strip()
    inner = answers.bare(text)
    yield inner
    if inner.count("=") == 1:
        yield inner.split("=")[1].strip()


def readable(candidate: str) -> bool:
    """Whether this is an expression at all, so that no further candidate is looked at."""
    return bool(re.search(r"[0-9a-zA-Z\\]", candidate)) and len(candidate) < LONGEST


def normal(text: str) -> str:
    """An expression as comparable text: no spaces, units, words of formatting or thousands separators."""
    text = text.strip().rstrip(".")
    text = UNIT.sub("", text) if UNIT.search(text) and not TEXT.fullmatch(text) else text
    text = TEXT.sub(r"\1", text)
    text = DROP.sub("", text.replace("dfrac", "frac").replace("tfrac", "frac").replace("{,}", ","))
    text = re.sub(r"\\frac(\d)(\d)", r"\\frac{\1}{\2}", text)
    text = re.sub(r"\\frac\{([^{}]+)\}(\w)$", r"\\frac{\1}{\2}", text)
    text = re.sub(r"\\sqrt(\w)", r"\\sqrt{\1}", text)
    text = re.sub(r"^(-?)(\d+)/(\d+)$", r"\1\\frac{\2}{\3}", text)
    text = re.sub(r"(?<![\d.])\.(\d)", r"0.\1", text)
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    return text


def same(mine: str, gold: str) -> bool:
    """Whether two expressions are equal, as text or in value."""
    one, two = normal(mine), normal(gold)
    if one == two:
        return bool(one)
    if not one or len(one) > LONGEST or len(two) > LONGEST:
        return False
    if PLAIN.fullmatch(one) and PLAIN.fullmatch(two):  # most wrong answers: no need to ask a grammar
        return answers.equal_numbers(one, two)
    return not differ(mine, gold) and equal_in_value(mine, gold)


@functools.lru_cache(maxsize=20_000)
def equal_in_value(mine: str, gold: str) -> bool:
    require("math_verify")
    from math_verify import verify

    if PROSE.search(mine) or any(HUGE.search(text) for text in (mine, gold)):
        return False
    try:
        with within(SECONDS):
            parsed, reference = parse(mine), parse(gold)
            return bool(parsed and reference and verify(reference, parsed, timeout_seconds=None))
    except TooSlow:
        return False


class TooSlow(Exception):
    """An expression took more CPU than it is worth."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise TooSlow after so much CPU time, whatever else runs. Only in the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: object) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@functools.lru_cache(maxsize=20_000)
def parse(text: str) -> list[object]:
    """math-verify's readings of an expression; none where it has none."""
    from math_verify import ExprExtractionConfig, LatexExtractionConfig
    from math_verify import parse as read

    logging.getLogger("math_verify").setLevel(logging.CRITICAL)
    logging.getLogger("latex2sympy2_extended").setLevel(logging.CRITICAL)
    configs = [LatexExtractionConfig(), ExprExtractionConfig()]
    return read(f"${text.strip().strip('$')}$", configs, parsing_timeout=None)
