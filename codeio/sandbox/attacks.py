"""Attacks: what hostile code tries, and how each attempt must end.   attack + box -> what got through, or nothing

Used by the doctor on any machine and by the tests under every way of isolation. A body raises OSError where it
is denied; what it returns, if it gets so far, says that it got through.
"""

import platform
import textwrap
from collections.abc import Iterator

import msgspec

from codeio.records import Json
from codeio.sandbox.box import Sandbox
from codeio.sandbox.jobs import Call, Program
from codeio.sandbox.zygote import ENVIRONMENT

HARMLESS = Program("def f(x): return x + 1", "f")


class Attack(msgspec.Struct, frozen=True):
    """Foreign code with its allowed endings; where "ok" is among them, the output must be among `says`."""

    name: str
    code: str
    expect: tuple[str, ...] = ("ok",)
    says: tuple[Json, ...] = ("denied",)
    slow: bool = False  # takes seconds


def tried(body: str) -> str:
    """A function that says "denied" where its body raises OSError."""
    lines = textwrap.indent(textwrap.dedent(body).strip(), "        ")
    return f"def f():\n    try:\n{lines}\n    except OSError:\n        return 'denied'\n    return 'got through'\n"


def syscall(number: str, *args: str) -> str:
    """A raw system call; -1 is a denial."""
    return tried(
        f"import ctypes\nif ctypes.CDLL(None).syscall({', '.join([number, *args])}) < 0: return 'denied'"
    )


