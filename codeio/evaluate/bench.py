"""Bench: ask a model the paper's 14 benchmarks, as many as there is data for.   model -> outputs/bench/, MLflow

python -m codeio.evaluate.bench evaluate.bench.data_root=DIR [evaluate.bench.names=[gsm8k,math]] [...]

Zero-shot and greedy (BBH three-shot); prompts and token limits are ours, since the paper does not give its own, so only
differences between models mean something. Absent data is listed and counted: AVG is a plain mean "of n". With
evaluate.bench.limit=N every metric says so in its name. The settings are evaluate.bench in params.yaml.
"""

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager

from rich.table import Table

from codeio import facts, shards, tracker, values
from codeio.command import command
from codeio.errors import BadInput, BadParams
from codeio.evaluate import runner
from codeio.evaluate.benchmark import Benchmark, Item
from codeio.evaluate.benchmarks import ALL
from codeio.evaluate.data import Absent, load
from codeio.evaluate.score import Scored, root, scored
from codeio.evaluate.tally import Tally
from codeio.params import ROOT, Params, did_you_mean
from codeio.stage import screen, write_json

ITEM = ("benchmark", "id", "group", "score", "found", "extracted", "tokens", "prompt", "version")
SAMPLE = ("benchmark", "id", "extracted", "score", "response", "version")
SHOWN = 200  # rows of the table with responses in MLflow; all responses are in the parquet file


def main(params: Params) -> None:
    asked, absent = available(params)
    if not asked:
        raise BadInput(
            f"no benchmark can be asked: {next(iter(absent.values()))}; set evaluate.bench.data_root"
        )
    started = time.monotonic()
    said = runner.answers(asked, params)
    seconds = time.monotonic() - started
    rows: list[Scored] = []
    tallies: dict[str, Tally] = {}
    for benchmark, items in asked:
        responses, tokens = zip(*said[benchmark.name], strict=True)
        found, tallies[benchmark.name] = scored(
            benchmark, benchmark.readings[0], items, responses, params, tokens
        )
        rows += found
    keep(params, rows, tallies, absent, {"data/bench_seconds_per_item": seconds / len(rows)})


def available(params: Params) -> tuple[list[tuple[Benchmark, Sequence[Item]]], dict[str, str]]:
    """The benchmarks that can be asked with their items, and why the others cannot."""
    bench = params.evaluate.bench
    for name in bench.names:
        if name not in ALL:
            raise BadParams(
                f"evaluate.bench.names: there is no benchmark {name}{did_you_mean(name, list(ALL))}"
            )
    asked, absent = [], {}
    for name in bench.names or ALL:
        found = load(ALL[name], root(bench.data_root), bench.hub)
        if isinstance(found, Absent):
            absent[name] = found.reason
        else:
            asked.append((ALL[name], found.items[: bench.limit]))
    return asked, absent


def metrics(tallies: Mapping[str, Tally], limit: int | None, of: int) -> dict[str, float]:
    """bench/<name> with its interval; the mean says of how many; a limit is part of every name."""
    mark = f"_limit{limit}" if limit else ""
    found: dict[str, float] = {}
    for name, one in tallies.items():
        found[f"bench/{name}{mark}"] = one.score
        found |= {f"yardstick/{name}{mark}_low": one.low, f"yardstick/{name}{mark}_high": one.high}
        found |= {
            f"yardstick/{name}{mark}_malformed": one.malformed,
            f"yardstick/{name}{mark}_items": float(one.items),
        }
    found[f"bench/avg_{len(tallies)}_of_{of}{mark}"] = sum(t.score for t in tallies.values()) / len(tallies)
    return {name: round(value, 6) for name, value in found.items()}


def keep(
    params: Params,
    rows: list[Scored],
    tallies: dict[str, Tally],
    absent: dict[str, str],
    more: dict[str, float],
) -> None:
    """Everything to disk, to MLflow and to the screen."""
    bench = params.evaluate.bench
    figures = metrics(tallies, bench.limit, len(tallies) + len(absent))
    folder = ROOT / "outputs" / "bench" / values.digest(bench.model, bench.limit, list(tallies))[:12]
    shards.write(folder / "items.parquet", rows, Scored)
    write_json(folder / "scores.json", {"model": bench.model, "metrics": figures, "absent": absent})
    with run_of(params) as now:
        versions = {row.benchmark: row.version for row in rows}
        now.tag(
            {
                "codeio.bench": ",".join(tallies),
                "codeio.bench_absent": ",".join(absent),
                "codeio.bench_versions": ",".join(f"{name} {versions[name]}" for name in tallies),
            }
        )
        now.log(figures | more, 0)
        now.table([shown(row, ITEM) for row in rows], "bench/items.json")
        now.table([shown(row, SAMPLE) for row in rows[:: -(-len(rows) // SHOWN)]], "samples/bench.json")
        now.file(folder / "items.parquet", "bench")
    screen.print(table(tallies, absent, bench.limit))
    screen.print(f"bench: {folder.relative_to(ROOT)}")


def run_of(params: Params) -> AbstractContextManager[tracker.Run]:
    """The MLflow run of the checkpoint's training where this store has it, else a new one."""
    at = ROOT / params.evaluate.bench.model
    tags = json.loads((at / "arm.json").read_text()) if (at / "arm.json").exists() else {}
    known = tracker.find(tags) if tags else None
    about = tracker.About(name=f"bench {at.name}", kind="single", tags=facts.git() | tags)
    return tracker.reopened(known) if known else tracker.run(params, about)


def shown(row: Scored, columns: Sequence[str]) -> dict[str, str]:
    return {name: str(getattr(row, name)) for name in columns}


def table(tallies: Mapping[str, Tally], absent: Mapping[str, str], limit: int | None) -> Table:
    made = Table(
        title=f"benchmarks{f', the first {limit} items of each' if limit else ''}", title_justify="left"
    )
    for name in ("benchmark", "score", "95 %", "n", "no answer found"):
        made.add_column(name, justify="left" if name == "benchmark" else "right")
    for name, one in tallies.items():
        interval, lost = f"{one.low:.3f}-{one.high:.3f}", f"{one.malformed:.0%}"
        made.add_row(name, f"{one.score:.3f}", interval, f"{one.n:,}", lost)
    mean = sum(one.score for one in tallies.values()) / len(tallies)
    made.add_row(f"AVG of {len(tallies)} of {len(tallies) + len(absent)}", f"{mean:.3f}", "", "", "")
    for name, reason in absent.items():
        made.add_row(name, "absent", reason.split(";")[0], "", "")
    return made


if __name__ == "__main__":
    command("bench", __doc__, main)
