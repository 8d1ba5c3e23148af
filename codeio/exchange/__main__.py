"""Exchange: views in the layouts of other tools, released data as problems.   data/revise/<teacher> <-> files

python -m codeio.exchange export=LAYOUT [to=FOLDER] [key=value ...]
    the view of params.yaml over data/revise/<teacher> in the layout messages | sharegpt | alpaca | verl | released,
    with a data card; key=value chooses another view (teacher=llm revisions=1 wrong=drop)
python -m codeio.exchange import=FILE [to=FOLDER] [key=value ...]
    released data (.jsonl, .jsonl.gz, .parquet). Parsed functions are run again and become problems in data/pose, for
    `python -m codeio.answer` and what follows; answered prompts become chats, for train.instructions.source.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from codeio import assemble, shards, stage
from codeio.collect.adapters import table
from codeio.command import run
from codeio.errors import BadInput, BadParams
from codeio.exchange import card, released
from codeio.exchange.layouts import LAYOUTS
from codeio.params import ROOT, Params, did_you_mean, load
from codeio.records import Dropped, Problem
from codeio.sandbox import Limits, Sandbox

OWN = ("export", "import", "to")
AT_ONCE = 10_000  # rows of parquet in memory
REWARD = '"""verl: custom_reward_function.path=reward.py; needs codeio."""\n\nfrom codeio.exchange.reward import compute_score\n\n__all__ = ["compute_score"]\n'  # noqa: E501


def export(layout: str, to: Path, params: Params) -> None:
    """The view as files of the layout in the folder `to`, with its card."""
    if layout not in LAYOUTS:
        raise BadParams(
            f"export={layout}: there are only {', '.join(LAYOUTS)}{did_you_mean(layout, list(LAYOUTS))}"
        )
    assemble.check(params)
    left: Counter[str] = Counter()
    counts = card.Counts(params.store)
    name = "train.parquet" if layout == "verl" else "train.jsonl"
    every = rows(layout, params, left, counts)
    first = next(every, None)
    if first is None:
        raise BadInput(f"the view of data/revise/{params.store} is empty: {dict(left)}")
    write(to / name, chain([first], every))
    if layout == "verl":
        (to / "reward.py").write_text(REWARD)
    reasons = Counter({why: n for why, n in left.items() if why not in ("problems", "examples", "turns")})
    (to / "README.md").write_text(card.text(counts, params, {name: shards.sha256(to / name)}, reasons))
    stage.screen.print(f"exchange: {counts.total:,} examples as {layout} in {to}")


def rows(layout: str, params: Params, left: Counter[str], counts: card.Counts) -> Iterator[released.Row]:
    """One per example of the view, counted as it goes by."""
    now: list[Problem] = []

    def remembered() -> Iterator[Problem]:
        for one in assemble.store(params):
            now[:] = [one]  # a view gives an example before it takes the next problem
            yield one

    for example in assemble.view(remembered(), params, left):
        (one,) = now
        counts.add(one)
        about = {"id": one.id, "corpus": one.corpus, "licence": one.licence}
        yield LAYOUTS[layout](one, example, params) | about


def write(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Rows to the file as they come; of parquet the first part decides the types."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix != ".parquet":
        with path.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        return
    left = iter(rows)
    first = pa.Table.from_pylist(list(islice(left, AT_ONCE)))
    with pq.ParquetWriter(path, first.schema) as file:
        file.write_table(first)
        while part := list(islice(left, AT_ONCE)):
            file.write_table(pa.Table.from_pylist(part, schema=first.schema))


def import_(path: Path, to: Path | None, params: Params) -> None:
    """Released data as records of ours. Raises BadInput on a file of no known layout."""
    if not path.is_file():
        raise BadInput(f"import={path}: there is no such file; give a .jsonl, .jsonl.gz or .parquet")
    try:
        rows = table(path)
        first = next(rows, {})
        every = chain([first], rows)
        kind = released.layout(first)
        if kind == "parsed":
            return problems(every, path.name.split(".")[0], to or stage.folder("pose"), params)
        if kind == "reasoning":
            return chats(every, to or ROOT / "imported")
    except (pa.ArrowException, EOFError) as error:
        raise BadInput(f"import={path}: not a whole file of its kind ({error}); fetch it again") from error
    if kind == "rawcode":
        raise BadParams(
            f"import={path}: raw code is read as it is; set collect.jsonl={path} and run `dvc repro`"
        )
    fields = " | ".join(f"{', '.join(x)}" for x in (released.PARSED, released.REASONING, released.RAW))
    raise BadInput(f"import={path}: its first row has no known layout; the fields are {fields}")


def problems(rows: Iterable[released.Row], corpus: str, to: Path, params: Params) -> None:
    p = params.execute
    if shards.files(to):
        raise BadInput(f"{to} holds problems already: move them away, or give another folder as to=")
    with Sandbox(
        Limits(cpu_s=p.cpu_s / 5, memory_mb=p.memory_mb), workers=params.workers, isolation=params.isolation
    ) as box:
        found = list(released.problems(rows, corpus, box, params))
    made = [one for one in found if isinstance(one, Problem)]
    dropped = [one for one in found if isinstance(one, Dropped)]
    if not made:
        raise BadInput(f"no pair came out as recorded: {dict(Counter(one.reason for one in dropped))}")
    shards.write(to / "dropped" / stage.part(0), dropped, Dropped)
    shards.write(to / stage.part(0), made, Problem)
    for reason, count in Counter(one.reason for one in dropped).most_common():
        stage.screen.print(f"exchange: {count:,} dropped: {reason}")
    functions = len({one.function for one in made})
    stage.screen.print(f"exchange: {len(made):,} problems of {functions:,} functions in {to}")


def chats(rows: Iterable[released.Row], to: Path) -> None:
    made = Counter[str]()

    def counted() -> Iterator[released.Row]:
        for chat in released.chats(rows):
            made["chats"] += 1
            yield chat

    write(to / "chats.jsonl", counted())
    stage.screen.print(
        f"exchange: {made['chats']:,} chats in {to / 'chats.jsonl'}; set train.instructions.source to it"
    )


def main(words: Sequence[str]) -> None:
    if not words:
        return print((__doc__ or "").strip())
    own = dict(word.split("=", 1) for word in words if word.split("=", 1)[0] in OWN and "=" in word)
    params = load(*(word for word in words if word.split("=", 1)[0] not in OWN))
    if ("export" in own) == ("import" in own):
        raise BadParams("give either export=LAYOUT or import=FILE")
    to = Path(own["to"]) if "to" in own else None
    if "export" in own:
        return export(own["export"], to or ROOT / "exports" / own["export"], params)
    import_(Path(own["import"]), to, params)


if __name__ == "__main__":
    run("exchange", __doc__, main)
