"""Clock: move the clocks of this process, for a second run at another time.   seconds -> patched modules"""

import datetime
import time
from collections.abc import Callable
from importlib.machinery import ExtensionFileLoader
from typing import Any


def shift(seconds: float) -> None:
    """From now on `time` and `datetime` tell a time that is `seconds` later, and a machine up for longer.

    What C code reads by itself (numpy.datetime64("now"), pandas.Timestamp.now) stays as it is.
    """
    for suffix, by in (("", seconds), ("_ns", int(seconds * 1e9))):
        for name in ("time", "monotonic", "perf_counter"):
            setattr(time, name + suffix, moved(getattr(time, name + suffix), by))
        setattr(time, f"clock_gettime{suffix}", chosen(getattr(time, f"clock_gettime{suffix}"), by))
    for name in ("localtime", "gmtime", "ctime"):
        setattr(time, name, later(getattr(time, name), seconds))
    strftime, asctime = time.strftime, time.asctime
    time.strftime = lambda form, moment=None: strftime(form, moment or time.localtime())
    time.asctime = lambda moment=None: asctime(moment or time.localtime())
    calendar(datetime.timedelta(seconds=seconds))


def moved(clock: Any, by: float) -> Any:
    return lambda: clock() + by


def chosen(clock: Any, by: float) -> Any:
    """clock_gettime: of the clocks that it is asked for, those of processes and threads stay."""
    return lambda which: clock(which) + (by if which in (time.CLOCK_REALTIME, time.CLOCK_MONOTONIC) else 0)


def later(function: Any, seconds: float) -> Any:
    return lambda moment=None: function(time.time() if moment is None else moment)


class Kind(type):
    """isinstance and == treat a shifted class as the real one."""

    def __instancecheck__(cls, value: Any) -> bool:
        if cls.__dict__.get("shifted"):
            return isinstance(value, cls.__mro__[1])
        return super().__instancecheck__(value)


def calendar(delta: datetime.timedelta) -> None:
    """Replace datetime's two classes that read the clock. repr shows the name that it always shows."""
    date, moment = datetime.date, datetime.datetime

    class Date(date, metaclass=Kind):
        shifted = True

        @classmethod
        def today(cls) -> Any:
            there = moment.now() + delta
            return cls(there.year, there.month, there.day)

        def __repr__(self) -> str:
            return f"datetime.{date.__repr__(self)}"

    class Datetime(moment, metaclass=Kind):
        shifted = True

        @classmethod
        def now(cls, tz: Any = None) -> Any:
            there = moment.now(tz) + delta
            return cls.combine(there.date(), there.timetz())

        @classmethod
        def utcnow(cls) -> Any:
            return cls.now()

        @classmethod
        def today(cls) -> Any:
            return cls.now()

        def __repr__(self) -> str:
            return f"datetime.{moment.__repr__(self)}"

    for new, old in ((Date, date), (Datetime, moment)):
        new.__name__ = new.__qualname__ = old.__name__
        new.__module__ = "datetime"
    datetime.date, datetime.datetime = Date, Datetime
    for name in ("create_module", "exec_module"):
        load = getattr(ExtensionFileLoader, name)
        setattr(ExtensionFileLoader, name, exactly(load, date, moment))


def exactly(load: Callable[..., Any], date: type, moment: type) -> Callable[..., Any]:
    """Load a compiled module beside the real classes: it builds its own on their layout, and dies of another."""

    def loaded(self: Any, module: Any) -> Any:
        before = datetime.date, datetime.datetime  # the real ones, where one compiled module loads the next
        datetime.date, datetime.datetime = date, moment
        try:
            return load(self, module)
        finally:
            datetime.date, datetime.datetime = before

    return loaded
