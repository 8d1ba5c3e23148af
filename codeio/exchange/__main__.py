"""Exchange data with other tools.

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
from itertools import chain
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
REWARD = '"""verl: custom_reward_function.path=reward.py; needs codeio."""\n\nfrom codeio.exchange.reward import compute_score\n\n__all__ = ["compute_score"]\n'  # noqa: E501


def export(layout: str, to: Path, params: Params) -> None:
    """The view as files of the layout in the folder `to`, with its card."""
    if layout not in LAYOUTS:
        raise BadParams(
            f"export={layout}: there are only {', '.join(LAYOUTS)}{did_you_mean(layout, list(LAYOUTS))}"
        )
    assemble.check(params)
    kept: dict[str, Problem] = {}
    left: Counter[str] = Counter()

    def remembered() -> Iterator[Problem]:
        for one in assemble.store(params):
            kept[one.id] = one
            yield one

    rows = []
    for example in assemble.view(remembered(), params, left):
        one = kept[example.id]
        about = {"id": one.id, "corpus": one.corpus, "licence": one.licence}
        rows.append(LAYOUTS[layout](one, example, params) | about)
    if not rows:
        raise BadInput(f"the view of data/revise/{params.store} is empty: {dict(left)}")
    to.mkdir(parents=True, exist_ok=True)
    name = "train.parquet" if layout == "verl" else "train.jsonl"
    write(to / name, rows)
    if layout == "verl":
        (to / "reward.py").write_text(REWARD)
    used = [kept[row["id"]] for row in rows]
    reasons = Counter({why: n for why, n in left.items() if why not in ("problems", "examples", "turns")})
    (to / "README.md").write_text(card.text(used, params, {name: shards.sha256(to / name)}, reasons))
    stage.screen.print(f"exchange: {len(rows):,} examples as {layout} in {to}")


def write(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(list(rows)), path)
    else:
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


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
    to.mkdir(parents=True, exist_ok=True)
    made = list(released.chats(rows))
    write(to / "chats.jsonl", made)
    stage.screen.print(
        f"exchange: {len(made):,} chats in {to / 'chats.jsonl'}; set train.instructions.source to it"
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
