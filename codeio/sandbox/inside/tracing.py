"""Tracing: what a call executes, line by line.   (function, arguments) -> lines, arcs, events

Only code objects of the program itself are looked at, and only while the call runs. sys.settrace, since
it gives the same numbers on every supported interpreter of one minor version; budgets count lines.
"""

import sys
from collections import Counter as Counts
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable
from itertools import pairwise
from types import FrameType, SimpleNamespace
from typing import Any

from . import encode

NAME = "<program>"
LISTED = 1 << 16  # lines that are kept until they are counted
SMALL = 1024  # characters of JSON; longer values are shown by their type only
WIDE = 64  # items of a container that is looked into
NESTED = 4  # levels of objects that are looked into
SEQUENCES = (list, tuple, deque)
MAPPINGS = (dict, defaultdict, Counts, OrderedDict)
RESUMES = 0x20 | 0x80 | 0x200  # code flags of generators and coroutines: their frames come back
KINDS = {"call": 0, "line": 1, "return": 2, "exception": 3}
SKIPPED = 4  # the kind of an event that stands for lines left out


class Budget(BaseException):
    """The call executed more lines than allowed."""


class Plain:
    """No observation at all."""

    over = False

    def run(self, function: Callable[..., Any], args: dict[str, Any]) -> Any:
        return function(**args)

    def fields(self) -> str:
        return ""


