"""Made-up items and runs for the tests of the analysis."""

from datetime import UTC, datetime

import pandas as pd

from analysis.runs import Run


def items(arm="main", seed="0", right=6, n=10, rung="constants", predict="output"):
    return pd.DataFrame(
        {
            "id": [f"{rung}-{predict}-{k}" for k in range(n)],
            "arm": arm,
            "seed": seed,
            "rung": rung,
            "predict": predict,
            "correct": [k < right for k in range(n)],
            "baseline_correct": [k < 1 for k in range(n)],
            "kind": "procedural",
            "corpus": "made up",
            "status": "ok",
            "prompt": "what does f give?",
            "wanted": "1",
            "response": [f"answer {k}" for k in range(n)],
            "baseline": "0",
        }
    )


def run(name, metrics=(), **params):
    plain = {key.replace("__", "."): str(value) for key, value in params.items()}
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Run(
        id=name, name=name, status="FINISHED", started=now, params=plain, metrics=dict(metrics), tags={}
    )
