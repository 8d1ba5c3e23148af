"""Real files of strangers all the way to certified pairs: the yield stays where it is, and what is kept is sound."""

import ast

import pytest

from codeio import values
from codeio.records import Function
from codeio.sandbox import Limits, Program, Sandbox
from tests.bench.bench_corpus import Yield, is_strict, line, measured, settings
from tests.bench.rationales import told

FIRST = 60  # files of the fast test


@pytest.fixture(scope="module")
def part(shared) -> tuple[Yield, list[Function]]:
    return measured(settings(str(shared / "pyedu" / "raw.jsonl.gz")), FIRST)


def test_yield_of_some_files(part, record_property):
    found, _ = part
    record_property("yield", str(found))
    assert found.files == FIRST
    assert found.functions >= 85
    assert found.kept >= 70
    assert found.kept_files >= 32
    assert found.full >= 0.9 * found.kept
    assert found.strict >= 40
    assert found.dropped["does not parse"] <= 0.05 * FIRST


def test_nothing_constant_echoed_or_unserialisable_is_kept(part):
    for f in part[1]:
        ast.parse(f.code)
        ast.parse(f.generator)
        assert len({values.canonical(p.output) for p in f.pairs}) > 1
        assert any(p.output not in p.input.values() for p in f.pairs)
        assert not [p for p in f.pairs if values.fault(p.input) or values.fault(p.output)]


def test_pairs_come_out_again_in_another_sandbox(part):
    """The record alone is enough: its code, its inputs, a fresh process under another hash seed."""
    with Sandbox(Limits(cpu_s=2.0)) as box:
        for f in part[1][::4]:
            calls = box.run(Program(f.code, f.entry), [p.input for p in f.pairs], hash_seed=77)
            assert [c.output for c in calls] == [p.output for p in f.pairs], f.path


KEYS = (
    "files files_10 functions_10 strict strict_files constant identity unreproducible arc_cover rationale_fit"
    " false_claims seconds"
)


def test_the_compared_figures(part):
    found, kept = part
    strict = [f for f in kept if is_strict(f)][::3]
    output, texts = told(strict, settings(), "output")
    figures = line(found, kept[::4], output)
    assert list(figures) == KEYS.split()
    assert (figures["constant"], figures["identity"], figures["unreproducible"]) == (0, 0, 0)
    assert figures["arc_cover"] >= 0.99
    assert figures["rationale_fit"] >= 0.9
    assert output.false == ()
    assert output.commonest <= 0.15
    assert all(text.rstrip().split("\n")[-1].startswith('{"output": ') for text in texts.values())


@pytest.mark.full
def test_yield_of_all_files(shared, record_property):
    found, _ = measured(settings(str(shared / "pyedu" / "raw.jsonl.gz")))
    record_property("yield", str(found))
    assert found.files >= 495
    assert found.functions >= 590
    assert found.kept >= 505
    assert found.kept_files >= 262
    assert found.pairs >= 5000
