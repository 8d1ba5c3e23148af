"""Filters: seccomp programs written by hand.   rules per system call -> classic BPF for x86_64 and aarch64

Two filters stack; the stricter answer wins. The zygote's is an allow list; a forked child adds a short second
one that takes away what only the zygote needs: fork, kill, limits and further filters.
"""

import ctypes
import struct
from collections.abc import Sequence

from . import kernel

ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
EPERM, ENOSYS = 1, 38
ARCHES = (0xC000003E, 0xC00000B7)  # AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64
X32 = 0x40000000  # the x32 numbers of an x86_64 kernel: another door to every call
NEWEST = 470  # numbers above are newer than this list: ENOSYS, so that libc falls back

Insn = tuple[int, int, int, int]
LOAD, JEQ, JGE, JSET, RET = 0x20, 0x15, 0x35, 0x45, 0x06

# Calls that compute, wait, or read what Landlock lets through: (x86_64, aarch64), -1 = not on that machine.
PLAIN = {
    "read": (0, 63), "write": (1, 64), "open": (2, -1), "close": (3, 57), "stat": (4, -1), "fstat": (5, 80),
    "lstat": (6, -1), "poll": (7, -1), "lseek": (8, 62), "mmap": (9, 222), "mprotect": (10, 226),
    "munmap": (11, 215), "brk": (12, 214), "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139), "pread64": (17, 67), "pwrite64": (18, 68), "readv": (19, 65),
    "writev": (20, 66), "access": (21, -1), "pipe": (22, -1), "select": (23, -1), "sched_yield": (24, 124),
    "mremap": (25, 216), "msync": (26, 227), "mincore": (27, 232), "madvise": (28, 233), "dup": (32, 23),
    "dup2": (33, -1), "pause": (34, -1), "nanosleep": (35, 101), "getitimer": (36, 102), "alarm": (37, -1),
    "setitimer": (38, 103), "getpid": (39, 172), "recvfrom": (45, 207), "shutdown": (48, 210),
    "getsockname": (51, 204), "getpeername": (52, 205), "getsockopt": (55, 209), "exit": (60, 93),
    "uname": (63, 160), "getdents": (78, -1), "getcwd": (79, 17), "chdir": (80, 49), "fchdir": (81, 50),
    "readlink": (89, -1), "umask": (95, 166), "gettimeofday": (96, 169), "getrlimit": (97, 163),
    "getrusage": (98, 165), "sysinfo": (99, 179), "times": (100, 153), "getuid": (102, 174),
    "getgid": (104, 176), "geteuid": (107, 175), "getegid": (108, 177), "getppid": (110, 173),
    "getpgrp": (111, -1), "getgroups": (115, 158), "getresuid": (118, 148), "getresgid": (120, 150),
    "getpgid": (121, 155), "getsid": (124, 156), "capget": (125, 90), "rt_sigpending": (127, 136),
    "rt_sigtimedwait": (128, 137), "rt_sigsuspend": (130, 133), "sigaltstack": (131, 132),
    "statfs": (137, 43), "fstatfs": (138, 44), "getpriority": (140, 141), "sched_getparam": (143, 121),
    "sched_getscheduler": (145, 120), "sched_get_priority_max": (146, 125),
    "sched_get_priority_min": (147, 126), "sched_rr_get_interval": (148, 127), "arch_prctl": (158, -1),
    "gettid": (186, 178), "time": (201, -1), "futex": (202, 98), "sched_getaffinity": (204, 123),
    "epoll_create": (213, -1), "getdents64": (217, 61), "set_tid_address": (218, 96),
    "restart_syscall": (219, 128), "fadvise64": (221, 223), "timer_create": (222, 107),
    "timer_settime": (223, 110), "timer_gettime": (224, 108), "timer_getoverrun": (225, 109),
    "timer_delete": (226, 111), "clock_gettime": (228, 113), "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115), "exit_group": (231, 94), "epoll_wait": (232, -1), "epoll_ctl": (233, 21),
    "get_mempolicy": (239, 236), "openat": (257, 56), "newfstatat": (262, 79), "readlinkat": (267, 78),
    "faccessat": (269, 48), "pselect6": (270, 72), "ppoll": (271, 73), "set_robust_list": (273, 99),
    "get_robust_list": (274, 100), "epoll_pwait": (281, 22), "eventfd": (284, -1), "eventfd2": (290, 19),
    "epoll_create1": (291, 20), "dup3": (292, 24), "pipe2": (293, 59), "preadv": (295, 69),
    "pwritev": (296, 70), "getcpu": (309, 168), "getrandom": (318, 278), "membarrier": (324, 283),
    "statx": (332, 291), "rseq": (334, 293), "close_range": (436, 436), "faccessat2": (439, 439),
}  # fmt: skip
GUARDED = {"ioctl": (16, 29), "fcntl": (72, 25), "sendto": (44, 206), "socketpair": (53, 199)}
ZYGOTE = {
    "clone": (56, 220), "fork": (57, -1), "vfork": (58, -1), "wait4": (61, 260), "waitid": (247, 95),
    "kill": (62, 129), "setrlimit": (160, 164), "prlimit64": (302, 261), "prctl": (157, 167),
    "seccomp": (317, 277),
}  # fmt: skip
CLONE3 = (435, 435)
TERMINAL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS TIOCGWINSZ FIONREAD FIONBIO FIO(N)CLEX
OWNERS = (8, 10, 15)  # F_SETOWN F_SETSIG F_SETOWN_EX: they make the kernel signal another process
THREAD = 0x10000  # CLONE_THREAD


