"""Instruct: general instructions for stage 2.   reasoning-gym | jsonl | parquet | hub -> Example ...

The embedded default renders tasks of reasoning-gym, seeded, as chat. Left out are its own version of code
input/output prediction, its zebra puzzles, and every family that evaluation asks; of any other source, every
question that evaluation may ask (so that nothing leaks).
"""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from codeio import values
from codeio.assemble import Example, Message
from codeio.errors import BadInput, BadParams
from codeio.settings import Hub, Instructions

# Short tasks that a small model can read, the same under every hash seed (isomorphic_strings is not). Families are
# split here, once: trained on, and only evaluated.
FAMILIES = (
    "basic_arithmetic", "chain_sum", "number_sorting", "letter_counting", "spell_backward", "gcd", "lcm",
    "base_conversion", "count_bits", "number_filtering", "caesar_cipher", "bitwise_arithmetic",
)  # fmt: skip
EVALUATED = ("leg_counting", "word_sequence_reversal", "prime_factorization", "simple_equations")
RESERVED = 1000  # questions of theirs that no source may teach: the most that evaluation can ask
LONGEST = 600  # characters of a question


def examples(p: Instructions, seed: int, counts: Counter[str]) -> Iterator[Example]:
    """At most `rows` conversations, every assistant turn supervised; those that would leak are counted."""
    asked = {values.digest(question) for question, _ in evaluated(RESERVED, seed)}
    match p.source:
        case None:
            found = gym(FAMILIES, p.rows, seed)
        case Hub():
            found = of_hub(p.source)
        case str():
            found = of_file(Path(p.source))
    for one in islice(found, p.rows):
        if any(values.digest(message.content.strip()) in asked for message in one.messages):
            counts["asked by evaluation"] += 1
        else:
            yield one


def evaluated(count: int, seed: int) -> Iterator[tuple[str, str]]:
    """The (question, answer) that evaluation asks; fewer are the first of more."""
    if count > RESERVED:
        raise BadParams(f"evaluate.instructions={count}: only {RESERVED} are kept out of training")
    return tasks(EVALUATED, count, seed + 1)


def gym(families: tuple[str, ...], count: int, seed: int) -> Iterator[Example]:
    """Tasks of several families in turn; the same seed gives the same tasks."""
    for question, answer in tasks(families, count, seed):
        messages = (Message("user", question), Message("assistant", answer))
        yield Example(values.digest("instruction", question), messages, (1,))


def tasks(families: tuple[str, ...], count: int, seed: int) -> Iterator[tuple[str, str]]:
    """(question, answer) in turn from each family, short ones only."""
    import reasoning_gym

    each = count // len(families) + 1
    sets = [reasoning_gym.create_dataset(name, size=3 * each, seed=seed) for name in families]
    given = 0
    for n in range(3 * each):
        for one in sets:
            entry = one[n]
            if given < count and len(entry["question"]) <= LONGEST:
                given += 1
                yield entry["question"].strip(), str(entry["answer"])


def of_file(path: Path) -> Iterator[Example]:
    """Chats of a .jsonl or .parquet file with a column `messages`. Raises BadInput naming the row."""
    if not path.is_file():
        raise BadInput(f"train.instructions.source={path}: there is no such file")
    rows = table(path) if path.suffix == ".parquet" else lines(path)
    for number, row in enumerate(rows, 1):
        yield chat(row, f"{path.name}, row {number}")


def table(path: Path) -> list[Any]:
    try:
        return pq.read_table(path).to_pylist()
    except pa.ArrowException as error:
        raise BadInput(f"{path.name} is not a whole parquet file: make it anew") from error


def lines(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                yield json.loads(line)
            except ValueError as error:
                raise BadInput(f"{path.name}, line {number} is not JSON: mend or remove it") from error


def of_hub(data: Hub) -> Iterator[Example]:
    from datasets import load_dataset
    from datasets.exceptions import DatasetsError

    try:
        rows = load_dataset(data.id, revision=data.revision or None, split=data.split, streaming=True)
    except (OSError, ValueError, DatasetsError) as error:
        wrong = f"train.instructions.source: cannot read split {data.split} of {data.id}: {error}"
        raise BadInput(f"{wrong}; check id, revision and split") from error
    for number, row in enumerate(rows, 1):
        yield chat(row, f"{data.id}, row {number}")


def chat(row: Any, where: str) -> Example:
    """A conversation in the `messages` layout; system turns are put before the first question."""
    said = row.get("messages") if isinstance(row, dict) else None
    if not isinstance(said, list) or not all(is_message(m) for m in said):
        raise BadInput(f"{where} has no `messages` list of role and content, both text")
    system = "".join(m["content"] + "\n" for m in said if m["role"] == "system")
    rest = [m for m in said if m["role"] != "system"]
    messages = [Message("assistant" if m["role"] == "assistant" else "user", m["content"]) for m in rest]
    if not messages or messages[0].role != "user":
        raise BadInput(f"{where} does not start with a user message")
    messages[0] = Message("user", system + messages[0].content)
    answers = tuple(n for n, m in enumerate(messages) if m.role == "assistant")
    return Example(values.digest("instruction", [m.content for m in messages]), tuple(messages), answers)


def is_message(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(key), str) for key in ("role", "content"))
