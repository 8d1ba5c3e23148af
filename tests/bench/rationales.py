"""Bench: how many pairs can be told, and what the auditor says of it.   functions -> shares, reasons"""

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from codeio import values
from codeio.answer.audit import audit
from codeio.answer.telling import Refused
from codeio.answer.trace import golds
from codeio.answer.variety import variety
from codeio.params import Params
from codeio.pose import problem
from codeio.records import Function, Pair, Predict, Problem
from codeio.sandbox import Limits, Sandbox

WRONG = ("traced call gave another output", "call could not be traced")  # no fault of a narrator


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Rationales of one direction, as the narrator wrote them, before the gate of the answer stage."""

    asked: int
    told: int
    false: tuple[tuple[str, str], ...]  # problem id and the claim that the auditor finds false
    claims: int
    grounded: float  # share of lines with a claim that was found true
    commonest: float  # share of sentences of the commonest pattern
    distinct2: float
    refused: dict[str, int]

    @property
    def fit(self) -> float:
        return round(self.told / max(1, self.asked), 4)

    @property
    def fit_again(self) -> float:
        """Of the pairs that come out again when they are traced."""
        lost = sum(self.refused.get(reason, 0) for reason in WRONG)
        return round(self.told / max(1, self.asked - lost), 4)


def told(functions: Sequence[Function], params: Params, predict: Predict) -> tuple[Told, dict[str, str]]:
    """The figures, and the rationales by the id of their problem."""
    problems = list(problems_of(functions, predict))
    limits = Limits(cpu_s=params.execute.cpu_s, memory_mb=params.execute.memory_mb)
    with Sandbox(limits, workers=params.workers, isolation=params.isolation) as box:
        found = dict(zip((one.id for one in problems), golds(problems, box, params.answer), strict=True))
    texts = {key: text for key, text in found.items() if not isinstance(text, Refused)}
    audits = {key: audit(text) for key, text in texts.items()}
    commonest, distinct2 = variety(texts.values())
    figures = Told(
        asked=len(problems),
        told=len(texts),
        false=tuple((key, claim) for key, one in audits.items() for claim in one.false),
        claims=sum(one.claims for one in audits.values()),
        grounded=round(sum(one.grounded for one in audits.values()) / max(1, len(audits)), 4),
        commonest=round(commonest, 4),
        distinct2=round(distinct2, 4),
        refused=dict(Counter(one.reason for one in found.values() if isinstance(one, Refused)).most_common()),
    )
    return figures, texts


def problems_of(functions: Iterable[Function], predict: Predict) -> Iterator[Problem]:
    for function in functions:
        for rank, pair in enumerate(function.pairs):
            sides = (pair.input, pair.output) if predict == "output" else (pair.output, pair.input)
            yield problem(function, pair, rank, predict, *sides)


def reference(path: Path) -> Iterator[Function]:
    """Functions of a file in the layout of the paper's own release: refcode, funcname, ios."""
    with gzip.open(path, "rt") as file:
        for number, line in enumerate(file):
            row = json.loads(line)
            key = values.digest(row["refcode"], row["funcname"], number)
            pairs = (
                Pair(id=values.digest(key, n), input=io["input"], output=io["output"])
                for n, io in enumerate(row["ios"])
            )
            yield Function(
                id=key,
                source=key,
                kind="natural",
                corpus="reference",
                version="1",
                path=f"row {number}",
                lines=(1, 1),
                sha256="",
                licence="unknown",
                backend="model",
                code=row["refcode"],
                entry=row["funcname"],
                generator="",
                statement=row["problem_description"],
                io_description=row["io_requirements"],
                tier="docstring",
                structure="",
                split="train",
                pairs=tuple(pairs),
            )
