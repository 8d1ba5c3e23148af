"""The page of an analysis in a real browser: it needs nothing else, and its search finds what it should."""

import re
import subprocess

import pandas as pd
import pytest

from analysis import report, samples
from tests.analysing import items
from tests.test_chart_page import CHROMIUM, FLAGS


@pytest.mark.chromium
@pytest.mark.parametrize(
    ("search", "left"),
    [("", 6), ("answer+2", 1), ("ANSWER+what", 6), ("constants+answer+5", 1), ("nowhere", 0)],
)
def test_the_search_shows_what_holds_all_words(tmp_path, search, left):
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    shown = samples.browser(samples.of_items(items(n=6), {}), "Evaluated items")
    page = tmp_path / "report.html"
    page.write_text(
        report.page("title", "about", [("Table", report.table(pd.DataFrame())), ("Samples", shown)])
    )
    profile = f"--user-data-dir={tmp_path / 'browser'}"
    command = [CHROMIUM, *FLAGS.split(), profile, f"{page.as_uri()}#search={search}"]
    dom = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True).stdout
    assert f">{left} of 6<" in dom
    entries = re.findall(r"<details( hidden=\"\")?><summary>constants", dom)
    assert entries.count("") == left