def insn(code: int, k: int, jt: int = 0, jf: int = 0) -> Insn:
    return code, jt, jf, k & 0xFFFFFFFF


def answer(verdict: int) -> Insn:
    return insn(RET, verdict)


def error(number: int) -> int:
    return ERRNO | number


def word(argument: int, high: bool = False) -> Insn:
    """Load half of an argument of the call (both machines are little-endian)."""
    return insn(LOAD, 16 + 8 * argument + 4 * high)


def only(number: int, body: Sequence[Insn]) -> list[Insn]:
    """`body` for this call number; every path of `body` ends in an answer."""
    return [insn(JEQ, number, 0, len(body)), *body] if number >= 0 else []


def one_of(argument: int, values: Sequence[int], then: int, otherwise: int) -> list[Insn]:
    """Answer `then` where the low word of an argument is among `values`."""
    tests = [x for v in values for x in (insn(JEQ, v, 0, 1), answer(then))]
    return [word(argument), *tests, answer(otherwise)]


def null(argument: int) -> list[Insn]:
    """Allow the call only with a null pointer there."""
    high = [word(argument, high=True), insn(JEQ, 0, 1, 0), answer(error(EPERM))]
    return [*high, word(argument), insn(JEQ, 0, 1, 0), answer(error(EPERM)), answer(ALLOW)]


def head(machine: int) -> list[Insn]:
    """Kill foreign machine codes, then leave the call number in the accumulator."""
    lines = [insn(LOAD, 4), insn(JEQ, ARCHES[machine], 1, 0), answer(KILL), insn(LOAD, 0)]
    return lines + ([insn(JGE, X32, 0, 1), answer(KILL)] if machine == 0 else [])


def zygote(machine: int) -> list[Insn]:
    """Everything that is not listed is refused."""
    program = head(machine)
    for numbers in (*PLAIN.values(), *ZYGOTE.values()):
        program += only(numbers[machine], [answer(ALLOW)])
    program += only(CLONE3[machine], [answer(error(ENOSYS))])
    program += only(GUARDED["ioctl"][machine], one_of(1, TERMINAL, ALLOW, error(EPERM)))
    program += only(GUARDED["fcntl"][machine], one_of(1, OWNERS, error(EPERM), ALLOW))
    program += only(GUARDED["socketpair"][machine], one_of(0, (1,), ALLOW, error(EPERM)))  # AF_UNIX
    program += only(GUARDED["sendto"][machine], null(4))  # to the peer, never to an address
    return [*program, insn(JGE, NEWEST, 0, 1), answer(error(ENOSYS)), answer(error(EPERM))]


def child(machine: int) -> list[Insn]:
    """On top of the zygote's: threads only, no signal, no limit, no further filter."""
    program = head(machine)
    for name in ("fork", "vfork", "wait4", "waitid", "kill", "setrlimit", "seccomp"):
        program += only(ZYGOTE[name][machine], [answer(error(EPERM))])
    threads = [word(0), insn(JSET, THREAD, 1, 0), answer(error(EPERM)), answer(ALLOW)]
    program += only(ZYGOTE["clone"][machine], threads)
    program += only(ZYGOTE["prlimit64"][machine], null(2))
    program += only(ZYGOTE["prctl"][machine], one_of(0, (15, 16), ALLOW, error(EPERM)))  # the thread's name
    return [*program, answer(ALLOW)]


class Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))


class Filter:
    """A filter in memory, ready to be put on by this process or by a child forked later."""

    def __init__(self, program: Sequence[Insn]) -> None:
        self.code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *i) for i in program))
        self.program = Program(len(program), ctypes.cast(self.code, ctypes.c_void_p))
        number = kernel.NUMBERS["seccomp"][kernel.machine()]
        self.words = (*map(ctypes.c_long, (number, 1, 0)), ctypes.byref(self.program))
        self.syscall = kernel.libc().syscall

    def install(self) -> None:
        """Bind this thread and all that it starts. no_new_privs must be set."""
        kernel.checked(self.syscall(*self.words), "seccomp")