DENIED = {
    "TCP connect": "import socket; socket.create_connection(('127.0.0.1', 22), 1)",
    "bind": "import socket; socket.socket().bind(('127.0.0.1', 0))",
    "UDP": "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "abstract unix socket": "import socket; socket.socket(socket.AF_UNIX).connect('\\0x')",
    "DNS": "import socket; socket.gethostbyname('localhost')",
    "datagram to an address": """
        import socket
        one, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        one.sendto(b'x', '/dev/log')""",
    "read /etc/passwd": "open('/etc/passwd').read()",
    "read a file of the user": "open(SECRET).read()",
    "read /proc/1/environ": "open('/proc/1/environ', 'rb').read()",
    "read /proc/self/maps": "open('/proc/self/maps').read()",
    "list /": "import os; os.listdir('/')",
    "write everywhere": """
        import os
        library = os.path.dirname(os.__file__)
        for place in ('/', '/tmp', '/var/tmp', '/dev/shm', '/dev', '/run', '/mnt', '/old', library):
            try:
                open(place + '/x', 'w')
                return 'got through'
            except OSError: pass
        return 'denied'""",
    "write a library": "import json; open(json.__file__, 'a').write('#')",
    "write an installed package": """
        import os, sys
        for place in [p for p in sys.path if p.endswith('-packages')]:
            try:
                open(place + '/x.pth', 'w')
                return 'got through'
            except OSError: pass
        return 'denied'""",
    "fill the disk": """
        import os
        for place in ('/tmp', '/var/tmp', '/dev/shm', '/', '.'):
            try: os.posix_fallocate(os.open(place + '/x', os.O_CREAT | os.O_RDWR), 0, 1 << 40)
            except OSError: continue
            return 'got through'
        return 'denied'""",
    "unlink a library": "import json, os; os.unlink(json.__file__)",
    "make a folder": "import os; os.mkdir('/tmp/x')",
    "temporary file": "import tempfile; tempfile.TemporaryFile()",
    "chmod": "import os; os.chmod('/dev/null', 0o777)",
    "symlink": "import os; os.symlink('/etc', '/tmp/l')",
    "mknod": "import os; os.mknod('/tmp/x')",
    "fork": "import os; os.fork()",
    "fork bomb": """
        import os
        for _ in range(1000):
            try:
                if os.fork() == 0: os._exit(0)
                return 'got through'
            except PermissionError: pass
        return 'denied'""",
    "spawn": "import os; os.posix_spawn('/bin/true', ['true'], {})",
    "subprocess": "import subprocess; subprocess.run(['/bin/true'])",
    "os.system": "import os\nif os.system('true'): return 'denied'",
    "multiprocessing": "import multiprocessing as m; m.get_context('fork').Process(target=print).start()",
    "execve": "import os; os.execv('/proc/self/exe', ['python'])",
    "kill the parent": "import os; os.kill(os.getppid(), 9)",
    "stop the parent": "import os, signal; os.kill(os.getppid(), signal.SIGSTOP)",
    "kill -1": "import os; os.kill(-1, 9)",
    "kill pid 1": "import os; os.kill(1, 15)",
    "signal by descriptor owner": """
        import fcntl, os, signal
        r, w = os.pipe()
        fcntl.fcntl(r, fcntl.F_SETOWN, os.getppid())""",
    "pidfd": "import os; os.pidfd_open(os.getppid() or 1)",
    "setuid": "import os; os.setuid(0 if os.getuid() else 1)",
    "raise a limit": """
        import resource as r
        try: r.setrlimit(r.RLIMIT_AS, (r.RLIM_INFINITY, r.RLIM_INFINITY))
        except ValueError: return 'denied'  # what Python makes of EPERM there""",
    "lower a limit of the parent": "import os, resource as r; r.prlimit(os.getppid() or 1, r.RLIMIT_CPU, (1, 1))",
    "renice others": "import os; os.setpriority(os.PRIO_USER, 0, 19)",
    "memfd": "import os; os.memfd_create('x')",
    "memfd and exec": """
        import os
        fd = os.memfd_create('x')
        os.write(fd, b'#!/bin/sh')
        os.execve(fd, ['x'], {})""",
    "chroot": "import os; os.chroot('/usr')",
    "ptrace": "import ctypes, os\nif ctypes.CDLL(None).ptrace(16, os.getppid() or 1, 0, 0) < 0: return 'denied'",
    "unshare": "import ctypes\nif ctypes.CDLL(None).unshare(0x10000000) < 0: return 'denied'",
    "mount": "import ctypes\nif ctypes.CDLL(None).mount(b'x', b'/usr', b'tmpfs', 0, None) < 0: return 'denied'",
    "shared memory": "import ctypes\nif ctypes.CDLL(None).shmget(7, 4096, 0o1666) < 0: return 'denied'",
    "message queue": "import ctypes\nif ctypes.CDLL(None).msgget(7, 0o1666) < 0: return 'denied'",
    "push into a terminal": "import fcntl; fcntl.ioctl(0, 0x5412, b'x')",
    "write a process's memory": "import os; open(f'/proc/{os.getppid() or 1}/mem', 'r+b')",
    "write one's own memory": "open('/proc/self/mem', 'r+b')",
    "leave by a kept folder": "import os; os.chdir('/usr/lib/../../..'); os.listdir('.')",
    "undo die-with-parent": "import ctypes\nif ctypes.CDLL(None).prctl(1, 0, 0, 0, 0) < 0: return 'denied'",
}  # fmt: skip
CALLS = {  # x86_64 numbers; on another machine they mean other calls, of which none is allowed either
    "process_vm_readv": syscall("310", "1", "0", "0", "0", "0", "0"),
    "io_uring": syscall("425", "1", "0"),
    "bpf": syscall("321", "0", "0", "0"),
    "keyctl": syscall("250", "0", "0", "0", "0", "0"),
    "clone3": syscall("435", "0", "0"),
    "userfaultfd": syscall("323", "0"),
    "perf_event_open": syscall("298", "0", "0", "0", "0", "0"),
}
HOLD = """
import os, sys
def f():
    allowed = set(ALLOWED)
    return 'denied' if set(os.environ) <= allowed and len(sys.argv) < 3 else sorted(os.environ)
"""
FDS = """
import os
def f():
    found = []
    for fd in range(64):
        try:
            os.fstat(fd)
            found.append(fd)
        except OSError: pass
    return 'denied' if len(found) <= 4 else found
"""
FORGE = """
import os, struct
def f():
    frame = lambda index, body: struct.pack('=8sII', b'\\0' * 8, index, len(body)) + body
    for fd in range(3, 64):
        try:
            for index in range(4): os.write(fd, frame(index, b'{"s":"ok","o":"forged"}'))
        except OSError: pass
    return 'denied'
"""
THREADS = """
import threading, time
threading.stack_size(65536)
def f():
    try:
        for _ in range(100_000): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    except RuntimeError: return 'denied'
    return 'got through'
"""
PATCH = """
import builtins, json, sys
json.dumps = lambda *a, **k: '"forged"'
json.loads = lambda *a, **k: {}
frame = sys._getframe()
while frame:
    for name in ('_dumps', 'send', 'encode', 'attempt'):
        if name in frame.f_globals: frame.f_globals[name] = None
    frame = frame.f_back
builtins.len = lambda x: 0
def f(): return 'denied'
"""
CLOCK = """
import struct, sys, time
def f():
    frame = sys._getframe()
    while frame:
        if 'page' in frame.f_locals: struct.pack_into('=Idd', frame.f_locals['page'], 0, 0, 0.0, 1e18)
        frame = frame.f_back
    time.sleep(1000)
"""
DRIBBLE = """
import os, time
def f():
    while True:
        for fd in range(3, 8):
            try: os.write(fd, b'x')
            except OSError: pass
        time.sleep(0.02)
"""
ANY_END = ("ok", "exception", "died", "oom", "not_json", "timeout_cpu", "too_large", "load_error")
ENDINGS = [
    Attack("spin", "def f():\n while True: pass", ("timeout_cpu",)),
    Attack("catch everything", "def f():\n while True:\n  try:\n   while True: pass\n  except BaseException: pass",
           ("timeout_cpu",)),
    Attack("loop in C", "def f(): return sum(1 for _ in iter(int, 1))", ("timeout_cpu",)),
    Attack("huge number to text", "def f():\n import sys; sys.set_int_max_str_digits(0); return len(str(7 ** 10 ** 7))",
           ("timeout_cpu",)),
    Attack("regex bomb", "import re\ndef f(): return bool(re.match(r'(a+)+$', 'a' * 40 + 'b'))", ("timeout_cpu",)),
    Attack("disarm the timer", "import signal\ndef f():\n for t in (0, 1, 2): signal.setitimer(t, 0)\n"
           " signal.signal(signal.SIGPROF, signal.SIG_IGN)\n while True: pass", ("timeout_cpu",)),
    Attack("ignore SIGTERM", "import signal\nsignal.signal(15, signal.SIG_IGN)\ndef f():\n while True: pass",
           ("timeout_cpu",)),
    Attack("sleep", "import time\ndef f(): time.sleep(100)", ("timeout_wall",), slow=True),
    Attack("wait for a lock", "import threading\ndef f():\n l = threading.Lock(); l.acquire(); l.acquire()",
           ("timeout_wall",), slow=True),
    Attack("sys.exit(0)", "import sys\ndef f(): sys.exit(0)", ("exception",)),
    Attack("os._exit(0)", "import os\ndef f(): os._exit(0)", ("died",)),
    Attack("exit while loading", "import os\nos._exit(0)\ndef f(): return 1", ("load_error",)),
    Attack("segmentation fault", "import ctypes\ndef f(): return ctypes.string_at(0)", ("died",)),
    Attack("deep recursion", "def f(): return f()", ("exception",)),
    Attack("bottomless recursion", "import sys\nsys.setrecursionlimit(10 ** 9)\n"
           "class A:\n def __eq__(self, other): return self == other\ndef f(): return A() == 1",
           ("died", "oom", "exception", "timeout_cpu")),
    Attack("allocate 10 GB", "def f(): return len(bytearray(10 << 30))", ("oom",)),
    Attack("touch 3 GB", "def f():\n a = []\n for _ in range(3000): a.append(bytearray(1 << 20))\n return len(a)",
           ("oom", "timeout_cpu")),
    Attack("deep JSON", "def f():\n a = []\n for _ in range(10 ** 5): a = [a]\n return a", ("not_json",)),
    Attack("cyclic JSON", "def f():\n a = []; a.append(a)\n return a", ("not_json",)),
    Attack("return 1 GB", "def f(): return 'x' * 10 ** 9", ("too_large", "oom", "timeout_cpu")),
    Attack("return 100 MB", "def f(): return 'x' * 10 ** 8", ("too_large", "oom", "timeout_cpu")),
    Attack("print 1 GB", "def f():\n for _ in range(1000): print('x' * 10 ** 6)\n return 1", ("ok", "timeout_cpu"),
           (1,)),
    Attack("input()", "def f():\n try: input()\n except EOFError: return 'denied'", ("ok",)),
    Attack("flood every descriptor", "import os\ndef f():\n while True:\n  for fd in range(3, 20):\n"
           "   try: os.write(fd, b'x' * 65536)\n   except OSError: pass", ("died", "timeout_cpu")),
    Attack("object as output", "class E:\n def __eq__(self, o): return True\n"
           " def __reduce__(self): return print, ('x',)\ndef f(): return E()", ("not_json",)),
    Attack("NaN as output", "def f(): return float('nan')", ("not_json",)),
    Attack("x32 system call", "import ctypes\ndef f(): return ctypes.CDLL(None).syscall(0x40000000 + 41, 1, 1, 0)",
           ("died",) if platform.machine() in ("x86_64", "AMD64") else ("ok",), (-1,)),
    Attack("patch the runner", PATCH, ANY_END),
    Attack("forge frames", FORGE),
    Attack("inherited descriptors", FDS),
    Attack("lie about the clock", CLOCK, ("timeout_wall",), slow=True),
    Attack("write a little all the time", DRIBBLE, ("timeout_wall", "died"), slow=True),
    Attack("thread bomb", THREADS, ("ok", "oom", "exception", "timeout_cpu", "timeout_wall"), slow=True),
]  # fmt: skip


def catalogue(secret: str) -> Iterator[Attack]:
    """All attacks; `secret` is a file that any user outside may read."""
    for name, body in DENIED.items():
        yield Attack(name, f"SECRET = {secret!r}\n" + tried(body))
    for name, code in CALLS.items():
        yield Attack(name, code, ("ok", "died"))
    allowed = (*ENVIRONMENT, "PYTHONHASHSEED", "LC_CTYPE", "LD_LIBRARY_PATH")
    yield Attack("secrets in the environment", f"ALLOWED = {allowed!r}\n{HOLD}")
    yield from ENDINGS


def breach(attack: Attack, box: Sandbox) -> str:
    """Why the attack is not contained, or nothing: its own ending, and whether the next job is served."""
    call = box.run(Program(attack.code, "f"), [{}])[0]
    after = box.run(HARMLESS, [{"x": 1}])[0]
    if after.output != 2:
        return f"the next job was not served: {after.status} {after.error}"
    return wrong_ending(attack, call)


def wrong_ending(attack: Attack, call: Call) -> str:
    if call.status not in attack.expect:
        return f"ended as {call.status} {call.output!r} {call.error}".strip()
    if call.status == "ok" and call.output not in attack.says:
        return f"returned {call.output!r}"
    return ""
