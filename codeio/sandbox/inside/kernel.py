"""Kernel: the raw Linux calls that the standard library lacks.   arguments -> result or OSError"""

import ctypes
import os
import platform
from collections.abc import Callable
from functools import cache
from typing import Any

# name: (x86_64, aarch64). Calls that a jail needs and that libc has no wrapper for everywhere.
NUMBERS = {
    "pivot_root": (155, 41),
    "capset": (126, 91),
    "seccomp": (317, 277),
    "mount_setattr": (442, 442),
    "landlock_create_ruleset": (444, 444),
    "landlock_add_rule": (445, 445),
    "landlock_restrict_self": (446, 446),
}
LINUX = platform.system() == "Linux"
MACHINES = {"x86_64": 0, "amd64": 0, "aarch64": 1, "arm64": 1}

PDEATHSIG, DUMPABLE, CAPBSET_DROP, NO_NEW_PRIVS = 1, 4, 24, 38  # prctl
NEWNS, NEWCGROUP, NEWUTS, NEWIPC = 0x20000, 0x2000000, 0x4000000, 0x8000000  # unshare
NEWUSER, NEWPID, NEWNET = 0x10000000, 0x20000000, 0x40000000


class Missing(OSError):
    """This kernel or container lacks a feature; the message names it."""


def machine() -> int:
    """0 for x86_64, 1 for aarch64."""
    name = platform.machine().lower()
    if os.name != "posix" or not LINUX or name not in MACHINES:
        raise Missing(f"no isolation for {platform.system()} on {name}: Linux on x86_64 or aarch64 is needed")
    return MACHINES[name]


@cache
def libc() -> ctypes.CDLL:
    """One object for all: to look a function up again costs a child dozens of page faults."""
    library = ctypes.CDLL(None, use_errno=True)
    library.prctl.argtypes = (ctypes.c_int, *[ctypes.c_ulong] * 4)
    return library


def checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise Missing(number, f"{what}: {os.strerror(number)}")
    return result


def call(name: str, *args: Any) -> int:
    """System call `name` by number; Missing with the errno's text where the kernel refuses."""
    wide = [ctypes.c_long(a) if isinstance(a, int) else a for a in args]
    return checked(libc().syscall(ctypes.c_long(NUMBERS[name][machine()]), *wide), name)


def prctl(option: int, a: int = 0, b: int = 0) -> int:
    return libc().prctl(option, a, b, 0, 0)


def unshare(flags: int) -> None:
    checked(libc().unshare(ctypes.c_int(flags)), "unshare")


def mount(source: str | None, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    words = [w.encode() if w is not None else None for w in (source, target, kind, options)]
    result = libc().mount(words[0], words[1], words[2], ctypes.c_ulong(flags), words[3])
    checked(result, f"mount {target}")


def detach(target: str) -> None:
    checked(libc().umount2(target.encode(), 2), f"umount {target}")


def forker() -> Callable[[], int]:
    """fork for a process that has one thread and wants no at-fork hooks: a third of os.fork's page faults.

    Python's own after-fork work only repairs locks that another thread might have held.
    """
    return ctypes.PyDLL(None).fork if LINUX else os.fork


def trim() -> None:
    """Give freed memory back: what a zygote holds, each fork copies the table of."""
    if LINUX and hasattr(libc(), "malloc_trim"):
        libc().malloc_trim(0)


def die_with_parent() -> None:
    """SIGKILL when the process that forked this one ends; a no-op where there is no such thing."""
    if LINUX:
        prctl(PDEATHSIG, 9)
