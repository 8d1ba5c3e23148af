"""Every attack of the catalogue, under every way of isolation that this machine has."""

import os
import shutil
import sys
import sysconfig
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from codeio.errors import EngineError
from codeio.sandbox import Launch, Limits, Sandbox, inside
from codeio.sandbox.attacks import Attack, breach, catalogue, wrong_ending
from codeio.sandbox.jobs import Call

LIMITS = Limits(cpu_s=0.3, memory_mb=256, wall_s=0.5)
ROOT = os.geteuid() == 0
WAYS = {"root" if ROOT else "userns": "T3", "plain": "T2"}  # this user's
NOBODY = 65534
UNUSED = shutil.ignore_patterns("test", "site-packages", "dist-packages", "config-*", "idlelib", "lib2to3")


@contextmanager
def stranger():
    """How a user without any right starts a zygote: from a copy of the interpreter, for root's own may be hidden."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        place = Path(folder)
        place.chmod(0o755)
        library = Path(sysconfig.get_path("stdlib"))
        shutil.copytree(library, place / "lib" / library.name, ignore=UNUSED)
        for shared in Path(sysconfig.get_config_var("LIBDIR")).glob("libpython3*.so*"):
            shutil.copy2(shared, place / "lib")
        shutil.copytree(Path(inside.__file__).parent, place / "inside")
        (place / "bin").mkdir()
        python = shutil.copy2(os.path.realpath(sys.executable), place / "bin" / "python")
        patch.setenv("LD_LIBRARY_PATH", str(place / "lib"))
        yield Launch(python=str(python), home=folder, sites=(), user=NOBODY)


@cache
def available():
    """Ways that this machine has for this user."""
    found = []
    for way, isolation in WAYS.items():
        try:
            with Sandbox(LIMITS, workers=1, isolation=isolation) as box:
                found += [way] if box.facts["way"] == way else []
        except EngineError:  # the weakest is tested to be there
            continue
    return found


def test_this_machine_isolates():
    assert "plain" in available()


@pytest.fixture(scope="module", params=available())
def box(request):
    with Sandbox(LIMITS, workers=1, isolation=WAYS[request.param]) as box:
        yield box


@pytest.fixture(scope="module", params=["T3", "T2"])
def strange(request):
    """A box of zygotes that never had a right."""
    with stranger() as launch:
        try:
            box = Sandbox(LIMITS, workers=1, isolation=request.param, launch=launch)
        except EngineError as error:
            if request.param == "T2":
                raise
            pytest.skip(f"this kernel gives users no namespaces: {error}")
        with box:
            assert box.facts["way"] == {"T3": "userns", "T2": "plain"}[request.param]
            assert os.stat(f"/proc/{box.crew[0].zygotes['lite', 0].process.pid}").st_uid == NOBODY
            yield box


@pytest.fixture(scope="module")
def secret():
    """A file that only a jail hides."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "secret.txt"
        path.write_text("secret of the user")
        for one, mode in ((path, 0o644), (path.parent, 0o755)):
            one.chmod(mode)
        yield str(path)


ATTACKS = list(catalogue("SECRET-PATH"))


@pytest.mark.parametrize(
    "attack",
    [pytest.param(a, id=a.name, marks=[pytest.mark.full] if a.slow else []) for a in ATTACKS],
)
def test_attack_is_contained(box, secret, attack):
    (real,) = [a for a in catalogue(secret) if a.name == attack.name]
    assert breach(real, box) == ""


@pytest.mark.full
@pytest.mark.skipif(not ROOT, reason="this user has no rights: the test above says it all")
@pytest.mark.parametrize("attack", [pytest.param(a, id=a.name) for a in ATTACKS])
def test_attack_by_way_of_a_user_without_rights_is_contained(strange, secret, attack):
    (real,) = [a for a in catalogue(secret) if a.name == attack.name]
    assert breach(real, strange) == ""


def test_names_are_unique():
    assert len({a.name for a in ATTACKS}) == len(ATTACKS)


@pytest.mark.parametrize(
    "name",
    ["read /etc/passwd", "read a file of the user", "list /", "UDP", "memfd", "subprocess", "fork", "pidfd"],
)
def test_without_isolation_the_same_attacks_get_through(secret, name):
    (attack,) = [a for a in catalogue(secret) if a.name == name]
    with Sandbox(LIMITS, workers=1, isolation="none") as box:
        assert breach(attack, box)


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (Call({}, "ok", "denied"), ""),
        (Call({}, "ok", "got through"), "returned 'got through'"),
        (Call({}, "died", error="of SIGSYS"), "ended as died None of SIGSYS"),
    ],
)
def test_endings_are_judged(call, why):
    assert wrong_ending(Attack("a", ""), call) == why
