"""Zygote: one warm, jailed process as the driver sees it.   job bytes -> reply bytes"""

import json
import os
import socket
import struct
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from codeio.errors import EngineError
from codeio.sandbox.inside.serve import JOB, PATIENCE, REPLY, Budget
from codeio.sandbox.jobs import Limits
from codeio.sandbox.routes import PRELOAD, Kind

Way = Literal["root", "userns", "plain", "none"]
START_S = 120  # for the slowest pre-import on a loaded machine
LOAD_S = 5.0  # CPU seconds to import a program, on top of the limit of a call
TRACE_BYTES = 4 << 20  # of the events of one call
MOST_BYTES = 1 << 28  # of one reply
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONWARNINGS": "ignore",
    "LD_BIND_NOW": "1",  # look libraries' functions up once, not in each child
    **{f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")},
}


class Gone(Exception):
    """The zygote died or no longer answers; its jobs are to be given to another."""


class Launch(msgspec.Struct, frozen=True):
    """How to start a zygote. Only tests change it: another interpreter or user, features to do without."""

    python: str = sys.executable
    home: str = str(Path(__file__).parent)
    sites: tuple[str, ...] = tuple(dict.fromkeys(sysconfig.get_path(p) for p in ("purelib", "platlib")))
    user: int | None = None
    without: tuple[str, ...] = ()


class Reply(NamedTuple):
    raw: bytes
    status: int  # as wait() gives it
    reason: int  # serve.EXITED, CPU, WALL or FLOOD
    cpu: float


def budget(limits: Limits, calls: int, traced: bool) -> Budget:
    """Limits of a job of so many calls. A child raises at its CPU limit; the zygote kills a little above."""
    load = LOAD_S + limits.cpu_s
    hard = 1.2 * limits.cpu_s + 0.1
    one = limits.output_bytes * 2 + 300_000 + (TRACE_BYTES if traced else 0)
    return Budget(
        load,
        hard,
        LOAD_S + limits.wall,
        limits.wall,
        2 * load + calls * 3 * hard,
        2 * (LOAD_S + limits.wall) + calls * PATIENCE * limits.wall,
        min(MOST_BYTES, one * (calls + 2)),
    )


class Zygote:
    """A started zygote. Raises EngineError where the machine refuses, Gone once it has died."""

    def __init__(self, launch: Launch, way: Way, kind: Kind, hash_seed: int, limits: Limits) -> None:
        ours, theirs = socket.socketpair()
        self.socket = ours
        self.served = 0
        config = {
            "fd": theirs.fileno(),
            "driver": os.getpid(),
            "way": way,
            "sites": [s for s in launch.sites if os.path.isdir(s)],
            "without": launch.without,
            "preload": PRELOAD[kind],
            "memory_mb": limits.memory_mb,
            "cpu_s": limits.cpu_s,
            "load_s": LOAD_S,
            "output_bytes": limits.output_bytes,
            "trace_bytes": TRACE_BYTES,
        }
        try:
            self.process = spawned(launch, config, hash_seed)
        except OSError as error:
            ours.close()
            raise EngineError(f"{launch.python} cannot be started: {error.strerror}") from error
        finally:
            theirs.close()
        self.facts = self.greeting()

    def greeting(self) -> dict[str, Any]:
        """What the zygote says of itself once it is jailed and has attacked itself in vain."""
        self.socket.settimeout(START_S)
        try:
            (size,) = struct.unpack("=I", self.exactly(4))
            said = json.loads(self.exactly(size))
        except Gone as error:
            self.process.kill()
            last = self.process.communicate()[1].decode(errors="replace").strip().split("\n")[-1]
            self.socket.close()
            raise EngineError(f"a sandbox process died at start: {last or error}") from error
        self.process.stderr.close()
        if "ready" not in said:
            self.close()
            raise EngineError(said.get("error", "no greeting"))
        return said["ready"]

    def send(self, body: bytes, nonce: bytes, limits: Budget) -> None:
        """Hand over a job. The caller keeps what is on its way below a socket buffer."""
        message = JOB.pack(len(body), nonce, *limits) + body
        try:
            left = message[self.at_once(message) :]
            if left:
                self.socket.sendall(left)
        except OSError as error:
            raise Gone(str(error)) from error

    def at_once(self, message: bytes) -> int:
        """Bytes of it that the socket takes now.

        With a time-out Python first waits until three quarters of the buffer are free, and a zygote that waits for
        its reply to be read would never free them.
        """
        patience = self.socket.gettimeout()
        self.socket.setblocking(False)
        try:
            return self.socket.send(message)
        except BlockingIOError:
            return 0
        finally:
            self.socket.settimeout(patience)

    def receive(self, patience: float) -> Reply:
        """The reply to the oldest job; Gone after `patience` seconds of silence."""
        self.socket.settimeout(patience)
        size, status, reason, cpu = REPLY.unpack(self.exactly(REPLY.size))
        if size > MOST_BYTES:
            raise Gone(f"a reply of {size} bytes")
        self.served += 1
        return Reply(self.exactly(size), status, reason, cpu)

    def exactly(self, size: int) -> bytes:
        data = bytearray(size)
        view = memoryview(data)
        while view:
            try:
                got = self.socket.recv_into(view)
            except OSError as error:
                raise Gone(str(error)) from error
            if not got:
                raise Gone("end of stream")
            view = view[got:]
        return bytes(data)

    def close(self, busy: bool = False) -> None:
        """End it and everything in it; no process is left. A `busy` one is not waited for."""
        self.socket.close()
        try:
            self.process.wait(0 if busy else 2)
        except subprocess.TimeoutExpired:  # the zygote dies with its guardian, and its children with it
            self.process.kill()
            self.process.wait()


def spawned(launch: Launch, config: dict[str, Any], hash_seed: int) -> subprocess.Popen:
    """Start by exec, never by fork of a process with threads, in a clean environment."""
    code = f"import sys; sys.path.insert(0, {launch.home!r}); from inside.start import main; main()"
    kept = {k: v for k, v in os.environ.items() if k == "LD_LIBRARY_PATH"}
    who = {} if launch.user is None else {"user": launch.user, "group": launch.user, "extra_groups": []}
    return subprocess.Popen(
        [launch.python, "-P", "-s", "-S", "-B", "-X", "utf8", "-c", code, json.dumps(config)],
        env={**ENVIRONMENT, **kept, "PYTHONHASHSEED": str(hash_seed)},
        pass_fds=[config["fd"]],
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        **who,
    )