class Counter:
    """Lines and arcs. An arc is (line, next line of the same frame); line 0 is outside: entry or exit.

    A frame's lines are only listed while it runs, and counted later in one go: tracing is what a short call costs.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.lines = 0
        self.due = min(most or LISTED, LISTED)  # lines after which to look
        self.over = False
        self.hits: Counts[tuple[int, int]] = Counts()
        self.listed = [0]  # lines of frames that were left, one frame after the other, each closed by a 0
        self.open: dict[int, list[int]] = {}  # of frames that still run

    def run(self, function: Callable[..., Any], args: dict[str, Any]) -> Any:
        sys.settrace(self.enter)
        try:
            return function(**args)
        finally:
            sys.settrace(None)

    def enter(self, frame: FrameType, event: str, arg: Any) -> Any:
        if frame.f_code.co_filename != NAME:
            return None
        way: list[int] = []
        went, number = way.append, id(way)
        self.open[number] = way

        def local(frame: FrameType, event: str, arg: Any) -> Any:
            nonlocal local
            if event == "line":
                went(frame.f_lineno)
                self.lines += 1
                if self.lines > self.due:
                    self.look()
            elif event == "return":
                went(0)
                self.listed += way
                self.open.pop(number, None)
                once, local = local, None  # one that holds itself would wait for the garbage collector
                return once
            return local

        return local

    def look(self) -> None:
        """Stop at the budget; before it, count what is listed, so that a long run takes no more room."""
        if self.lines > self.most > 0:
            self.stop()
        self.count()
        self.due = min(self.most or sys.maxsize, self.lines + LISTED)

    def stop(self) -> None:
        self.over = True
        raise Budget(f"more than {self.most} executed lines")

    def count(self) -> None:
        """Count what is listed. A frame that still runs goes on at its last line, as if it came there from outside."""
        self.hits.update(pairwise(self.listed))
        self.listed = [0]
        for way in filter(None, self.open.values()):
            self.hits.update(pairwise([0, *way]))
            self.hits[0, way[-1]] -= 1
            del way[:-1]

    def fields(self) -> str:
        self.count()
        for way in filter(None, self.open.values()):
            self.hits[0, way[-1]] += 1
        arcs = ",".join(f"[{a},{b},{n}]" for (a, b), n in sorted(self.hits.items()) if n)
        return f',"n":{self.lines},"a":[{arcs}],"x":{"true" if self.over else "false"}'


class Gap:
    """The lines of one frame that are left out at a time; their event, the last one written, gets the hits."""

    def __init__(self, events: list[str]) -> None:
        self.events, self.at = events, -1
        self.hits: Counts[int] = Counts()

    def add(self, line: int) -> bool:
        """Count the line; whether the gap was open already."""
        was_open = self.at >= 0
        self.at = self.at if was_open else len(self.events)
        self.hits[line] += 1
        return was_open

    def closed(self, event: str) -> bool:
        """Whether an event is told: not an exception among lines that are left out. Another one ends the gap."""
        if self.at < 0:
            return True
        if event == "exception":
            return False
        self.events[self.at] = self.events[self.at].removesuffix("null]") + encode.text(self.hits) + "]"
        self.at = -1
        self.hits.clear()
        return True


class Tracer(Counter):
    """Also events, each with what changed in the frame's locals since the frame's previous event.

    With `often`, only the first so many runs of each line are told and the first so many calls of each function.
    Where a frame's lines are left out one event stands for them, with their hits; calls made by them are not told.
    """

    def __init__(self, most: int, most_bytes: int, often: int) -> None:
        super().__init__(most)
        self.room = most_bytes
        self.often = often or sys.maxsize
        self.depth = 0
        self.events: list[str] = []
        self.resumed: dict[FrameType, dict[str, str]] = {}
        self.times: Counts[Any] = Counts()  # runs of each line, calls of each code object
        self.shown = True  # the line that runs now is told

    def enter(self, frame: FrameType, event: str, arg: Any) -> Any:
        code = frame.f_code
        if code.co_filename != NAME:
            return None
        before, self.shown = self.shown, self.shown and self.told(code)
        if not self.shown:
            return self.silent(super().enter(frame, event, arg), before)
        seen = self.resumed.setdefault(frame, {}) if code.co_flags & RESUMES else {}
        depth, name = self.depth, encode.text(code.co_name)
        self.depth += 1
        last, raised, gap = 0, False, Gap(self.events)

        def local(frame: FrameType, event: str, arg: Any) -> Any:
            nonlocal last, raised
            line, kind = frame.f_lineno, KINDS[event]
            if event == "line":
                self.hits[last, line] += 1
                last, raised = line, False
                self.lines += 1
                if self.lines > self.most:
                    self.stop()
                self.shown = self.told(line)
                if not self.shown and gap.add(line):
                    return local
                kind = kind if self.shown else SKIPPED
            elif event == "return":
                self.depth, self.shown = depth, before
                self.hits[last, 0] += 1
                if raised and arg is None:  # unwinding, not returning
                    return local
            elif event == "exception":
                raised = True
            if kind == SKIPPED or gap.closed(event):
                self.note(kind, name, line, depth, changes(frame.f_locals, seen), self.value(event, arg))
            return local

        self.note(0, name, frame.f_lineno, depth, changes(frame.f_locals, seen), "null")
        return local

    def told(self, what: Any) -> bool:
        self.times[what] += 1
        return self.times[what] <= self.often

    def silent(self, count: Callable[..., Any], before: bool) -> Callable[..., Any]:
        """The observer of a call of which only lines and arcs are counted."""

        def local(frame: FrameType, event: str, arg: Any) -> Any:
            count(frame, event, arg)
            if event == "return":
                self.shown = before
            return local

        return local

    def note(self, kind: int, name: str, line: int, depth: int, changed: str, value: str) -> None:
        said = f"[{kind},{name},{line},{depth},{{{changed}}},{value}]"
        self.room -= len(said) + 1
        if self.room < 0:
            self.over = True
            raise Budget("a trace too large to keep")
        self.events.append(said)

    def value(self, event: str, arg: Any) -> str:
        if event == "return":
            return shown(arg)
        return raised_text(*arg[:2]) if event == "exception" else "null"

    def fields(self) -> str:
        return f'{super().fields()},"v":[{",".join(self.events)}]'


def raised_text(kind: type, error: Any) -> str:
    try:
        return encode.text(f"{kind.__name__}: {error}"[:200])
    except Exception:  # foreign __str__
        return encode.text(kind.__name__)


def changes(names: dict[str, Any], seen: dict[str, str]) -> str:
    """The new or changed locals as the inside of a JSON object; `seen` is brought up to date."""
    out = []
    for name, value in names.items():
        said = shown(value)
        if seen.get(name) != said and name[0] != "." and name[:2] != "__":
            seen[name] = said
            out.append(f'"{name}":{said}')
    return ",".join(out)


def shown(value: Any) -> str:
    """Small JSON as it is; anything else as {"~": type}, with what it holds where that is small and can be read."""
    kind = type(value)
    if kind is int or kind is str or kind is float or value is None or kind is bool:
        small = kind is not str or len(value) <= SMALL
    else:
        small = (kind is list or kind is dict or kind is tuple) and len(value) <= WIDE
    if small:
        try:
            said = encode.text(value)
            if len(said) <= SMALL:
                return said
        except (TypeError, ValueError, RecursionError):
            pass
    try:
        said = encode.text(looked_into(value, NESTED))
        if len(said) <= SMALL:
            return said
    except (TypeError, ValueError, RecursionError, RuntimeError):
        pass
    return encode.text({"~": kind.__name__[:40]})


def looked_into(value: Any, depth: int) -> Any:
    """Containers as {"~": type, "of": items} and objects of the program as {"~": type, "has": attributes}."""
    kind = type(value)
    if value is None or kind in (int, str, float, bool):
        return value
    name = kind.__name__[:40]
    if depth == 0:
        return {"~": name}
    if kind in SEQUENCES and len(value) <= WIDE:
        return {"~": name, "of": [looked_into(item, depth - 1) for item in value]}
    if kind in (set, frozenset) and len(value) <= WIDE:
        return {"~": name, "of": sorted((plain(item) for item in value), key=encode.text)}
    if kind in MAPPINGS and len(value) <= WIDE:
        return {"~": name, "of": {key: looked_into(item, depth - 1) for key, item in dict.items(value)}}
    return {"~": name, **attributes(value, depth)}


def plain(value: Any) -> Any:
    """An item of a set: JSON, tuples as lists. Raises TypeError for another."""
    if type(value) is tuple:
        return [plain(item) for item in value]
    if value is None or type(value) in (int, str, float, bool):
        return value
    raise TypeError("an item that is not plain")


def attributes(value: Any, depth: int) -> dict[str, Any]:
    """Of a namespace or an object of the program's classes; read without asking it, which might run its code."""
    kind = type(value)
    if kind is not SimpleNamespace and kind.__dict__.get("__module__") != NAME.strip("<>"):
        return {}
    try:
        held = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    if type(held) is not dict or len(held) > WIDE:
        return {}
    return {"has": {name: looked_into(item, depth - 1) for name, item in held.items()}}


def observer(mode: str, most_lines: int, most_bytes: int, often: int = 0) -> Plain | Counter | Tracer:
    """The observer of a mode: run, count or trace."""
    if mode == "trace":
        return Tracer(most_lines, most_bytes, often)
    return Counter(most_lines) if mode == "count" else Plain()
