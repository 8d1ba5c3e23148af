"""Every attack of the catalogue, under every way of isolation that this machine has."""

from functools import cache

import pytest

from codeio.errors import EngineError
from codeio.sandbox import Launch, Limits, Sandbox
from codeio.sandbox.attacks import Attack, breach, catalogue, wrong_ending
from codeio.sandbox.jobs import Call

LIMITS = Limits(cpu_s=0.3, memory_mb=256, wall_s=0.5)
WAYS = {  # what to ask for, and what the kernel then seems to lack
    "root": ("T3", ()),
    "userns": ("T3", ("root",)),
    "plain": ("T2", ()),
}
SECRET = "secret of the user"


def opened(way):
    isolation, without = WAYS[way]
    return Sandbox(LIMITS, workers=1, isolation=isolation, launch=Launch(without=without))


@cache
def available():
    """Ways that this machine has; "root" opens as "userns" for another user and is then not counted twice."""
    found = []
    for way in WAYS:
        try:
            with opened(way) as box:
                found += [way] if box.facts["way"] == way else []
        except EngineError:  # the weakest is tested to be there
            continue
    return found


def test_this_machine_isolates():
    assert "plain" in available()


def marked():
    """Root's jail and a user's differ in how they are entered only: where both are there, one is always run."""
    both = {"root", "userns"} <= set(available())
    return [pytest.param(w, marks=[pytest.mark.full] if both and w == "userns" else []) for w in available()]


@pytest.fixture(scope="module", params=marked())
def box(request):
    with opened(request.param) as box:
        yield box


@pytest.fixture(scope="module")
def secret(tmp_path_factory):
    path = tmp_path_factory.mktemp("home") / "secret.txt"
    path.write_text(SECRET)
    path.chmod(0o644)
    return str(path)


ATTACKS = list(catalogue("SECRET-PATH"))


@pytest.mark.parametrize(
    "attack",
    [pytest.param(a, id=a.name, marks=[pytest.mark.full] if a.slow else []) for a in ATTACKS],
)
def test_attack_is_contained(box, secret, attack):
    (real,) = [a for a in catalogue(secret) if a.name == attack.name]
    assert breach(real, box) == ""


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
