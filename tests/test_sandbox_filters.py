"""The seccomp programs of both machines, carried out by an interpreter of our own: what each lets through."""

import struct

import pytest

from codeio.sandbox.inside import filters
from codeio.sandbox.inside.filters import (
    ALLOW,
    ARCHES,
    CLONE3,
    GUARDED,
    KILL,
    NEWEST,
    PLAIN,
    X32,
    ZYGOTE,
    error,
)

MACHINES = pytest.mark.parametrize("machine", [0, 1], ids=["x86_64", "aarch64"])
EPERM, ENOSYS = error(1), error(38)
THREAD, HIGH = (
    0x3D0F00,
    1 << 32,
)  # the flags of pthread_create; a bit that only the high word of an argument has
ONES = 2**64 - 1

# Calls with their numbers on (x86_64, aarch64), none of which a program may make, whatever the arguments.
NEVER = {
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "sendmsg": (46, 211), "execve": (59, 221),
    "execveat": (322, 281), "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97),
    "setns": (308, 268), "setuid": (105, 146), "setresuid": (117, 147), "capset": (126, 91), "bpf": (321, 280),
    "io_uring_setup": (425, 425), "keyctl": (250, 219), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "memfd_create": (319, 279), "mkdirat": (258, 34), "unlinkat": (263, 35), "renameat2": (316, 276),
    "symlinkat": (266, 36), "fchmodat": (268, 53), "mknodat": (259, 33), "ftruncate": (77, 46), "kill": (62, 129),
    "tkill": (200, 130), "tgkill": (234, 131), "rt_sigqueueinfo": (129, 138), "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424), "setpriority": (141, 140), "setrlimit": (160, 164), "seccomp": (317, 277),
    "shmget": (29, 194), "msgget": (68, 186), "kexec_load": (246, 104), "init_module": (175, 105),
    "wait4": (61, 260), "landlock_restrict_self": (446, 446), "open_by_handle_at": (304, 265),
}  # fmt: skip


def ruled(program, number, *args, arch):
    """What the kernel would make of a call: classic BPF on struct seccomp_data."""
    data = struct.pack("=IIQ6Q", number, arch, 0, *args, *[0] * (6 - len(args)))
    at = accumulator = 0
    while True:
        code, yes, no, k = program[at]
        at += 1
        if code == filters.RET:
            return k
        if code == filters.LOAD:
            (accumulator,) = struct.unpack_from("=I", data, k)
        else:
            tests = {
                filters.JEQ: accumulator == k,
                filters.JGE: accumulator >= k,
                filters.JSET: accumulator & k,
            }
            at += yes if tests[code] else no


def alone(machine, number, *args):
    return ruled(filters.zygote(machine), number, *args, arch=ARCHES[machine])


def both(machine, number, *args):
    """The answer of the two filters of a program: the stricter one."""
    said = [ruled(f(machine), number, *args, arch=ARCHES[machine]) for f in (filters.zygote, filters.child)]
    strictness = [KILL, EPERM, ENOSYS, ALLOW]
    return min(said, key=strictness.index)


@MACHINES
@pytest.mark.parametrize("make", [filters.zygote, filters.child])
def test_the_kernel_would_take_it(machine, make):
    """Every way through ends in an answer, forward, within the bounds of a program and of a jump."""
    program = make(machine)
    assert len(program) <= 4096
    assert program[-1][0] == filters.RET
    for at, (code, yes, no, k) in enumerate(program):
        assert code in (filters.LOAD, filters.JEQ, filters.JGE, filters.JSET, filters.RET)
        assert 0 <= k < 2**32
        assert max(yes, no) < 256
        assert code == filters.RET or at + 1 + max(yes, no) < len(program)


@MACHINES
def test_only_what_is_listed_gets_through(machine):
    listed = {numbers[machine] for numbers in (*PLAIN.values(), *ZYGOTE.values())}
    guarded = {numbers[machine] for numbers in GUARDED.values()}
    for number in (*range(NEWEST + 50), 2**30 - 1):
        if number in guarded:
            continue
        late = number >= NEWEST or number == CLONE3[machine]
        wanted = ALLOW if number in listed else ENOSYS if late else EPERM
        assert alone(machine, number, *[ONES] * 6) == wanted, number


@MACHINES
@pytest.mark.parametrize("name", NEVER)
def test_a_program_never_may(machine, name):
    for args in ([0] * 6, [1] * 6, [THREAD] * 6, [ONES] * 6):
        assert both(machine, NEVER[name][machine], *args) == EPERM


def test_no_number_is_listed_twice():
    for machine in (0, 1):
        every = [n[machine] for n in [*PLAIN.values(), *GUARDED.values(), *ZYGOTE.values(), CLONE3]]
        known = [n for n in every if n >= 0]
        assert len(set(known)) == len(known)


@MACHINES
@pytest.mark.parametrize(
    ("name", "args", "zygote", "program"),
    [
        ("clone", (THREAD,), ALLOW, ALLOW),
        ("clone", (17,), ALLOW, EPERM),  # fork
        ("clone", (HIGH * 0x10000 | 17,), ALLOW, EPERM),
        ("prlimit64", (0, 7, 0), ALLOW, ALLOW),
        ("prlimit64", (0, 7, 4096), ALLOW, EPERM),
        ("prlimit64", (0, 7, HIGH), ALLOW, EPERM),
        ("prctl", (15,), ALLOW, ALLOW),
        ("prctl", (1,), ALLOW, EPERM),  # PDEATHSIG
        ("prctl", (22, 2), ALLOW, EPERM),  # SECCOMP
        ("sendto", (3, 4096, 8, 0, 0), ALLOW, ALLOW),
        ("sendto", (3, 4096, 8, 0, 4096), EPERM, EPERM),
        ("sendto", (3, 4096, 8, 0, HIGH), EPERM, EPERM),
        ("socketpair", (1,), ALLOW, ALLOW),
        ("socketpair", (2,), EPERM, EPERM),
        ("ioctl", (0, 0x5401), ALLOW, ALLOW),
        ("ioctl", (0, 0x5412), EPERM, EPERM),  # TIOCSTI: push into a terminal
        ("ioctl", (0, HIGH | 0x5412), EPERM, EPERM),
        ("fcntl", (3, 3), ALLOW, ALLOW),
        ("fcntl", (3, 8), EPERM, EPERM),
        ("fcntl", (3, 10), EPERM, EPERM),
        ("fcntl", (3, 15), EPERM, EPERM),
        ("fcntl", (3, HIGH | 8), EPERM, EPERM),  # the kernel looks at the low word only
    ],
)
def test_what_depends_on_arguments(machine, name, args, zygote, program):
    number = (ZYGOTE | GUARDED)[name][machine]
    assert (alone(machine, number, *args), both(machine, number, *args)) == (zygote, program)


@MACHINES
def test_the_doors_of_other_machines_kill(machine):
    other, i386 = ARCHES[1 - machine], 0x40000003
    for program in (filters.zygote(machine), filters.child(machine)):
        assert ruled(program, 0, arch=other) == ruled(program, 0, arch=i386) == KILL
    x32 = [both(machine, X32 | n) for n in (0, 1, 41, 59, 512, 547)]
    assert x32 == [KILL if machine == 0 else ENOSYS] * 6


@MACHINES
def test_the_bytes_are_the_program(machine):
    """As struct sock_filter lies in memory: code, jump if true, jump if false, value."""
    program = filters.child(machine)
    made = filters.Filter(program)
    assert made.program.length == len(program)
    raw = made.code.raw[: 8 * len(program)]
    assert list(struct.iter_unpack("=HBBI", raw)) == program
