"""Rank: votes for a place as the kinds it may be, likeliest first.   Place -> (kind, weight) ..."""

from collections import Counter

from codeio.unify import kinds
from codeio.unify.kinds import Kind
from codeio.unify.places import Place


def ranked(place: Place, depth: int = 0) -> list[tuple[Kind, float]]:
    """Kinds by weight, likeliest first."""
    v = place.votes
    parts = place.parts
    inner = ranked(parts["element"], depth + 1) if "element" in parts and depth < 3 else []
    element = inner[0][0] if inner else kinds.INT
    text = element in (kinds.CHAR, kinds.STR, kinds.DIGITS)
    open_ended = v["sequence"] + v["iterable"] + 0.8 * v["sized"] + v["picked"] * (0.5 if place.fixed else 1)
    scores: Counter[Kind] = Counter()
    scores[kinds.INT] += v["int"] + 0.3 * v["number"]
    scores[kinds.FLOAT] += v["float"] + 0.25 * v["int"] * bool(v["float"])
    scores[kinds.BOOL] += v["bool"]
    scores[kinds.CHAR] += v["char"]
    scores[kinds.DIGITS] += 0.9 * v["digits"] + (open_ended and element == kinds.DIGITS) * 2
    scores[kinds.STR] += (
        v["str"] + 0.6 * v["char"] + open_ended * (0.9 if text else 0.45) + text * (element == kinds.CHAR)
    )
    if "element" in parts and any(
        parts["element"].votes[name] for name in ("sequence", "picked", "iterable")
    ):
        scores[kinds.STR] *= 0.3  # whose items are looked into
    scores[kinds.listed(element)] += v["list"] + open_ended * (0.5 if element == kinds.CHAR else 1)
    if len(inner) > 1 and inner[1][1] > 0.5 * inner[0][1]:
        scores[kinds.listed(inner[1][0])] += 0.8 * (v["list"] + open_ended)
    if place.fixed and element != kinds.CHAR:
        scores[Kind("tuple", (element,) * place.fixed)] += 1.2 * v["picked"]
        scores[Kind("list", (element,) * place.fixed)] += v["picked"] * (1.3 if depth == 0 else 1)
    scores[Kind("set", (element,))] += v["set"]
    if v["dict"]:
        scores[mapping(parts, depth)] += v["dict"] * (0.6 if "[" in {name[0] for name in parts} else 1)
        scores[entries(parts, depth)] += v["dict"] * any(name[0] == "[" for name in parts)
    scores[kinds.NESTED] += 2 * v["nested"]
    scores[kinds.TREE] += v["tree"]
    scores[kinds.LINKED] += v["linked"]
    scores[kinds.FUNCTION] += v["function"]
    if v["object"] and depth < 3:
        scores[record(parts, depth)] += 2 * v["object"]
    scores[kinds.ARRAY] += v["array"]
    scores[kinds.MATRIX] += v["array"] * (1.2 if element in (kinds.INTS, kinds.ARRAY) else 0.8)
    return [(kind, weight) for kind, weight in scores.most_common(6) if weight > 0.4]


def record(parts: dict[str, Place], depth: int) -> Kind:
    """The attributes that are read, with what each seems to hold; how to make one is found out later."""
    names = sorted(name for name in parts if name.startswith("."))
    held = [next((k for k, _ in ranked(parts[name], depth + 1)), kinds.INT) for name in names]
    keys = [name[1:] + "()" * (kind == kinds.FUNCTION) for name, kind in zip(names, held, strict=True)]
    return Kind("record", tuple(kinds.INT if k == kinds.FUNCTION else k for k in held), tuple(keys))


def entries(parts: dict[str, Place], depth: int) -> Kind:
    """A dict of the keys that the code asks for by name."""
    names = sorted(name for name in parts if name[0] == "[")
    held = [next((k for k, _ in ranked(parts[name], depth + 1)), None) for name in names] if depth < 3 else []
    keys = tuple(name[1:-1] for name in names)
    found = [kind or next(iter(kinds.of_name(key)), kinds.STR) for kind, key in zip(held, keys, strict=False)]
    return Kind("record", tuple(found), keys[: len(found)], "dict")


def mapping(parts: dict[str, Place], depth: int) -> Kind:
    keys = ranked(parts["key"], depth + 1) if "key" in parts and depth < 3 else []
    held = parts.get("value") or parts.get("element")
    values = ranked(held, depth + 1) if held and depth < 3 else []
    return Kind("dict", (keys[0][0] if keys else kinds.STR, values[0][0] if values else kinds.INT))
