"""Unify as a stage: its records depend on the files alone, and files of one side of the split stay there."""

from collections import defaultdict

import pytest
from msgspec.structs import replace

from codeio import values
from codeio.collect import procedural
from codeio.params import load
from codeio.records import Dropped, Function
from codeio.unify.__main__ import measure, shard
from tests.unifying import P, only, sandbox, source

FILES = tuple(
    f"FACTOR = {n}\n\n\ndef helper_{n}(x):\n    return x * FACTOR\n\n\n"
    f"def total_{n}(nums):\n    return sum(helper_{n}(x) for x in nums)\n\n\n"
    f"def joined_{n}(word: str, times: int = {n}):\n    return '-'.join([word] * times)\n\n\n"
    f"def unused_{n}(x):\n    return x - x + {n}\n"
    for n in range(2, 14)
)
HALF = replace(P, heldout_natural=0.5)


@pytest.fixture(scope="module")
def box():
    with sandbox() as box:
        yield box


@pytest.fixture(scope="module")
def records(box):
    return list(shard(sources(), box, HALF))


def sources():
    return [source(text, f"m{n}.py") for n, text in enumerate(FILES)]


def functions(records):
    return [r for r in records if isinstance(r, Function)]


def test_every_candidate_is_a_function_or_a_drop(records):
    assert len(functions(records)) == 3 * len(FILES)
    dropped = [r for r in records if isinstance(r, Dropped)]
    assert {d.reason for d in dropped} == {"constant output"}
    assert len(dropped) == len(FILES)


def test_record_says_where_its_code_is_from(records):
    of = {s.id: s for s in sources()}
    for f in functions(records):
        origin = of[f.source]
        assert (f.path, f.sha256, f.licence, f.corpus, f.version) == (
            origin.path,
            origin.sha256,
            origin.licence,
            origin.corpus,
            origin.version,
        )
        first = origin.text.split("\n")[f.lines[0] - 1]
        assert first.startswith(f"def {f.entry}(")
        assert f.id == values.digest(f.code, f.entry)
        assert f.backend == "static"


def test_all_functions_of_a_file_are_on_one_side(records):
    sides = defaultdict(set)
    for f in functions(records):
        sides[f.sha256].add(f.split)
    assert all(len(splits) == 1 for splits in sides.values())
    assert set.union(*sides.values()) == {"train", "natural"}


def test_nothing_is_held_out_at_zero(box):
    held = shard(sources()[:3], box, replace(P, heldout_natural=0.0))
    assert {f.split for f in functions(held)} == {"train"}


def test_two_runs_agree_in_every_byte(records):
    with sandbox() as fresh:
        assert list(shard(sources(), fresh, HALF)) == records


def test_order_and_company_of_files_change_no_function(box, records):
    turned = shard(sources()[::-1], box, HALF)
    assert {f.id: f for f in functions(turned)} == {f.id: f for f in functions(records)}
    alone = [f for one in sources()[:4] for f in functions(shard([one], box, HALF))]
    assert alone == functions(records)[: len(alone)]


def test_same_code_of_two_files_is_one_function(box):
    twins = [source(FILES[0], "a.py"), source(FILES[0] + "\n# another file\n", "b.py")]
    found = list(shard(twins, box, P))
    assert {f.path for f in functions(found)} == {"a.py"}
    again = [d for d in found if isinstance(d, Dropped) and d.reason == "same code as another candidate"]
    assert len(again) == 3
    assert all(d.id.startswith("tests/b.py") for d in again)


def test_statement_is_taken_from_docstring_then_name(box):
    texts = {
        "docstring": 'def f(x: int):\n    """Doubles a number and adds one.\n\n    >>> f(2)\n    5\n    """\n'
        "    return 2 * x + 1\n",
        "name": "def digit_sum(x: int):\n    return sum(map(int, str(abs(x))))\n",
        "code-only": "def f(x: int):\n    return x * 3\n",
    }
    for tier, text in texts.items():
        (f,) = shard([source(text)], box, P)
        assert f.tier == tier
        assert bool(f.statement) is (tier != "code-only")
        assert ">>>" not in f.statement + f.code
        assert "`x` (int)" in f.io_description
        assert "`return` (int)" in f.io_description


def test_statement_of_a_special_method_and_without_markup(box):
    text = "class Bag:\n    def __init__(self, items: list):\n        self.items = items\n    def __len__(self):\n"
    f = only(box, text + "        return len(self.items)\n")
    assert f.statement == "An object of the class `Bag` is made from the input. What is its length?"
    doc = 'def f(x: list):\n    """Add up all the items of *x*."""\n    return sum(x)\n'
    assert only(box, doc).statement == "Add up all the items of `x`. What is the result for the given input?"


def test_code_in_a_docstring_is_no_statement(box):
    text = 'def f(x: int):\n    """\n    best = total = sum(x)\n    return best + total\n    """\n    return x * 3\n'
    assert (only(box, text).statement, only(box, text).tier) == ("", "code-only")


def test_a_guess_that_shows_more_of_the_code_wins(box):
    text = (
        "def f(src, sep=None):\n    out = []\n    if sep is not None:\n        for item in src:\n"
        "            if item == sep:\n                out.append(len(out))\n            else:\n"
        "                out.append(item)\n        return out\n    return list(reversed(src))\n"
    )
    assert "sep = " in only(box, text).generator


def test_procedural_programs_pass_as_they_are(box):
    p = replace(P, heldout_structure=0.3, heldout_constants=0.3)
    programs = procedural.programs(60, 3, 0)
    of_grammar = [
        source(procedural.text(one), f"{n}.py", kind="procedural") for n, one in enumerate(programs)
    ]
    found = list(shard(of_grammar, box, p))
    assert [(f.code, f.entry, f.level, f.structure) for f in found] == [
        (one.code, one.entry, one.level, one.structure) for one in programs
    ]
    sides = defaultdict(set)
    for f in found:
        sides[f.structure].add(f.split)
    assert {"train", "constants", "structure"} == set.union(*sides.values())
    assert all(splits == {"structure"} or "structure" not in splits for splits in sides.values())


def test_measure_counts_kinds_splits_and_tiers(records):
    counts = measure(iter(functions(records)))
    assert counts["functions_natural"] == len(functions(records))
    assert counts["split_train"] + counts["split_natural"] == len(functions(records))
    assert sum(n for key, n in counts.items() if key.startswith("tier_")) == len(functions(records))
    assert load().unify == P


def test_a_method_is_named_with_its_class(box):
    body = "\n    def scaled_area(self, n: int):\n        return n * 3 + 1\n"
    told = {name: only(box, f"class {name}:{body}").statement for name in ("Circle", "Solution2")}
    assert told["Circle"].startswith(
        'A method of the class `Circle` is named after what it does: "scaled area".'
    )
    assert told["Solution2"].startswith("A function is named")


def test_a_name_is_written_out_or_asked_as_yes_or_no(box):
    asked = {
        "def calc_max_dist(points: list[int], k: int):\n    return max(points) * k\n": (
            'A function is named after what it does: "calculate maximum distance". '
            "What does it give for `points` and `k`?"
        ),
        "def is_happy(n: int):\n    return n % 3 == 1\n": (
            'A function answers yes or no to "is happy". What does it answer for `n`?'
        ),
        "def display(n: int):\n    return n % 3\n": "",
    }
    for text, statement in asked.items():
        assert only(box, text).statement == statement
