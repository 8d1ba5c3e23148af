"""Jail: lock this process into namespaces, a read-only tree, Landlock, seccomp.   config -> filter or Missing

Order matters: as root all mounts come before the uid is dropped; PDEATHSIG is set after it, since a change
of uid clears it; /dev/null needs Landlock's write right.
"""

import os
import struct
import sys
import sysconfig
from collections.abc import Sequence
from typing import Any

from . import filters, kernel, landlock

BIND, REC, PRIVATE, NOSUID, NODEV = 4096, 16384, 1 << 18, 2, 4
RDONLY_ATTR, NOSUID_ATTR, NODEV_ATTR = 1, 2, 4
RECURSIVE, AT_FDCWD = 0x8000, -100
SPACES = kernel.NEWNS | kernel.NEWPID | kernel.NEWNET | kernel.NEWIPC | kernel.NEWUTS
NAMESPACED = ("root", "userns")  # ways in which the zygote is process 1 of its own: all end with it
NOBODY = 65534
OWN_UIDS = 1_900_000_000  # as root each zygote gets a uid of its own, so that thread counts do not mix
DEVICES = ("/dev/null", "/dev/urandom")
SYSTEM = ("/usr/lib", "/lib", "/lib64", "/usr/lib64", "/usr/share/zoneinfo")


def refuse(config: dict[str, Any], feature: str) -> None:
    """Tests simulate a kernel without a feature by naming it in `without`."""
    if feature in config["without"]:
        raise kernel.Missing(f"no {feature}: simulated")


def unshared(config: dict[str, Any]) -> None:
    """New namespaces; the next fork is pid 1 of its own. With `userns` as any user, else as root."""
    refuse(config, "namespaces")
    if config["way"] == "root":
        refuse(config, "root")
        kernel.unshare(SPACES)
        return
    refuse(config, "userns")
    uid, gid = os.getuid(), os.getgid()
    kernel.prctl(kernel.DUMPABLE, 1)  # else the map files belong to root
    kernel.unshare(SPACES | kernel.NEWUSER)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{NOBODY} {uid} 1"),
        ("gid_map", f"{NOBODY} {gid} 1"),
    ):
        try:
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
        except OSError as error:
            raise kernel.Missing(f"user namespace: writing {name}: {error.strerror}") from error


def libraries(sites: Sequence[str]) -> list[str]:
    """Folders a program may read: the standard library, shared libraries, installed packages."""
    own = [
        sysconfig.get_path("stdlib"),
        sysconfig.get_path("platstdlib"),
        os.path.join(sys.base_prefix, "lib"),
    ]
    found = [p for p in dict.fromkeys([*SYSTEM, *own, *sites]) if os.path.isdir(p)]
    return [p for p in found if not any(p != q and inside(p, q) for q in found)]


def inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def tree(folders: Sequence[str]) -> None:
    """Make a read-only root that holds `folders` and two devices, and nothing of the old one."""
    kernel.mount(None, "/", None, REC | PRIVATE)
    spots = [p for p in ("/mnt", "/media", "/srv", "/proc") if os.path.isdir(p)]
    root = next(p for p in spots if not any(inside(f, p) for f in folders))
    kernel.mount("tmpfs", root, "tmpfs", NOSUID | NODEV, "size=1m,mode=755")
    for folder in folders:
        if os.path.islink(folder):
            os.symlink(os.readlink(folder), root + folder)
        else:
            os.makedirs(root + folder, exist_ok=True)
            bind(folder, root + folder, RDONLY_ATTR | NOSUID_ATTR | NODEV_ATTR)
    os.makedirs(root + "/dev", exist_ok=True)
    for device in DEVICES:
        os.close(os.open(root + device, os.O_CREAT | os.O_WRONLY, 0o666))
        bind(device, root + device, NOSUID_ATTR)
    os.mkdir(root + "/old")
    kernel.call("pivot_root", root.encode(), (root + "/old").encode())
    os.chdir("/")
    kernel.detach("/old")
    os.rmdir("/old")
    attribute("/", RDONLY_ATTR | NOSUID_ATTR | NODEV_ATTR, 0)


def bind(source: str, target: str, attributes: int) -> None:
    kernel.mount(source, target, None, BIND | REC)
    attribute(target, attributes, RECURSIVE)


def attribute(target: str, attributes: int, flags: int) -> None:
    packed = struct.pack("=4Q", attributes, 0, 0, 0)
    kernel.call("mount_setattr", AT_FDCWD, target.encode(), flags, packed, len(packed))


def powerless(way: str, outer: int) -> None:
    """No capability, now or later; as root also a uid that owns nothing."""
    for capability in range(64):
        kernel.prctl(kernel.CAPBSET_DROP, capability)
    if way == "root":
        uid = OWN_UIDS + outer
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(uid, uid, uid)
    header, none = struct.pack("=Ii", 0x20080522, 0), bytes(24)
    kernel.call("capset", header, none)
    kernel.prctl(kernel.DUMPABLE, 0)
    kernel.die_with_parent()
    kernel.prctl(kernel.NO_NEW_PRIVS, 1)


def enter(config: dict[str, Any]) -> filters.Filter | None:
    """Go to jail by `config["way"]`: root, userns, plain (no namespaces), none. Returns the child's filter."""
    way = config["way"]
    if way == "none":
        kernel.die_with_parent()
        return None
    machine = kernel.machine()
    folders = libraries(config["sites"])
    if way != "plain":
        tree(folders)
    powerless(way, config["outer"])
    refuse(config, "landlock")
    landlock.restrict([*folders, "/dev/urandom"], ["/dev/null"])
    refuse(config, "seccomp")
    second = filters.Filter(filters.child(machine))
    filters.Filter(filters.zygote(machine)).install()
    return second
