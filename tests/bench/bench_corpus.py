"""Bench: what raw files give, and in what time.   files=... -> funnel, rationales, one JSON line

python -m tests.bench.bench_corpus                      # the installed packages that params.yaml reads
python -m tests.bench.bench_corpus files=raw.jsonl.gz   # a .jsonl(.gz), a .parquet or a folder
python -m tests.bench.bench_corpus files=embedded       # the permissive packages and modules that are worth their time
    first=N                       only that many files
    piece=N                       that many files at a time, with a line after each
    only=NAME,NAME                of embedded: these packages, any installed ones, or stdlib
    reference=functions.jsonl.gz  also the rationales of functions that a model unified
    keep=FOLDER                   writes functions and rationales there, to be read
    rationales=no                 counts functions only
"""

import ast
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import msgspec

from codeio import execute, values
from codeio.collect import __main__ as collect
from codeio.collect.adapters import items
from codeio.errors import BadParams, CodeioError
from codeio.params import Params, load
from codeio.records import Dropped, Function, Source
from codeio.sandbox import Call, Limits, Program, Run, Sandbox
from codeio.unify import __main__ as unify
from tests.bench.rationales import Told, reference, told

# The packages of the default run, then those of the extra `dev`; MIT, BSD or Apache.
EMBEDDED = (
    "algorithms", "more-itertools", "boltons", "funcy", "toolz",
    "algorithms-lib", "baseconvert", "dsa-toolkit", "eulerlib", "inflection", "labmath", "number-utils",
    "numbertheory", "primefac", "pygorithm", "pysort", "python-datastructures", "string-algorithms",
    "stringology", "stringutils", "strsimpy",
)  # fmt: skip
STDLIB = (
    "bisect", "calendar", "colorsys", "datetime", "difflib", "email._parseaddr",
    "email.quoprimime", "email.utils", "encodings.punycode", "functools", "heapq", "html", "ipaddress", "locale",
    "reprlib", "statistics", "string", "textwrap",
)  # fmt: skip
PAIRS = 10  # per function, as in the paper's own data
BRANCHES = ast.If | ast.IfExp | ast.For | ast.While | ast.comprehension | ast.Match | ast.BoolOp


class Yield(msgspec.Struct, frozen=True, kw_only=True):
    """What came out of a corpus, stage by stage."""

    files: int  # raw files, without empty ones and duplicates
    functions: int  # that a trial accepted
    function_files: int  # files with one of them
    kept: int  # functions with certified pairs
    kept_files: int
    pairs: int
    full: int  # functions with PAIRS pairs
    strict: int  # of these, those with varied outputs and a branch or loop
    strict_files: int
    collect_s: float
    unify_s: float
    execute_s: float
    cpu_s: float  # of all three with their sandboxes: other work on the machine changes it little
    dropped: dict[str, int]  # by reason, over all stages


def settings(files: str = "", only: str = "") -> Params:
    """The defaults but for the source; no input is held back, so that every pair counts."""
    chosen = ["execute.heldout_pairs=0", f"execute.pairs={PAIRS}", "collect.procedural.programs=0"]
    chosen.append("answer.max_lines=1000000")  # no pair of ours runs so long; some that a model unified do
    if files == "embedded":
        names = only.split(",") if only else EMBEDDED
        installed = ",".join(name for name in names if name != "stdlib")
        library = str("stdlib" in names).lower() if only else f"[{','.join(STDLIB)}]"
        chosen += [f"collect.installed=[{installed}]", f"collect.stdlib={library}"]
    elif files:
        where = "directory" if Path(files).is_dir() else "jsonl"
        chosen += ["collect.installed=[]", f"collect.{where}={Path(files).resolve()}"]
    return load(*chosen)


def measured(params: Params, first: int = 0, piece: int = 0) -> tuple[Yield, list[Function]]:
    """Collect, unify and execute, in this process and real sandboxes; `first` takes only that many files.

    With `piece` files at a time each piece says how far it has come, and a run that is cut off has shown something.
    """
    began, used = time.monotonic(), cpu_seconds()
    with collect.opened(params) as shard:
        records = [r for item in items(params.collect, params.seed) for r in shard([item])]
    files = [r for r in records if isinstance(r, Source)]
    files = files[:first] if first else files
    seconds, found = [time.monotonic() - began, 0.0, 0.0], list(records)
    unified: dict[str, Function] = {}
    kept: dict[str, Function] = {}
    for at in range(0, len(files), piece or max(1, len(files))):
        clock = [time.monotonic()]
        with unify.opened(params) as shard:
            made = list(shard(files[at : at + (piece or len(files))]))
        functions = {r.id: r for r in made if isinstance(r, Function) and r.id not in unified}
        clock.append(time.monotonic())
        with execute.opened(params) as shard:
            executed = list(shard(list(functions.values())))
        clock.append(time.monotonic())
        unified |= functions
        kept |= {r.id: r for r in executed if isinstance(r, Function)}
        found += [*made, *executed]
        seconds = [seconds[0], *(s + b - a for s, (a, b) in zip(seconds[1:], pairwise(clock), strict=True))]
        if piece:
            full = sum(len(f.pairs) == PAIRS for f in kept.values())
            done = f"{min(at + piece, len(files)):,} of {len(files):,} files"
            print(f"{done}: {full:,} functions, {cpu_seconds() - used:,.0f} CPU seconds", flush=True)
    rounded = [round(s, 1) for s in (*seconds, cpu_seconds() - used)]
    dropped = Counter(r.reason for r in found if isinstance(r, Dropped))
    counts = counted(len(files), list(unified.values()), list(kept.values()), rounded)
    return msgspec.structs.replace(counts, dropped=dict(dropped.most_common())), list(kept.values())


