"""Start: guardian, pre-imports, jail, self-test, then serve.   config on the command line -> a warm zygote

The process that the driver starts becomes the guardian: it watches the driver (by pidfd, so whichever thread
started it may end) and the zygote, and when one of them goes it takes the other along.
"""

import gc
import importlib
import json
import os
import resource
import select
import struct
import sys
from typing import Any

from . import jail, kernel, runner, selftest, serve

PAGE = resource.getpagesize()


def main() -> None:
    """Never returns. The first message on the socket is {"ready": facts} or {"error": why not}."""
    config = json.loads(sys.argv[1])
    sys.path.pop(0)
    sys.path.extend(config["sites"])
    os.environ.pop("LD_BIND_NOW", None)
    try:
        guard(config)
        facts, second = prepared(config)
    except Exception as error:  # the one line that the driver shows
        said = str(error.args[-1]) if isinstance(error, OSError) and error.args else repr(error)
        greet(config["fd"], {"error": said})
        os._exit(1)
    greet(config["fd"], {"ready": facts})
    serve.forever(config, second)


def greet(fd: int, message: dict[str, Any]) -> None:
    body = json.dumps(message).encode()
    os.write(fd, struct.pack("=I", len(body)) + body)


def guard(config: dict[str, Any]) -> None:
    """Return in the process that becomes the zygote; stay behind as its guardian otherwise."""
    if not hasattr(os, "pidfd_open"):  # macOS: the zygote ends with its socket
        return
    driver = os.pidfd_open(config["driver"])
    if os.getppid() != config["driver"]:
        os._exit(1)
    if config["way"] in jail.NAMESPACED:
        jail.unshared(config)
    config["outer"] = os.getpid()
    zygote = os.fork()
    if zygote == 0:
        os.close(driver)
        return
    os.close(config["fd"])
    both = select.poll()
    for watched in (driver, os.pidfd_open(zygote)):
        both.register(watched, select.POLLIN)
    both.poll()
    os.kill(zygote, 9)
    os.waitpid(zygote, 0)
    os._exit(0)


def prepared(config: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """Import what programs of this tier use, go to jail, attack it. Returns facts and the child's filter."""
    loaded = [name for name in config["preload"] if imported(name)]
    space = address_space()
    config["space"] = space + (config["memory_mb"] << 20) if space else 0
    null = os.open("/dev/null", os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    os.close(null)
    second = jail.enter(config)
    limit(config)
    breaches = selftest.breaches(config, second) if second else []
    if breaches:
        raise OSError(f"self-test: not contained: {', '.join(breaches)}")
    runner.warm(config)
    gc.collect()
    gc.freeze()
    kernel.trim()
    versions = {name: getattr(sys.modules[name], "__version__", "") for name in loaded if "." not in name}
    return {"versions": {k: v for k, v in versions.items() if v}, "pid": os.getpid()}, second


def imported(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True


def address_space() -> int:
    """Bytes of address space that the interpreter and its libraries take; 0 where the kernel does not say."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * PAGE
    except OSError:
        return 0


def limit(config: dict[str, Any]) -> None:
    """Limits that every child inherits; those on CPU and memory are its own (serve.bind)."""
    wanted = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_STACK: 8 << 20,
    }
    if config["way"] in jail.NAMESPACED:  # elsewhere the count would mix with the user's other processes
        wanted[resource.RLIMIT_NPROC] = 72
    for kind, value in wanted.items():
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))
