"""Collect: raw files with origin, version and licence.   packages, files, grammar -> data/collect"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from codeio import stage, values
from codeio.collect.adapters import Item, Raw, items, read
from codeio.params import Params
from codeio.records import Dropped, Source
from codeio.similar import Similar, signature

LONGEST = 200_000  # bytes of a file that somebody may have written by hand


class Seen(dict[str, str]):
    """Source id -> why it is a duplicate; made by one pass over everything before the first shard."""


def shard(item: Item, twins: Seen) -> Iterator[Source | Dropped]:
    """The usable files of one item."""
    for raw in read(item):
        found = source(item, raw)
        if isinstance(found, Source) and found.id in twins:
            reason, _, first = twins[found.id].partition(": ")
            found = Dropped(id=name(item, raw), reason=reason, detail=first)
        yield found


def source(item: Item, raw: Raw) -> Source | Dropped:
    """A file as a Source, or why it cannot be one."""
    try:
        text = raw.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Dropped(id=name(item, raw), reason="not UTF-8", detail=f"byte {error.start}")
    if why := unusable(text, len(raw.data)):
        return Dropped(id=name(item, raw), reason=why)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return Source(
        id=values.digest(item.corpus, raw.path, raw.row, sha256),
        kind=item.kind,
        corpus=item.corpus,
        version=item.version,
        path=raw.path,
        licence=raw.licence or item.licence,
        sha256=sha256,
        text=text,
    )


def unusable(text: str, size: int) -> str | None:
    if not text.strip():
        return "empty"
    if "\0" in text:
        return "null bytes"
    return "larger than 200 kB" if size > LONGEST else None


def name(item: Item, raw: Raw) -> str:
    return f"{item.corpus}/{raw.path}"


def duplicates(all_items: Iterable[Item], threshold: float) -> Seen:
    """Every file that repeats an earlier one: byte for byte, or, of natural code, nearly."""
    seen, first, near = Seen(), {}, Similar(threshold)
    for item in all_items:
        for raw in read(item):
            one = source(item, raw)
            if isinstance(one, Dropped):
                continue
            if one.sha256 in first:
                seen[one.id] = f"exact duplicate: {first[one.sha256]}"
            elif one.kind == "natural" and (twin := resembles(near, one, name(item, raw))):
                seen[one.id] = f"near duplicate: {twin}"
            else:
                first[one.sha256] = name(item, raw)
    return seen


def resembles(near: Similar, one: Source, own: str) -> str | None:
    minhash = signature(one.text)
    twin = near.find(minhash)
    if twin is None:
        near.add(own, minhash)
    return twin


@contextmanager
def opened(params: Params) -> Iterator[Callable[[list[Item]], Iterable[Source | Dropped]]]:
    twins = duplicates(items(params.collect, params.seed), params.collect.near_duplicate)
    yield lambda one: shard(one[0], twins)


STAGE = stage.Stage(
    name="collect",
    gives=Source,
    items=lambda p: items(p.collect, p.seed),
    open=opened,
    sections=("seed", "collect"),
)

if __name__ == "__main__":
    stage.main(STAGE)
