"""Near duplicates: what counts as the same code."""

import pytest

from codeio.similar import Similar, signature

CODE = (
    "def total(values):\n"
    + "".join(f"    part_{i} = values[{i}] * {i} + 1\n" for i in range(30))
    + "    return part_3\n"
)


@pytest.mark.parametrize(
    ("other", "near"),
    [
        (CODE, True),
        ("# a new header\n" + CODE.replace("    ", "\t"), True),
        (CODE.replace("return part_3", "return part_4"), True),
        ("def other(text):\n    return text.upper().split() + [text.strip()]\n", False),
        ("", False),
    ],
)
def test_near(other, near):
    found = Similar(0.8, [("first", CODE)]).find(signature(other))
    assert found == ("first" if near else None)


def test_nearest_wins_and_order_does_not_matter():
    twin = CODE.replace("part_7", "piece_7")
    for known in ([("twin", twin), ("same", CODE)], [("same", CODE), ("twin", twin)]):
        assert Similar(0.8, known).find(signature(CODE)) == "same"
