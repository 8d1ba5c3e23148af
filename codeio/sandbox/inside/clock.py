"""Clock: move the wall clock of this process, for a second run at another time.   seconds -> patched modules"""

import datetime
import time
from typing import Any


def shift(seconds: float) -> None:
    """From now on `time` and `datetime` tell a time that is `seconds` later."""
    now, now_ns = time.time, time.time_ns
    time.time = lambda: now() + seconds
    time.time_ns = lambda: now_ns() + int(seconds * 1e9)
    for name in ("localtime", "gmtime", "ctime"):
        setattr(time, name, later(getattr(time, name), seconds))
    real = time.clock_gettime
    time.clock_gettime = lambda clock: real(clock) + (seconds if clock == time.CLOCK_REALTIME else 0)
    strftime, asctime = time.strftime, time.asctime
    time.strftime = lambda form, moment=None: strftime(form, moment or time.localtime())
    time.asctime = lambda moment=None: asctime(moment or time.localtime())
    calendar(datetime.timedelta(seconds=seconds))


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
        setattr(datetime, old.__name__, new)
