"""The printed chart link in a real browser: every score's chart is there, one bar per run, no click."""

import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from msgspec.structs import replace

from analysis import runs
from codeio import arm, sweep
from codeio.params import load
from codeio.sweep import COLOURS
from tests.test_tracker import Fakes, Scored, about, migrated, root  # noqa: F401  (fixtures)

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --window-size=1600,2400 --virtual-time-budget=60000 --dump-dom"
)
SCORES = ("constants_output", "constants_input", "natural_output")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture
def page(root):  # noqa: F811
    """`mlflow ui` at the root of a checkout, on a port of its own."""
    port = free_port()
    command = [sys.executable, "-m", "mlflow", "ui", "--port", str(port), "--workers", "1"]
    with (root / "ui.log").open("w") as log:
        server = subprocess.Popen(command, cwd=root, stdout=log, stderr=subprocess.STDOUT)
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2)
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.25)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=30)


def three_arms() -> None:
    for n in range(3):
        fakes = Fakes()
        scores = Scored({f"bench/{name}": 0.2 + n / 10 for name in SCORES}, ())
        parts = fakes.parts()._replace(evaluate=lambda params, at, scores=scores: scores)
        shown = about(f"revisions={n}", "20261123-101112-000000-1")
        arm.run(load(f"revisions={n}"), replace(shown, colour=COLOURS[n]), parts)


@pytest.mark.full
@pytest.mark.chromium
def test_the_printed_link_shows_one_bar_per_run_in_every_chart(root, page):  # noqa: F811
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    three_arms()
    arm.run(load("seed=7"), about("another sweep", "20261123-101112-000000-2"), Fakes().parts())
    id = "20261123-101112-000000-1"
    link = sweep.link(id, runs.finished(id)).replace("http://127.0.0.1:5000", page)
    shown = opened(link, root)
    assert "another sweep" not in shown
    bars = bars_per_chart(shown)
    assert {name: bars[f"bench/{name}"] for name in SCORES} == dict.fromkeys(SCORES, 3)
    for colour in COLOURS[:3]:
        rgb = ", ".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))
        assert f"fill: rgb({rgb})" in shown
    assert [name for name in bars if name.startswith("bench/")] == [f"bench/{name}" for name in SCORES]
    table = opened(link.removesuffix("&compareRunsMode=CHART"), root)
    assert "another sweep" not in table
    for column in ("revisions", *(f"bench/{name}" for name in SCORES)):
        assert re.search(rf'role="columnheader"[^>]*col-id="[^"]*{column}', table), column


def opened(link, root):  # noqa: F811
    """What the page holds once it has drawn itself."""
    command = [CHROMIUM, *FLAGS.split(), f"--user-data-dir={root / 'browser'}", link]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=True).stdout


def bars_per_chart(page: str) -> dict[str, int]:
    """Chart title -> bars drawn after it and before the next title."""
    bars: dict[str, int] = {}
    title = ""
    for found in re.finditer(r"(?:bench|data|train)/[a-z_]+|<g class=\"point\"", page):
        if found.group().startswith("<g"):
            bars[title] += 1
        else:
            title = found.group()
            bars.setdefault(title, 0)
    return bars
