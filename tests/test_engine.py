"""Engine: several processes make the same bytes as one, and none outlives the run, whatever ended it."""

import hashlib
import os
import signal

import pytest

from tests.house import House, build, until

SMALL = {"collect.installed": [], "collect.procedural.programs": 90, "collect.rows_per_shard": 10}


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> House:
    """A checkout with nine shards of functions."""
    made = build(tmp_path_factory.mktemp("engine") / "codeio")
    made.set(SMALL)
    made.run("python", "-m", "codeio.collect")
    made.run("python", "-m", "codeio.unify")
    return made


def digests(house: House, name: str) -> dict[str, str]:
    at = house.root / "data" / name
    return {str(p.relative_to(at)): hashlib.sha256(p.read_bytes()).hexdigest() for p in at.rglob("*.parquet")}


def processes(house: House) -> list[int]:
    """Those that work in this checkout."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.readlink(f"/proc/{pid}/cwd") == str(house.root):
                found.append(int(pid))
        except OSError:  # it ended meanwhile, or is another user's
            continue
    return found


def shards_done(house: House) -> int:
    return len(list((house.root / ".work").glob("execute/*/part-*.json")))


def test_two_processes_make_the_bytes_of_one(house):
    house.run("python", "-m", "codeio.execute", "workers=1")
    alone = digests(house, "execute")
    house.run("python", "-m", "codeio.execute", "workers=2")
    assert len(alone) == 18
    assert digests(house, "execute") == alone


@pytest.mark.parametrize(("how", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_no_process_outlives_a_run_that_was_ended(house, how, code):
    house.run("python", "-m", "codeio.execute", "workers=2")
    whole = digests(house, "execute")
    running = house.start("python", "-m", "codeio.execute", "workers=2")
    until(lambda: shards_done(house) >= 1)
    assert len(processes(house)) >= 3  # the run and its two
    os.kill(running.pid, how)
    running.communicate()
    assert running.returncode == code
    until(lambda: not processes(house), seconds=5.0)
    said = house.run("python", "-m", "codeio.execute", "workers=2")
    assert "shards finished by an earlier run" in said
    assert digests(house, "execute") == whole


def test_a_process_killed_from_outside_is_one_line(house):
    running = house.start("python", "-m", "codeio.execute", "workers=2")
    until(lambda: shards_done(house) >= 1)
    (child, *_) = [p for p in processes(house) if p != running.pid and b"spawn_main" in command(p)]
    os.kill(child, signal.SIGKILL)
    said = " ".join(running.communicate()[0].split())
    assert running.returncode == 1
    assert "a process was killed from outside" in said
    assert "run it again" in said
    assert "Traceback" not in said
    until(lambda: not processes(house), seconds=5.0)


def test_the_default_imports_no_ray(house):
    """Neither does it look for a cluster that the environment names."""
    said = house.run("python", "-X", "importtime", "-m", "codeio.execute", RAY_ADDRESS="127.0.0.1:9")
    names = {line.rpartition("|")[2].strip() for line in said.splitlines() if "import time:" in line}
    assert "codeio.engine" in names
    assert not [name for name in names if name.split(".")[0] == "ray" or name == "codeio.cluster"]


def command(pid: int) -> bytes:
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read()
    except OSError:
        return b""
