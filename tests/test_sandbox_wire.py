"""Frames: what a child writes is hostile, and what it honestly writes arrives unchanged."""

import json
from typing import get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codeio.records import Status
from codeio.sandbox import Limits, Program, Run, Sandbox, wire
from codeio.sandbox.inside import encode
from codeio.sandbox.inside.runner import DRAWN, FRAME, LOADED

LIMITS = Limits(cpu_s=1.0, memory_mb=256)
NONCE = b"8 bytes!"
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**60), 10**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=5),
)


@pytest.fixture(scope="module")
def box():
    with Sandbox(LIMITS, workers=1) as box:
        yield box


def frame(index, said, nonce=NONCE):
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return FRAME.pack(nonce, index, len(body)) + body


def answer(index, output=1, nonce=NONCE):
    return frame(index, {"s": "ok", "o": output}, nonce)


def outputs(raw, calls=4, most=1000):
    said = wire.read(raw, NONCE, calls, most)
    return {n: (a.s, msgspec.json.decode(a.o)) for n, a in said.answers.items()}


GOOD = answer(0, "a") + answer(1, "b")
READ = {0: ("ok", "a"), 1: ("ok", "b")}


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (GOOD, READ),
        (b"noise" + GOOD + b"noise", READ),
        (answer(0, "a") + b"noise" + answer(1, "b"), READ),
        (answer(0, "a", b"another!") + GOOD, READ),
        (GOOD + answer(0, "forged") + answer(1, "forged"), READ),
        (answer(3, "forged") + GOOD, READ),
        (GOOD + answer(4, "beyond the last call"), READ),
        (GOOD + answer(2**31), READ),
        (GOOD + frame(2, b"{"), READ),
        (GOOD + frame(2, {"s": "mismatch"}), READ),
        (GOOD + frame(2, {"s": "engine_error"}), READ),
        (GOOD + frame(2, {"o": 1}), READ),
        (GOOD + frame(2, {"s": "ok", "m": 3}), READ),
        (GOOD + frame(2, {"s": "ok", "n": 2**63}), READ),
        (GOOD + frame(2, {"s": "ok", "n": -2}), READ),
        (GOOD + frame(2, {"s": "ok", "a": [[1, 2, 10**40]]}), READ),
        (GOOD + frame(2, {"s": "ok", "v": [[1, "f", 10**40, 0, {}, None]]}), READ),
        (GOOD + frame(2, {"s": "ok", "v": [[5, "f", 1, 0, {}, None]]}), READ),
        (GOOD + frame(2, b'{"s":"ok","o":' + b"[" * 100_000 + b"}"), READ),
        (GOOD + FRAME.pack(NONCE, 2, 2**32 - 1) + b'{"s":"ok"}', READ),
        (GOOD + answer(2)[:-1], READ),
        (GOOD + NONCE, READ),
        (FRAME.pack(NONCE, 0, 5000) + GOOD, READ),
        (GOOD + frame(2, b'{"s":"ok","o":"\x80"}'), READ),
        (GOOD + frame(2, b'{"s":"ok","o":"\\ud800"}'), READ),
        (answer(0, "x" * 1000), {0: ("too_large", None)}),
        (b"", {}),
    ],
)
def test_only_what_may_count_counts(raw, read):
    assert outputs(raw) == read


def test_the_first_word_on_loading_and_drawing_counts():
    raw = b"".join(
        [
            frame(LOADED, {"s": "what"}),
            frame(LOADED, {"s": "load_error", "e": "no"}),
            frame(LOADED, {"s": "ok"}),
            frame(DRAWN, {"inputs": [1]}),
            frame(DRAWN, {"inputs": ['{"x":1}']}),
            frame(DRAWN, {"inputs": []}),
        ]
    )
    said = wire.read(raw, NONCE, 4, 100)
    assert (said.loaded.s, said.drawn.inputs) == ("load_error", ('{"x":1}',))


@given(st.lists(st.binary(max_size=40) | st.just(NONCE) | st.builds(answer, st.integers(0, 5))))
def test_no_bytes_break_the_reader(parts):
    raw = b"".join(parts)
    said = wire.read(raw, NONCE, 4, 100)
    assert list(said.answers) == list(range(len(said.answers)))
    assert len(said.answers) <= 4


HONEST = frame(LOADED, {"s": "ok"}) + b"".join(answer(n, "x" * n) for n in range(4))


@given(
    st.binary(max_size=60),
    st.lists(st.tuples(st.integers(0, len(HONEST)), st.binary(max_size=12)), max_size=4),
)
def test_bytes_without_the_nonce_change_nothing(before, between):
    """Text that a program prints into the pipe between frames; within one it can only spoil that one."""
    raw = before.replace(NONCE, b"") + HONEST + b"".join(noise.replace(NONCE, b"") for _, noise in between)
    assert outputs(raw) == {n: ("ok", "x" * n) for n in range(4)}
    for at, noise in between:
        torn = HONEST[:at] + noise + HONEST[at:]
        found = outputs(torn)
        assert list(found) == list(range(len(found)))
        assert all(status == "ok" and isinstance(value, str) for status, value in found.values())


