"""Read: conversations of a file or of a hub data set.   source, columns -> Example ...

The one door for foreign training text: a comparison corpus of stage 1, the instructions of stage 2, a file that is
searched for test items. A row holds `messages`, or a question and its answer, or text that answers nothing (raw code):
all of that is told as the answer to an empty question, which every chat template takes.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from codeio import facts, values
from codeio.assemble import Example, Message
from codeio.errors import BadInput
from codeio.settings import Columns, DataSet

TOGETHER = 1000  # rows of a parquet file that are in memory at once
CHATS = Columns(messages="messages")
Source = str | DataSet


def check(source: Source, setting: str) -> None:
    """Refuse what is not there, and what nobody could find again. Raises BadInput naming the setting."""
    if isinstance(source, str):
        if not Path(source).is_file():
            raise BadInput(f"{setting}={source}: there is no such file; give a .jsonl or .parquet")
    elif not source.revision and not Path(source.id).is_dir():
        raise BadInput(
            f"{setting} of {source.id} has no revision, so nobody could tell what was trained on: "
            f"give its full commit, {setting}.revision=COMMIT"
        )


def content(source: Source, setting: str) -> str:
    """Hash of a file or folder; of a data set on the hub its name and revision."""
    check(source, setting)
    at = Path(source if isinstance(source, str) else source.id)
    if at.exists():
        return facts.folder_hash(at)
    return values.digest(source.id, source.revision, source.split, source.subset or "")


def read(source: Source, columns: Columns, setting: str) -> Iterator[Example]:
    """Every assistant turn is supervised. Raises BadInput naming the row and the column."""
    check(source, setting)
    if isinstance(source, str):
        path = Path(source)
        name, rows = path.name, (table(path) if path.suffix == ".parquet" else lines(path))
    else:
        name, rows = source.id, hosted(source, setting)
    for number, row in enumerate(rows, 1):
        yield conversation(row, columns, f"{name}, row {number}")


def table(path: Path) -> Iterator[Any]:
    try:
        for batch in pq.ParquetFile(path).iter_batches(TOGETHER):
            yield from batch.to_pylist()
    except pa.ArrowException as error:
        raise BadInput(f"{path.name} is not a whole parquet file: make it anew") from error


def lines(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                yield json.loads(line)
            except ValueError as error:
                raise BadInput(f"{path.name}, line {number} is not JSON: mend or remove it") from error


def hosted(data: DataSet, setting: str) -> Iterator[Any]:
    """Rows of the hub, as they come: nothing is kept on the disk but what `datasets` caches."""
    from datasets import load_dataset
    from datasets.exceptions import DatasetsError
    from httpx import HTTPError

    try:
        yield from load_dataset(
            data.id, data.subset, revision=data.revision or None, split=data.split, streaming=True
        )
    except (OSError, ValueError, RuntimeError, DatasetsError, HTTPError) as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise BadInput(
            f"{setting}: cannot read split {data.split} of {data.id}: {said}; check id, revision and split, subset and "
            f"network, or give a downloaded file: {setting}=FILE"
        ) from error


def conversation(row: Any, columns: Columns, where: str) -> Example:
    if not isinstance(row, dict):
        raise BadInput(f"{where} is no JSON object")
    if columns.messages:
        messages = chat(row.get(columns.messages), columns.messages, where)
    elif columns.text:
        messages = [Message("user", ""), Message("assistant", text(row, columns.text, where))]
    else:
        asked, said = (text(row, name, where) for name in (columns.question or "", columns.answer or ""))
        messages = [Message("user", asked), Message("assistant", said)]
    answers = tuple(n for n, m in enumerate(messages) if m.role == "assistant")
    return Example(values.digest("instruction", [m.content for m in messages]), tuple(messages), answers)


def text(row: dict[str, Any], column: str, where: str) -> str:
    if not isinstance(said := row.get(column), str):
        raise BadInput(f"{where} has no text in its column `{column}`; it has {', '.join(sorted(row))}")
    return said


def chat(said: Any, column: str, where: str) -> list[Message]:
    """A conversation in the `messages` layout; system turns are put before the first question."""
    if not isinstance(said, list) or not all(is_message(m) for m in said):
        raise BadInput(f"{where} has no `{column}` list of role and content, both text")
    system = "".join(m["content"] + "\n" for m in said if m["role"] == "system")
    rest = [m for m in said if m["role"] != "system"]
    messages = [Message("assistant" if m["role"] == "assistant" else "user", m["content"]) for m in rest]
    if not messages or messages[0].role != "user":
        raise BadInput(f"{where} does not start with a user message")
    return [Message("user", system + messages[0].content), *messages[1:]]


def is_message(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(key), str) for key in ("role", "content"))
