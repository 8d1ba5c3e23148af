"""Sandbox: run foreign code in warm, jailed processes; the only place of codeio that does.   jobs -> calls

    with Sandbox(Limits(cpu_s=2.0)) as box:
        box.run(Program("def f(x): return x + 1", "f"), [{"x": 1}])[0].output    # 2

Usable alone: of the rest of codeio it needs records.py and errors.py. `python -m codeio.sandbox.doctor` says
what this machine allows, and attacks it.
"""

from codeio.sandbox.box import Sandbox
from codeio.sandbox.jobs import ENGINE, Call, Draw, Event, Job, Limits, Program, Result, Run, Trace
from codeio.sandbox.zygote import Launch

__all__ = [
    "ENGINE", "Call", "Draw", "Event", "Job", "Launch", "Limits", "Program", "Result", "Run", "Sandbox",
    "Trace",
]  # fmt: skip
