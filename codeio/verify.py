"""Verify: an answer is compared, a predicted input is executed.   (Problem, response) ... -> Verdict ...

An output is compared here with the certified one; a predicted input is run in the sandbox, and any input
that leads to the asked output is right (paper, section 2.2). A malformed answer is wrong. The feedback says
what happened.
"""

import os
import re
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from msgspec.structs import replace

from codeio import prompting, values
from codeio.calls import Calls, Wanted, run, wanted, written
from codeio.errors import EngineError
from codeio.params import ROOT
from codeio.records import Json, Predict, Problem, Turn, Verdict
from codeio.sandbox import Call, Sandbox
from codeio.sandbox.cache import Cache

CACHE = ROOT / ".work" / "calls.sqlite"
CACHE_BYTES = 256 << 20
SHOWN = 300  # characters of a value that a feedback shows
ADDRESS = re.compile(r"(?<= at )0x[0-9a-fA-F]{6,}")  # in the text of an object that has none of its own
RAISED = ("exception", "missing_module", "load_error")
LIMITS = ("timeout_cpu", "timeout_wall", "oom", "died")  # the code never got to a result


def cached(box: Sandbox) -> AbstractContextManager[Cache | None]:
    """Calls of earlier runs of this checkout, or of this node (CODEIO_CALLS, which a cluster's workers set).

    None under CODEIO_NO_CACHE, which a rebuild sets.
    """
    if os.environ.get("CODEIO_NO_CACHE"):
        return nullcontext()
    return Cache(Path(os.environ.get("CODEIO_CALLS") or CACHE), box, CACHE_BYTES)


def verdicts(
    answers: Sequence[tuple[Problem, str]], box: Sandbox, max_lines: int, cache: Cache | None = None
) -> list[Verdict]:
    """One verdict per (problem, response), in their order; predicted inputs run up to `max_lines` lines."""
    predictions = [prediction(response, problem.predict) for problem, response in answers]
    tried = [
        wanted(problem, problem.code, found)
        for (problem, _), found in zip(answers, predictions, strict=True)
        if problem.predict == "input" and not isinstance(found, Verdict)
    ]
    calls = recalled(box, tried, max_lines, cache)
    return [
        found if isinstance(found, Verdict) else judge(problem, found, calls)
        for (problem, _), found in zip(answers, predictions, strict=True)
    ]


def recalled(box: Sandbox, tried: Sequence[Wanted], max_lines: int, cache: Cache | None) -> Calls:
    """The calls, those that the cache does not know made now."""
    if cache is None:
        return run(box, tried, max_lines)
    known = cache.get([one.key for one in tried], max_lines)
    fresh = run(box, [one for one in tried if one.key not in known], max_lines)
    cache.put(fresh, max_lines)
    return known | fresh


def judged(
    problems: Sequence[Problem], box: Sandbox, max_lines: int, cache: Cache | None = None
) -> list[Problem]:
    """The problems with verdicts on all samples of their latest turn."""
    answers = [(one, sample.response) for one in problems for sample in one.turns[-1].samples]
    found = iter(verdicts(answers, box, max_lines, cache))
    return [with_verdicts(one, found) for one in problems]


def with_verdicts(problem: Problem, found: Iterable[Verdict]) -> Problem:
    *before, last = problem.turns
    samples = tuple(replace(sample, verdict=verdict) for sample, verdict in zip(last.samples, found))  # noqa: B905
    return replace(problem, turns=(*before, Turn(samples=samples)))


def prediction(response: str, predict: Predict) -> Json | Verdict:
    """The predicted value in a response, or the verdict that there is none."""
    found = values.last_object(response)
    if found is None:
        return Verdict(status="no_answer", correct=False, feedback=feedback("no_answer", predict=predict))
    if predict not in found:
        return Verdict(status="no_answer", correct=False, feedback=feedback("no_field", predict=predict))
    answer = found[predict]
    if predict == "input" and not isinstance(answer, dict):
        said = feedback("not_an_input", answer=shown(answer))
        return Verdict(status="no_answer", correct=False, feedback=said)
    return answer


def judge(problem: Problem, answer: Json, calls: Calls) -> Verdict:
    """The verdict on a prediction that is there."""
    parts = {"answer": shown(answer), "given": shown(problem.given)}
    if problem.predict == "output":
        right = values.same(answer, problem.wanted)
        said = feedback("ok") if right else feedback("wrong_output", **parts)
        return Verdict(status="ok" if right else "mismatch", correct=right, feedback=said)
    call = calls[problem.code, problem.entry, written(answer)]
    if call.status != "ok":
        return Verdict(status=call.status, correct=False, feedback=failed(call, parts))
    if values.same(call.output, problem.given):
        return Verdict(status="ok", correct=True, feedback=feedback("ok"))
    real = ADDRESS.sub("0x", shown(call.output))
    said = feedback("wrong_input", real=real, **parts)
    return Verdict(status="mismatch", correct=False, feedback=said)


def failed(call: Call, parts: dict[str, str]) -> str:
    """What to say of an input that gave no result. Raises EngineError where that is our own failure."""
    if call.status == "engine_error":
        raise EngineError(f"an answer cannot be judged: {call.error}")
    name = "exception" if call.status in RAISED else "limit" if call.status in LIMITS else "no_json"
    return feedback(name, error=call.error, **parts)


def feedback(name: str, **parts: str) -> str:
    """The feedback of that name, with its values filled in."""
    return prompting.filled(f"feedback_{name}", **parts)


def shown(value: Json) -> str:
    """A value as JSON, cut where it is long."""
    text = prompting.compact(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
