"""Unify: raw code as functions that take and return JSON, with an input generator.   data/collect -> data/unify"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from codeio import shards, stage, values
from codeio.collect import procedural
from codeio.errors import BadParams
from codeio.llm import Ledger, Model, estimate
from codeio.llm import opened as asked
from codeio.params import Params
from codeio.records import Dropped, Function, Source, Split
from codeio.sandbox import Limits, Sandbox
from codeio.settings import Unify
from codeio.unify import ask, static


def shard(
    sources: Sequence[Source], box: Sandbox, p: Unify, model: Model | None = None
) -> Iterator[Function | Dropped]:
    """Functions of the sources: one of each procedural program, any number of a natural file."""
    yield from (grown(source, p) for source in sources if source.kind == "procedural")
    files = [source for source in sources if source.kind == "natural"]
    if model is None:
        yield from static.functions(files, box, p)
    elif p.backend == "llm":
        yield from ask.functions(files, box, model, p)
    else:
        yield from merged(files, box, p, model)


def merged(files: Sequence[Source], box: Sandbox, p: Unify, model: Model) -> Iterator[Function | Dropped]:
    """Functions of the preferred backend, of the other one for files without any; or of both for all files."""
    both = (lambda left: static.functions(left, box, p), lambda left: ask.functions(left, box, model, p))
    first, second = both[::-1] if p.prefer == "llm" else both
    seen: dict[str, str] = {}
    for one in first(files):
        seen |= {one.id: one.source} if isinstance(one, Function) else {}
        yield one
    done = set() if p.prefer == "union" else set(seen.values())
    for one in second([source for source in files if source.id not in done]):
        if isinstance(one, Function) and one.id in seen:
            one = Dropped(id=f"{one.corpus}/{one.path}", reason="same code as another candidate")
        yield one


def grown(source: Source, p: Unify) -> Function:
    """A procedural program as it is: its grammar already says entry, generator and level."""
    program = procedural.parse(source.text)
    first = 1 + source.text[: source.text.index(program.code)].count("\n")
    return Function(
        id=values.digest(program.code, program.entry),
        source=source.id,
        kind="procedural",
        corpus=source.corpus,
        version=source.version,
        path=source.path,
        lines=(first, first + program.code.rstrip().count("\n")),
        sha256=source.sha256,
        licence=source.licence,
        backend="procedural",
        code=program.code,
        entry=program.entry,
        generator=program.generator,
        statement="",
        io_description="",
        tier="code-only",
        structure=program.structure,
        level=program.level,
        split=procedural_split(program, p),
    )


def procedural_split(program: procedural.Program, p: Unify) -> Split:
    """Whole structures first, then single programs of the structures that stay."""
    if values.unit("structure", program.structure) < p.heldout_structure:
        return "structure"
    return "constants" if values.unit("constants", program.code) < p.heldout_constants else "train"


@contextmanager
def opened(params: Params) -> Iterator[Callable[[list[Source]], Iterable[Function | Dropped]]]:
    p = params.unify
    limits = Limits(cpu_s=p.cpu_s, memory_mb=p.memory_mb)
    ledger = Ledger(label="unify")
    with (
        Sandbox(limits, workers=params.workers, isolation=params.isolation) as box,
        asked(params, ledger) if asks(params) else nullcontext() as model,
    ):
        FACTS.update(isolation=box.tier)
        yield lambda sources: shard(sources, box, p, model)
        FACTS.update(ledger.facts() if asks(params) else {})


def asks(params: Params) -> bool:
    return params.unify.backend != "static"


def preview(params: Params) -> None:
    """What the model would be asked about the files, and what that costs; a repair costs about three times its file."""
    if not asks(params):
        raise BadParams("server.dry_run: unify.backend=static asks no model; pass unify.backend=llm")
    files = shards.read_all(stage.folder("collect"), Source)
    wanted = (s for s in files if s.kind == "natural" and len(s.text) <= params.unify.max_file_chars)
    estimate.show((ask.chat(ask.opening(s, params.llm.json_schema), 0) for s in wanted), params)


def measure(functions: Iterator[Function]) -> dict[str, Any]:
    """Functions per kind, split and tier."""
    counts: dict[str, int] = {}
    for f in functions:
        by_model = ["backend_llm"] if f.backend.startswith(ask.BACKEND) else []
        for key in (f"functions_{f.kind}", f"split_{f.split}", f"tier_{f.tier}", *by_model):
            counts[key] = counts.get(key, 0) + 1
    return dict(sorted(counts.items()))


FACTS: dict[str, Any] = {}  # the isolation tier is not part of the data: it goes to the sidecar
STAGE = stage.Stage(
    name="unify",
    takes=Source,
    gives=Function,
    reads=lambda p: stage.folder("collect"),
    open=opened,
    sections=("unify", "llm", "isolation"),
    alone=asks,
    preview=preview,
    facts=lambda: FACTS,
    measure=measure,
)

if __name__ == "__main__":
    stage.main(STAGE)
