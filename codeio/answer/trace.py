"""Teach by trace: the right answer, told from the real run.   Problem ... -> gold response or why not"""

from collections.abc import Sequence

from codeio import values
from codeio.answer.frames import plain
from codeio.answer.plainest import plainest
from codeio.answer.telling import Probe, Refused, Telling, style_of, tell
from codeio.calls import Calls, Wanted, run, wanted
from codeio.records import Json, Problem
from codeio.sandbox import Call, Sandbox
from codeio.sandbox.cache import Cache
from codeio.settings import Answer

OFTEN = 8  # runs of a line that are told of a long run
PROBES = 2  # guesses at most that are told before the right one


def golds(
    problems: Sequence[Problem], box: Sandbox, p: Answer, cache: Cache | None = None
) -> list[str | Refused]:
    """The right response to each problem, or why it cannot be told."""
    noted = [one for one in problems if not in_english(one, p)]
    plainer = plainest(noted, box, p.max_trace_lines, cache)
    asked = [right_call(one, plainer.get(one.id, one.wanted)) for one in problems]
    calls = traced(box, list(zip(problems, asked, strict=True)), p)
    known = outputs_of(problems)
    return [gold(one, x, calls, known[one.function], p) for one, x in zip(problems, asked, strict=True)]


def traced(box: Sandbox, several: Sequence[tuple[Problem, Wanted]], p: Answer) -> Calls:
    """The calls with their events: all of a short run; of a longer one that is told in English, a sample."""
    calls = run(box, (asked for _, asked in several), p.max_trace_lines, trace=True)
    long = [asked for problem, asked in several if calls[asked.key].truncated and in_english(problem, p)]
    return calls | run(box, long, p.max_lines, trace=True, often=OFTEN)


def in_english(problem: Problem, p: Answer) -> bool:
    return style_of(problem.kind, p.style) == "english"


def right_call(problem: Problem, answer: dict[str, Json]) -> Wanted:
    """The call that the question is about; `answer`: the input where one is asked for."""
    given = problem.given if problem.predict == "output" else answer
    return wanted(problem, plain(problem.code), given)


def outputs_of(problems: Sequence[Problem]) -> dict[str, list[Probe]]:
    """Function -> the certified (input, output) of its pairs among these problems."""
    known: dict[str, dict[str, Probe]] = {}
    for one in problems:
        pair = (one.given, one.wanted) if one.predict == "output" else (one.wanted, one.given)
        known.setdefault(one.function, {})[one.pair] = pair
    return {function: list(pairs.values()) for function, pairs in known.items()}


def gold(problem: Problem, asked: Wanted, calls: Calls, known: list[Probe], p: Answer) -> str | Refused:
    call = calls.get(asked.key)
    if call is not None and call.truncated:
        return Refused("trace too long")
    if call is None or call.status != "ok":
        return Refused("call could not be traced", call.status if call else "")
    output = problem.wanted if problem.predict == "output" else problem.given
    if not values.same(call.output, output):
        return Refused("traced call gave another output")
    return tell(telling(problem, asked.code, call, problem.id, known, p))


def telling(
    problem: Problem, code: str, call: Call, seed: str, known: list[Probe], p: Answer, target: Json = None
) -> Telling:
    """What is told of `call` as the answer to `problem`; `target`: the given side when it is misread."""
    wish = target if target is not None else problem.given
    return Telling(
        predict=problem.predict,
        code=code,
        entry=problem.entry,
        call=call,
        target=wish,
        probes=probes(problem, call, wish, known) if problem.predict == "input" else (),
        seed=seed,
        style=style_of(problem.kind, p.style),
        max_chars=p.max_chars,
    )


def probes(problem: Problem, call: Call, target: Json, known: list[Probe]) -> tuple[Probe, ...]:
    """Other inputs with other results, the likeliest guesses first: close to the one that will be told."""
    others = [x for x in known if not values.same(x[1], target) and x[0] != call.input]
    others.sort(key=lambda x: (-shared(x[0], call.input), values.unit(problem.id, x[0])))
    count = int(values.unit(problem.id, "probes") * (PROBES + 1))
    return tuple(others[:count][::-1])


def shared(one: dict[str, Json], other: dict[str, Json]) -> int:
    return sum(one[name] == other.get(name) for name in one)
