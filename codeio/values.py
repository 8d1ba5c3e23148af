"""Values: JSON as codeio hashes, compares and reads it.   (see tests/test_values.py for every rule)"""

import orjson
import xxhash

from codeio.records import Json


def canonical(value: Json) -> str:
    """One string per JSON value: keys sorted, no spaces, UTF-8. Raises TypeError on what is not JSON."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def digest(*parts: Json) -> str:
    """Content hash, 32 hex digits: the id of every record."""
    return xxhash.xxh3_128_hexdigest(canonical(list(parts)).encode())


def unit(*parts: Json) -> float:
    """A number in [0, 1) fixed by content: nested subsets, splits and rates never depend on position."""
    return xxhash.xxh3_64_intdigest(canonical(list(parts)).encode()) / 2**64
