"""Wire: frames to and from a zygote.   job -> bytes; hostile bytes -> results

What a child writes is foreign. A frame counts only with the right nonce, an index not seen before and in
range, a length within bounds, and JSON of the exact shape; everything else is as if it had not been written.
"""

import json
import re
import struct
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

import msgspec

from codeio.records import Json
from codeio.sandbox.inside.runner import DRAWN, FRAME, LOADED
from codeio.sandbox.jobs import Call, Event, Limits

KINDS = ("call", "line", "return", "exception", "skipped")
PATH = re.compile(r"(?<![\w.)\]/])/(?:[^\s/'\":,;()<>]+/)+([^\s/'\":,;()<>]*)")
ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")
SHOWN = 300  # characters of an error

Count = Annotated[int, msgspec.Meta(ge=-1, le=(1 << 63) - 1)]  # what any store of ours holds


class Step(msgspec.Struct, array_like=True):
    """An event as a child writes it."""

    kind: Literal[0, 1, 2, 3, 4]
    name: str
    line: Count
    depth: Count
    changes: dict[str, Any]
    value: Any


class Answer(msgspec.Struct):
    """A call as a child writes it."""

    s: Literal["ok", "exception", "timeout_cpu", "oom", "too_large", "not_json", "missing_module"]
    o: msgspec.Raw = msgspec.Raw(b"null")
    m: bool = False
    e: str = ""
    n: Count = -1
    a: tuple[tuple[Count, Count, Count], ...] = ()
    x: bool = False
    v: tuple[Step, ...] = ()


class Loaded(msgspec.Struct):
    s: Literal["ok", "load_error", "missing_module"]
    e: str = ""


class Drawn(msgspec.Struct):
    inputs: tuple[str, ...]
    failure: str = ""


ANSWER = msgspec.json.Decoder(Answer)
LOAD = msgspec.json.Decoder(Loaded)
DRAW = msgspec.json.Decoder(Drawn)
INPUT = msgspec.json.Decoder(dict[str, Any])
ANY = msgspec.json.Decoder()
SORTED = json.JSONEncoder(sort_keys=True, allow_nan=False, separators=(",", ":"))  # orjson writes NaN as null


def dumped(value: Mapping[str, Json]) -> str:
    """JSON with sorted keys: a function sees the same arguments in whatever order they were stored.

    Raises TypeError or ValueError on what is not JSON.
    """
    return SORTED.encode(value)


def frames(raw: bytes, nonce: bytes) -> Iterator[tuple[int, bytes]]:
    """(index, payload) of each frame that carries the nonce; text in between is skipped."""
    at = 0
    while (at := raw.find(nonce, at)) >= 0 and at + FRAME.size <= len(raw):
        _, index, size = FRAME.unpack_from(raw, at)
        body = at + FRAME.size
        if body + size > len(raw):
            at += 1
            continue
        yield index, raw[body : body + size]
        at = body + size


class Said(msgspec.Struct):
    """What a child said, as far as it is well-formed."""

    loaded: Loaded | None = None
    drawn: Drawn | None = None
    answers: dict[int, Answer] = {}


def read(raw: bytes, nonce: bytes, calls: int, most: int) -> Said:
    """Well-formed frames of a child; of two with one index the first counts. `most` bytes of an output."""
    said = Said(answers={})
    for index, payload in frames(raw, nonce):
        try:
            if index == LOADED:
                said.loaded = said.loaded or LOAD.decode(payload)
            elif index == DRAWN:
                said.drawn = said.drawn or DRAW.decode(payload)
            elif index < calls and index == len(said.answers):
                said.answers[index] = bounded(ANSWER.decode(payload), most)
        except (msgspec.MsgspecError, RecursionError, ValueError, struct.error):
            continue
    return said


def bounded(answer: Answer, most: int) -> Answer:
    """The child has measured and encoded its output already; this measures and reads it again."""
    if len(answer.o) > most:
        return Answer(s="too_large", e=f"{len(answer.o)} bytes of JSON, the limit is {most}", n=answer.n)
    ANY.decode(answer.o)  # Raw lets bytes through that are no UTF-8 and escapes that are no text
    return answer


def clean(error: str) -> str:
    """An error without what differs from machine to machine: paths keep their last part, addresses go."""
    if not error:
        return ""
    said = " ".join(ADDRESS.sub("0x", PATH.sub(r"\1", error)).split())
    return said if len(said) <= SHOWN else said[: SHOWN - 1] + "…"


def call(given: dict[str, Json], answer: Answer, limits: Limits) -> Call:
    error = clean(answer.e)
    if answer.s == "timeout_cpu" and not error:
        error = f"more than {limits.cpu_s:g} s of CPU time"
    if answer.s == "oom":
        error = f"MemoryError: more than {limits.memory_mb} MB of memory"
    events = tuple(
        Event(
            KINDS[s.kind], s.name, s.line, s.depth, s.changes, clean(str(s.value)) if s.kind == 3 else s.value
        )
        for s in answer.v
    )
    return Call(
        input=given,
        status=answer.s,
        output=ANY.decode(answer.o),
        mutated=answer.m,
        error=error,
        lines=answer.n,
        arcs=answer.a,
        events=events,
        truncated=answer.x,
    )
