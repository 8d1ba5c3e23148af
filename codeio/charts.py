"""Lay out: how MLflow's page shows a sweep.   its settings and scores -> the state of a shared view

The page keeps views that people share as JSON in a tag of the experiment, and a link names one. Without a view its
table shows no score, its charts have titles that are cut off, and only the first ten runs have a bar.
"""

import json
from collections.abc import Sequence


def layout(sweep: str, settings: Sequence[str], scores: Sequence[str]) -> str:
    """The sweep's runs only, all of them, in the order of what is swept; a chart for each score, two side by side.

    `settings` are what its arms differ in, `scores` the metrics bench/*, both in the order to show them in. Charts of
    other metrics follow in sections that MLflow makes.
    """
    bars = {
        "type": "BAR",
        "metricSectionId": "bench",
        "runsCountToCompare": 100,
        "isGenerated": True,
        "deleted": False,
    }
    section = {
        "uuid": "bench",
        "name": "bench",
        "display": True,
        "isReordered": False,
        "columns": 2,
        "cardHeight": 260,
    }
    state = {
        "searchFilter": f"tags.`codeio.sweep` LIKE '%{sweep}%'",  # an arm may belong to several
        "orderByKey": f"params.`{settings[0]}`" if settings else "attributes.start_time",
        "orderByAsc": True,
        "selectedColumns": [f"params.`{x}`" for x in settings] + [f"metrics.`{x}`" for x in scores],
        "runsHiddenMode": "SHOW_ALL",
        "compareRunSections": [section] if scores else [],
        "compareRunCharts": [bars | {"uuid": x, "metricKey": x, "displayName": x} for x in scores],
    }
    # without scores MLflow makes all charts and sections itself
    return json.dumps({name: value for name, value in state.items() if value != []})