@settings(max_examples=300)
@given(
    st.lists(st.tuples(st.integers(0, len(HONEST) - 1), st.integers(0, 255)), max_size=6), st.integers(0, 30)
)
def test_whatever_is_read_from_changed_bytes_is_a_call(changes, most):
    raw = bytearray(HONEST)
    for at, byte in changes:
        raw[at] = byte
    said = wire.read(bytes(raw), NONCE, 4, most)
    assert list(said.answers) == list(range(len(said.answers)))
    for one in said.answers.values():
        call = wire.call({}, one, LIMITS)
        assert call.status in get_args(Status)
        assert len(msgspec.json.encode(call.output)) <= max(most, len("null"))


@settings(max_examples=300)
@given(st.text('[]{}",:0123456789soemnavxtrufl\\ok-.', max_size=60) | st.binary(max_size=60))
def test_any_payload_under_a_right_nonce(payload):
    raw = b"".join(
        frame(n, payload if isinstance(payload, bytes) else payload.encode()) for n in (LOADED, DRAWN, 0)
    )
    for one in wire.read(raw, NONCE, 1, 100).answers.values():
        wire.call({}, one, LIMITS)


@given(VALUES)
def test_an_output_arrives_as_it_was_written(value):
    text = encode.output(value)
    assert json.loads(text) == value
    raw = frame(0, f'{{"s":"ok","o":{text}}}'.encode())
    call = wire.call({}, wire.read(raw, NONCE, 1, 10**6).answers[0], LIMITS)
    assert call.output == value
    assert wire.dumped({"": call.output}) == wire.dumped({"": value})  # 1 stays 1, 1.0 stays 1.0


@given(st.dictionaries(st.text(max_size=3), VALUES, max_size=3))
def test_keyword_arguments_have_one_text(value):
    text = encode.kwargs(value)
    assert wire.INPUT.decode(text) == value
    assert text == encode.kwargs(dict(reversed(value.items())))


@settings(max_examples=10)
@given(values=st.lists(VALUES, min_size=20, max_size=30))
def test_values_come_back_from_a_real_process(box, values):
    same = Program("def f(x): return x", "f")
    for call, value in zip(box.run(same, [{"x": v} for v in values]), values, strict=True):
        assert (call.status, call.input, call.mutated) == ("ok", {"x": value}, False)
        assert wire.dumped({"": call.output}) == wire.dumped({"": value})


def test_an_output_that_equals_everything_is_never_compared(box):
    code = (
        "class E:\n def __eq__(self, other): return True\n def __hash__(self): return 1\ndef f(x): return E()"
    )
    assert box.run(Program(code, "f"), [{"x": 1}])[0].status == "not_json"


FORGER = """
import os, struct
for fd in range(3, 64):
    for nonce in (b"\\0" * 8, b"8 bytes!"):
        for index in (*range(4), 0xFFFFFFFD, 0xFFFFFFFE):
            body = b'{"s":"ok","o":"forged","inputs":["{}"]}'
            try: os.write(fd, struct.pack("=8sII", nonce, index, len(body)) + body)
            except OSError: pass
def f(x): return x
"""


def test_frames_of_a_program_without_the_nonce_do_not_get_through(box):
    jobs = [Run(Program(FORGER, "f"), tuple({"x": n} for n in range(4))) for _ in range(10)]
    for result in box.map(jobs):
        assert [c.output for c in result.calls] == [0, 1, 2, 3]


INSIDER = """
import os, struct, sys
def f(x):
    frame = sys._getframe()
    while "send" not in frame.f_locals: frame = frame.f_back
    known = [cell.cell_contents for cell in frame.f_locals["send"].__closure__]
    (nonce,), (pipe,) = ([k for k in known if type(k) is kind] for kind in (bytes, int))
    for body in (b'{"s":"ok","o":"\\x80"}', b'{"s":"ok","o":"\\\\ud800"}', b'{"s":"ok","o":' + b"[" * 9999 + b"}"):
        os.write(pipe, struct.pack("=8sII", nonce, x, len(body)) + body)
    return x
"""


def test_a_program_that_has_found_the_nonce_fails_only_itself(box):
    assert [c.output for c in box.run(Program(INSIDER, "f"), [{"x": n} for n in range(3)])] == [0, 1, 2]


@pytest.mark.parametrize(
    ("said", "cleaned"),
    [
        ("No such file: '/a/b/c.txt'", "No such file: 'c.txt'"),
        ("<object at 0x7f3a12345678>", "<object at 0x>"),
        ("a/b and 1 / 2 and http://x.y/z/w", "a/b and 1 / 2 and http://x.y/z/w"),
        ("two\n  lines", "two lines"),
        ("x" * 400, "x" * 299 + "…"),
    ],
)
def test_errors_are_cleaned(said, cleaned):
    assert wire.clean(said) == cleaned
