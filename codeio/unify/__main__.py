"""Unify: raw code as functions that take and return JSON, with an input generator.   data/collect -> data/unify"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from codeio import stage, values
from codeio.collect import procedural
from codeio.params import Params, Unify
from codeio.records import Dropped, Function, Source, Split
from codeio.sandbox import Limits, Sandbox
from codeio.unify import static


def shard(sources: Sequence[Source], box: Sandbox, p: Unify) -> Iterator[Function | Dropped]:
    """Functions of the sources: one of each procedural program, any number of a natural file."""
    yield from (grown(source, p) for source in sources if source.kind == "procedural")
    yield from static.functions([source for source in sources if source.kind == "natural"], box, p)


def grown(source: Source, p: Unify) -> Function:
    """A procedural program as it is: its grammar already says entry, generator and level."""
    program = procedural.parse(source.text)
    return Function(
        id=values.digest(program.code, program.entry),
        source=source.id,
        kind="procedural",
        corpus=source.corpus,
        version=source.version,
        path=source.path,
        lines=(1, program.code.count("\n")),
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
    with Sandbox(limits, workers=params.workers, isolation=params.isolation) as box:
        FACTS.update(isolation=box.tier)
        yield lambda sources: shard(sources, box, p)


def measure(functions: Iterator[Function]) -> dict[str, Any]:
    """Functions per kind, split and tier."""
    counts: dict[str, int] = {}
    for f in functions:
        for key in (f"functions_{f.kind}", f"split_{f.split}", f"tier_{f.tier}"):
            counts[key] = counts.get(key, 0) + 1
    return dict(sorted(counts.items()))


FACTS: dict[str, Any] = {}  # the isolation tier is not part of the data: it goes to the sidecar
STAGE = stage.Stage(
    name="unify",
    takes=Source,
    gives=Function,
    reads=lambda p: stage.folder("collect"),
    open=opened,
    sections=("unify", "isolation"),
    facts=lambda: FACTS,
    measure=measure,
)

if __name__ == "__main__":
    stage.main(STAGE)
