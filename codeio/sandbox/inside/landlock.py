"""Landlock: no file but the listed ones, no TCP, no abstract socket, no signal outside.   paths -> rules"""

import os
import stat
import struct
from collections.abc import Sequence

from . import kernel

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
READ = READ_FILE | READ_DIR


def abi() -> int:
    """Version of Landlock that this kernel has (1 = Linux 5.13)."""
    try:
        return kernel.call("landlock_create_ruleset", 0, 0, 1)
    except OSError as error:
        raise kernel.Missing(
            f"no Landlock: {error.strerror} (Linux 5.13 with CONFIG_SECURITY_LANDLOCK)"
        ) from error


def attributes(version: int) -> bytes:
    """The ruleset struct of a version: file access, network, scopes."""
    files = (1 << 13) - 1
    for since, bit in ((2, 13), (3, 14), (5, 15)):  # refer, truncate, device ioctl
        files |= (version >= since) << bit
    fields = [files] + ([3] if version >= 4 else []) + ([3] if version >= 6 else [])
    return struct.pack(f"={len(fields)}Q", *fields)


def restrict(readable: Sequence[str], writable: Sequence[str]) -> int:
    """Confine this process for good; paths that do not exist are left out. Returns the version in force."""
    version = abi()
    ruleset = attributes(version)
    fd = kernel.call("landlock_create_ruleset", ruleset, len(ruleset), 0)
    for path, access in [*((p, READ) for p in readable), *((p, READ_FILE | WRITE_FILE) for p in writable)]:
        allow(fd, path, access)
    kernel.prctl(kernel.NO_NEW_PRIVS, 1)
    kernel.call("landlock_restrict_self", fd, 0)
    os.close(fd)
    return version


def allow(ruleset: int, path: str, access: int) -> None:
    try:
        where = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(os.fstat(where).st_mode):
        access &= ~READ_DIR
    kernel.call("landlock_add_rule", ruleset, 1, struct.pack("=Qi", access, where), 0)
    os.close(where)
