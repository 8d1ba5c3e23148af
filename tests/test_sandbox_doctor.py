"""The doctor: what it prints, and that it finds what is wrong."""

import subprocess
import sys
from itertools import islice

import pytest

from codeio.sandbox import Limits, Sandbox, doctor
from codeio.sandbox.attacks import Attack, catalogue
from codeio.sandbox.zygote import Launch
from tests.conftest import ROOT


def asked(*words):
    command = [sys.executable, "-m", "codeio.sandbox.doctor", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_help_and_what_it_will_not_attack():
    assert "attack" in asked("--help").stdout
    refused = asked("--isolation", "none")  # without a jail these attacks would hit the machine
    assert refused.returncode == 2
    assert "invalid choice" in refused.stderr


def test_a_healthy_machine():
    done = asked("--quick")
    assert (done.returncode, done.stderr) == (0, "")
    first, *attacks, last = done.stdout.splitlines()
    assert first.startswith(("isolation T3", "isolation T2"))
    assert "  contained  read /etc/passwd" in attacks
    assert "BREACH" not in done.stdout
    assert last.split()[0] == last.split()[2]


def test_why_nothing_stronger(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "catalogue", lambda secret: islice(catalogue(secret), 3))
    assert doctor.main(["--quick"], Launch(without=("namespaces",))) == 0
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert first == "isolation T2: Landlock and seccomp without namespaces"
    assert second.endswith("no namespaces: simulated")


def test_no_isolation_at_all(capsys):
    assert doctor.main([], Launch(without=("seccomp",))) == 1
    said = capsys.readouterr()
    assert "no seccomp: simulated" in said.err
    assert said.out == ""


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("def f(): return 'got through'", "BREACH     an attack: returned 'got through'"),
        ("def f(): return 1 / 0", "BREACH     an attack: ended as exception None ZeroDivisionError"),
        ("def f(): return 'denied'", "contained  an attack"),
    ],
)
def test_a_breach_is_told(monkeypatch, capsys, code, found):
    monkeypatch.setattr(doctor, "catalogue", lambda secret: [Attack("an attack", code)])
    with Sandbox(Limits(cpu_s=0.3, memory_mb=256), workers=1) as box:
        assert doctor.examined(box, quick=False) == ("BREACH" in found)
    assert found in capsys.readouterr().out
