"""What all tests share: where real data lies, and which skips are allowed."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("CODEIO_SHARED", ROOT.parent / "shared"))
MAY_SKIP = {"gpu", "vllm", "chromium"}  # what a machine may lack; DESIGN allows no other skip where data is

settings.register_profile(
    "codeio", deadline=None, derandomize=True
)  # no timed tests; the same cases everywhere
settings.load_profile("codeio")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real files to measure on; a checkout without it skips, and says so."""
    if not (SHARED / "data").is_dir():
        pytest.skip("no ../shared/data (CODEIO_SHARED names another place)")
    return SHARED / "data"


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory) -> Path:
    """A small chat model of random weights, made once."""
    from tests.checkpoint import build

    return build(tmp_path_factory.mktemp("checkpoint"))


@pytest.fixture(scope="session")
def transformers_serve(checkpoint) -> Iterator[str]:
    """The address of a real server of that model, up once."""
    from tests import serving

    yield from serving.transformers(checkpoint)


@pytest.fixture(scope="session")
def box() -> Iterator[Any]:
    """One sandbox for all tests of answers that ask for none of their own."""
    from codeio.sandbox import Sandbox
    from tests.answering import LIMITS

    with Sandbox(LIMITS, workers=1) as opened:
        yield opened


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Under CODEIO_STRICT_SKIPS a skip that the machine does not excuse is a failure."""
    outcome = yield
    report = outcome.get_result()
    strict = os.environ.get("CODEIO_STRICT_SKIPS") and (SHARED / "data").is_dir()
    excused = MAY_SKIP & {mark.name for mark in item.iter_markers()}
    if report.skipped and strict and not excused and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skip not allowed here: {report.longrepr}"


def pytest_terminal_summary(terminalreporter):
    """The yields, worth reading also where the tests pass; from whichever process ran them."""
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, text in report.user_properties:
            terminalreporter.write_line(f"{report.nodeid}: {name}\n{text}")


@pytest.fixture
def own_store(tmp_path, monkeypatch):
    """No reply of an earlier test, and no key or address of whoever runs the tests."""
    from codeio.llm import model

    monkeypatch.setattr(model, "ROOT", tmp_path)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
