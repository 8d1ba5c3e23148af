"""Score: anyone's saved outputs, without a model.   benchmark, file of outputs -> score with interval

python -m codeio.evaluate.score benchmark=gsm8k outputs=FILE [reading=chat] [data_root=DIR] [items=FILE.parquet]

FILE holds a row per answer (.jsonl, .jsonl.gz, .json or .parquet): `id` (also doc_id, question_id, idx) names the item
and `response` (also output, generation, completion, text, resps) is what the model said. Ids are those of the data set;
where it has none, the number of its row from 0. An item without an answer is wrong. data_root is the folder of the data
sets (default: evaluate.bench.data_root); items= keeps a row per item. Of the readings the first is ours, the others
reproduce a published one.
"""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from codeio import shards, values
from codeio.command import arguments, run
from codeio.errors import BadInput, BadParams
from codeio.evaluate.benchmark import Benchmark, Item, Mark, Reading
from codeio.evaluate.benchmarks import ALL
from codeio.evaluate.data import Absent, Found, load
from codeio.evaluate.judge import marks
from codeio.evaluate.tally import Tally, tally
from codeio.params import ROOT, Params, did_you_mean
from codeio.params import load as load_params
from codeio.records import Record

IDS = ("id", "doc_id", "question_id", "idx", "task_id")
RESPONSES = ("response", "output", "generation", "completion", "prediction", "text", "resps")


class Scored(Record, kw_only=True):
    """One item as it was scored. The prompt is kept as a digest only; of gated data no response either, since it may
    quote the question: that stays out of our files."""

    benchmark: str
    id: str
    group: str
    reading: str
    version: str  # prompt version.reading version
    prompt: str  # digest
    response: str  # empty for gated data
    tokens: int = -1  # of the response; -1 where nobody counted them
    extracted: str
    found: bool  # whether an answer was found at all
    score: float


def scored(
    benchmark: Benchmark,
    reading: Reading,
    items: Sequence[Item],
    responses: Sequence[str | None],
    params: Params,
    tokens: Sequence[int] = (),
) -> tuple[list[Scored], Tally]:
    """A row per item and the score over all of them."""
    found, sizes = (
        marks(reading, list(zip(items, responses, strict=True)), params),
        tokens or [-1] * len(items),
    )
    rows = [row(benchmark, reading, *each) for each in zip(items, responses, found, sizes, strict=True)]
    return rows, tally(items, found)


def row(
    benchmark: Benchmark, reading: Reading, item: Item, response: str | None, mark: Mark, tokens: int
) -> Scored:
    return Scored(
        benchmark=benchmark.name,
        id=item.id,
        group=item.group,
        reading=reading.name,
        version=f"{benchmark.prompt_version}.{reading.version}",
        prompt=values.digest(benchmark.prompt(item)),
        response="" if benchmark.data.gated else valid(response or ""),
        tokens=tokens,
        extracted=valid(mark.extracted or ""),
        found=mark.extracted is not None,
        score=mark.score,
    )


def valid(text: str) -> str:
    """Text that a file can hold: no halves of surrogate pairs."""
    return text.encode("utf-8", "replace").decode()


def read(path: Path) -> dict[str, str]:
    """id -> response. Raises BadInput naming the row and what it lacks."""
    try:
        rows = rows_of(path)
    except (ValueError, EOFError, OSError, pa.ArrowException) as error:
        raise BadInput(
            f"{path}: not readable as outputs ({shards.brief(error)}): give .jsonl, .json or .parquet"
        ) from error
    found: dict[str, str] = {}
    for n, one in enumerate(rows, 1):
        name, said = field(one, IDS), field(one, RESPONSES)
        if name is None or said is None:
            lacks = "id" if name is None else "response"
            raise BadInput(
                f"{path}, row {n} has no {lacks}: name it one of {', '.join(IDS if name is None else RESPONSES)}"
            )
        if str(name) in found:
            raise BadInput(f"{path}, row {n}: the id {name} is there twice; keep one answer per item")
        found[str(name)] = first(said)
    if not found:
        raise BadInput(f"{path} holds no answer: give a row per item")
    return found


def rows_of(path: Path) -> list[Any]:
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        if path.suffix == ".json":
            value = json.load(file)
            return [{"id": k, "response": v} for k, v in value.items()] if isinstance(value, dict) else value
        return [json.loads(line) for line in file if line.strip()]


def field(row: Any, names: Sequence[str]) -> Any:
    return (
        next((row[name] for name in names if row.get(name) is not None), None)
        if isinstance(row, dict)
        else None
    )


def first(said: Any) -> str:
    """The first of several samples."""
    while isinstance(said, list):
        said = said[0] if said else ""
    return said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)


def chosen(name: str, reading: str) -> tuple[Benchmark, Reading]:
    if name not in ALL:
        raise BadParams(f"benchmark={name}: there is none of that name{did_you_mean(name, list(ALL))}")
    found = ALL[name].reading(reading)
    if found is None:
        known = [r.name for r in ALL[name].readings]
        raise BadParams(f"reading={reading}: {name} has {', '.join(known)}{did_you_mean(reading, known)}")
    return ALL[name], found


def asked(benchmark: Benchmark, data_root: str | None, params: Params) -> Found:
    found = load(benchmark, root(data_root or params.evaluate.bench.data_root), params.evaluate.bench.hub)
    if isinstance(found, Absent):
        raise BadInput(f"{benchmark.name} cannot be scored: {found.reason}")
    return found


def root(given: str | None) -> Path | None:
    """The folder of the data sets. Raises BadInput where it is not there."""
    if not given:
        return None
    at = Path(given) if Path(given).is_absolute() else ROOT / given
    if not at.is_dir():
        raise BadInput(f"data_root={given}: there is no such folder")
    return at


def main(words: list[str]) -> None:
    keys = {"benchmark": "", "outputs": "", "reading": "", "data_root": "", "items": ""}
    given = arguments(words, keys, required=("benchmark", "outputs"))
    params = load_params()
    benchmark, reading = chosen(given["benchmark"], given["reading"])
    said = read(Path(given["outputs"]))
    found = asked(benchmark, given["data_root"], params)
    strange = sorted(said.keys() - {item.id for item in found.items})
    if strange:
        raise BadInput(
            f"{given['outputs']}: {len(strange)} ids are not of {benchmark.name} ({strange[0]}, ...); "
            f"its own are like {found.items[0].id}"
        )
    rows, total = scored(benchmark, reading, found.items, [said.get(item.id) for item in found.items], params)
    if given["items"]:
        shards.write(Path(given["items"]), rows, Scored)
    answered = len(said)
    print(
        f"{benchmark.name}, {benchmark.metric} "
        f"({reading.name}, prompt {benchmark.prompt_version}, reading {reading.version})"
    )
    for name, score in total.groups.items():
        print(f"  {name or '(none)'}: {score:.4f}")
    about = {"score": total.score, "low": total.low, "high": total.high, "malformed": total.malformed}
    plain = {name: round(value, 6) for name, value in about.items()}
    print(
        json.dumps(
            {"benchmark": benchmark.name, "n": total.n, "items": total.items, "answered": answered, **plain}
        )
    )


if __name__ == "__main__":
    run("score", __doc__, main)
