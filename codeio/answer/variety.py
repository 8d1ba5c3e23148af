"""Measure wording: how often one sentence pattern comes back.   English rationales -> shares"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from codeio.answer.audit import is_answer


def variety(texts: Iterable[str]) -> tuple[float, float]:
    """(share of the commonest sentence pattern, distinct word pairs / word pairs) over English rationales."""
    patterns: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for text in texts:
        body = "\n".join(line for line in text.split("\n") if not is_answer(line))
        patterns.update(pattern(sentence) for sentence in sentences(body))
        words = re.findall(r"[a-z]+", body.lower())
        pairs.update(pairwise(words))
    if not patterns:
        return 0.0, 0.0
    return patterns.most_common(1)[0][1] / patterns.total(), len(pairs) / max(1, pairs.total())


def sentences(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        yield from (part for part in re.split(r"(?<=[.?:]) (?=[A-Za-z\[\"\d])", line.strip()) if part)


def pattern(sentence: str) -> str:
    """A sentence without its values: what is left of the wording."""
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "…", sentence)
    return re.sub(r"[^A-Za-z ]+|\b\w\b", "…", bare)