def cpu_seconds() -> float:
    """Of this process and of all children that have ended."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def counted(
    files: int,
    functions: Sequence[Function],
    kept: Sequence[Function],
    seconds: Sequence[float],
) -> Yield:
    good = [f for f in kept if is_strict(f)]
    return Yield(
        files=files,
        functions=len(functions),
        function_files=origins(functions),
        kept=len(kept),
        kept_files=origins(kept),
        pairs=sum(len(f.pairs) for f in kept),
        full=sum(len(f.pairs) == PAIRS for f in kept),
        strict=len(good),
        strict_files=origins(good),
        collect_s=seconds[0],
        unify_s=seconds[1],
        execute_s=seconds[2],
        cpu_s=seconds[3],
        dropped={},
    )


def origins(functions: Iterable[Function]) -> int:
    return len({f.source for f in functions})


def is_strict(function: Function) -> bool:
    """All pairs, 3 outputs or more, none above 80 %, identity and failed inputs at most half, a branch or loop."""
    outputs = Counter(values.canonical(p.output) for p in function.pairs)
    same = sum(any(p.output == given for given in p.input.values()) for p in function.pairs)
    branches = any(isinstance(node, BRANCHES) for node in ast.walk(ast.parse(function.code)))
    varied = (
        len(outputs) >= 3 and max(outputs.values()) <= 0.8 * len(function.pairs) and function.usable >= 0.5
    )
    return len(function.pairs) == PAIRS and varied and 2 * same <= len(function.pairs) and branches


def again(functions: Sequence[Function]) -> list[Function]:
    """Those whose pairs do not all come out in a fresh process, under another hash seed and clock."""
    with Sandbox(Limits(cpu_s=2.0)) as box:
        jobs = (
            Run(Program(f.code, f.entry), tuple(p.input for p in f.pairs), hash_seed=77, seed=7, shift=1e8)
            for f in functions
        )
        return [f for f, found in zip(functions, box.map(jobs), strict=True) if differs(f, found.calls)]


def differs(function: Function, calls: Sequence[Call]) -> bool:
    return [values.canonical(c.output) for c in calls] != [values.canonical(p.output) for p in function.pairs]


def line(found: Yield, kept: Sequence[Function], output: Told | None) -> dict[str, float]:
    """The figures that are compared, over functions with PAIRS pairs; `output` is of the strict ones, if told."""
    full = [f for f in kept if len(f.pairs) == PAIRS]
    return {
        "files": found.files,
        "files_10": origins(full),
        "functions_10": found.full,
        "strict": found.strict,
        "strict_files": found.strict_files,
        "constant": sum(len({values.canonical(p.output) for p in f.pairs}) == 1 for f in kept),
        "identity": sum(all(p.output in p.input.values() for p in f.pairs) for f in kept),
        "unreproducible": len(again(kept)),
        "arc_cover": round(sum(f.arc_cover for f in full) / max(1, len(full)), 4),
        **({"rationale_fit": output.fit, "false_claims": len(output.false)} if output else {}),
        "seconds": round(found.collect_s + found.unify_s + found.execute_s, 1),
    }


def say(title: str, figures: Told) -> None:
    """What was told, for a reader."""
    print(
        f"{title}: {figures.told:,} of {figures.asked:,} told ({100 * figures.fit:.1f} %; "
        f"{100 * figures.fit_again:.1f} % of the pairs that come out again), {figures.claims:,} claims, "
        f"{len(figures.false)} false; {100 * figures.grounded:.0f} % of lines grounded; commonest sentence "
        f"{100 * figures.commonest:.1f} %, distinct-2 {figures.distinct2:.3f}; refused: {figures.refused}"
    )
    for key, claim in figures.false[:20]:
        print(f"    {key}: {claim}")


def asked_for() -> dict[str, str]:
    given = dict(word.partition("=")[::2] for word in sys.argv[1:])
    if unknown := sorted(set(given) - {"files", "first", "piece", "only", "reference", "keep", "rationales"}):
        raise BadParams(f"unknown {', '.join(unknown)}: see the head of {__file__}")
    return given


def main() -> None:
    given = asked_for()
    params = settings(given.get("files", ""), given.get("only", ""))
    found, kept = measured(params, int(given.get("first", 0)), int(given.get("piece", 0)))
    for reason, rows in found.dropped.items():
        print(f"{rows:6,} dropped: {reason}")
    print(json.dumps(msgspec.to_builtins(found)))
    strict = [f for f in kept if is_strict(f)]
    figures = {}
    every = (
        ("output of strict functions", strict, "output"),
        ("input of strict functions", strict, "input"),
        ("output of all functions", kept, "output"),
    )
    for title, functions, predict in every if given.get("rationales") != "no" else ():
        figures[title], texts = told(functions, params, predict)
        say(title, figures[title])
        if "keep" in given:
            keep(Path(given["keep"]), title, functions, texts)
    if "keep" in given and not figures:
        keep(Path(given["keep"]), "functions of all", kept, {})
    if "reference" in given:
        say(
            "output of reference functions",
            told(list(reference(Path(given["reference"]))), params, "output")[0],
        )
    print(json.dumps(line(found, kept, figures.get("output of strict functions"))))


def keep(folder: Path, title: str, functions: Sequence[Function], texts: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = title.split(" of ")[0] + "_" + title.split(" of ")[1].split(" ")[0]
    rows = {"functions": [msgspec.to_builtins(f) for f in functions], "rationales": texts}
    (folder / f"{name}.json").write_text(json.dumps(rows))


if __name__ == "__main__":
    try:
        main()
    except CodeioError as error:
        raise SystemExit(f"bench_corpus: {error}") from None
