"""Serve: one fork per job.   job frames on a socket -> reply frames

The zygote never looks into a job or into what a child writes: it forks, forwards, limits, reaps. Both kinds
of frame are laid out here and used by the driver too.
"""

import mmap
import os
import resource
import select
import struct
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from . import filters, jail, kernel, runner

JOB = struct.Struct("=I8sddddddI")  # body bytes, nonce, then the limits in the order of Budget
REPLY = struct.Struct("=IiId")  # raw bytes, wait status, reason, CPU seconds
EXITED, CPU, WALL, FLOOD = range(4)  # reasons why a child ended
PIECE = 1 << 16  # bytes read at once: what a pipe holds, and less than malloc maps anew each time
GLANCE = 0.2  # seconds between looks at a silent child
AWAKE = 0.05  # a child that used this share of its wall time is slow, not asleep
PATIENCE = 10  # and gets this many times the wall limit


class Budget(NamedTuple):
    """Limits of one job, in seconds and bytes; loading covers import of the program and its generator."""

    load_cpu: float
    call_cpu: float
    load_wall: float
    call_wall: float
    total_cpu: float
    total_wall: float
    bytes: int


def forever(config: dict[str, Any], second: filters.Filter | None) -> None:
    """Serve jobs until the driver closes the socket."""
    fd, page, fork = config["fd"], mmap.mmap(-1, mmap.PAGESIZE), kernel.forker()
    while True:
        head = exactly(fd, JOB.size)
        size, nonce, *limits = JOB.unpack(head)
        job = exactly(fd, size)
        child, reader = forked(fork, fd, job, nonce, Budget(*limits), page, second, config)
        reason, raw = watched(child, reader, Budget(*limits), page)
        status, cpu = ended(child, reader)
        whole(fd, REPLY.pack(len(raw), status, reason, cpu) + raw)


def exactly(fd: int, size: int) -> bytes:
    parts = []
    while size:
        part = os.read(fd, min(size, 1 << 20))
        if not part:
            os._exit(0)
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def whole(fd: int, data: bytes) -> None:
    try:
        done = os.write(fd, data)
        while done < len(data):
            done += os.write(fd, data[done : done + PIECE])
    except OSError:  # the driver is gone
        os._exit(0)


def forked(
    fork: Callable[[], int],
    fd: int,
    job: bytes,
    nonce: bytes,
    budget: Budget,
    page: mmap.mmap,
    second: filters.Filter | None,
    config: dict[str, Any],
) -> tuple[int, int]:
    """A child that runs the job, and the pipe that it answers on."""
    reader, writer = os.pipe()
    runner.MARK.pack_into(page, 0, runner.LOADING, 0.0, time.monotonic())
    child = fork()
    if child == 0:
        os.close(reader)
        os.close(fd)
        try:
            bind(second, budget, config)
            runner.run(job, writer, nonce, page, config)
        finally:
            os._exit(70)
    os.close(writer)
    return child, reader


def ended(child: int, reader: int) -> tuple[int, float]:
    """Reap: wait status and CPU seconds. Kills a child that closed its pipe but stayed, or that has to stop."""
    os.close(reader)
    os.kill(child, 9)
    _, status, usage = os.wait4(child, 0)
    return status, usage.ru_utime + usage.ru_stime


def bind(second: filters.Filter | None, budget: Budget, config: dict[str, Any]) -> None:
    """What only the child is forbidden, and its death with the zygote where there is no pid namespace."""
    if space := config["space"]:
        resource.setrlimit(resource.RLIMIT_AS, (space, space))
    seconds = int(budget.total_cpu) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    if config["way"] not in jail.NAMESPACED:
        kernel.die_with_parent()
    if second:
        second.install()


def watched(child: int, reader: int, budget: Budget, page: mmap.mmap) -> tuple[int, bytes]:
    """Collect what the child writes until it ends or exceeds a limit. Writing all the time hides from none."""
    raw, glance = bytearray(), min(GLANCE, budget.call_cpu)
    look = time.monotonic() + glance
    end = time.monotonic() + budget.total_wall
    poll = select.poll()
    poll.register(reader, select.POLLIN)
    while True:
        if poll.poll(glance * 1000 + 1):
            part = os.read(reader, PIECE)
            if not part:
                return EXITED, bytes(raw)
            raw += part
            if len(raw) > budget.bytes:
                return FLOOD, bytes(raw[: budget.bytes])
        now = time.monotonic()
        if now >= look:
            reason = WALL if now > end else excess(child, budget, page)
            if reason:
                return reason, bytes(raw)
            look = now + glance


def excess(child: int, budget: Budget, page: mmap.mmap) -> int:
    """The limit that the running call has passed, or EXITED. The page is the child's word: totals bound it."""
    index, cpu_then, wall_then = runner.MARK.unpack_from(page, 0)
    used, now = spent(child), time.monotonic()
    loading = index == runner.LOADING
    cpu, wall = used - cpu_then, now - wall_then
    if cpu > (budget.load_cpu if loading else budget.call_cpu) or used > budget.total_cpu:
        return CPU
    allowed = budget.load_wall if loading else budget.call_wall
    if wall > allowed and (cpu < AWAKE * wall or wall > PATIENCE * allowed):
        return WALL
    return EXITED


def spent(child: int) -> float:
    """CPU seconds of a live child, from its own clock."""
    try:
        return time.clock_gettime(((~child) << 3) | 2)
    except OSError:  # already dead, or a system without such clocks
        return 0.0
