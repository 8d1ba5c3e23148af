"""The shared tokenizer: equal bytes from equal stores, lossless, its template marks what an assistant says."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer

from codeio import prompting, shards, stage, tokenizer
from codeio.errors import BadInput
from codeio.params import load
from codeio.records import Problem
from codeio.tokenizer import ASSISTANT, END, PAD, SPECIAL, USER
from tests.views import problem

PARAMS = load("tokenizer.vocab=400")
STORES = {
    "slip": [problem("a", 0, "output", [False, True]), problem("b", 0, "input", [])],
    "trace": [problem("a", 0, "output", [True]), problem("held", 0, "output", [True], "structure")],
}
CHAT = [
    {"role": "user", "content": "2+2?"},
    {"role": "assistant", "content": "5"},
    {"role": "user", "content": "wrong"},
    {"role": "assistant", "content": "4"},
]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A checkout's data with one small store per teacher."""
    at = tmp_path_factory.mktemp("root")
    for teacher, store in STORES.items():
        shards.write(at / "data" / "revise" / teacher / "part-00000.parquet", store, Problem)
    return at


@pytest.fixture
def here(root, monkeypatch):
    monkeypatch.setattr(stage, "ROOT", root)
    monkeypatch.setattr(tokenizer, "ROOT", root)
    return root


@pytest.fixture(scope="module")
def made():
    code = "def f(xs):\n    r = 'abc'\n    return r\nin {\"xs\":[1,2]}"
    return tokenizer.train([(code, 's=abc Aa a in abc F\n{"output":"abc"}')] * 30, 300)


def test_texts_are_those_of_the_train_split_of_every_store(here):
    found = list(tokenizer.texts(PARAMS))
    (question,) = {prompting.question(store[0], PARAMS.model.prompts) for store in STORES.values()}
    assert [asked for asked, _ in found].count(question) == 2
    assert ("said of a.0.output.0", "response a.0.output.1") in found
    assert not [text for turn in found for text in turn if "held" in text]


def test_of_many_problems_a_part_is_read_to_which_more_only_add(tmp_path, monkeypatch):
    many = [problem(f"f{n}", 0, "output", [True]) for n in range(60)]
    for teacher in PARAMS.teachers:
        shards.write(tmp_path / "data" / "revise" / teacher / "part-00000.parquet", many, Problem)
    monkeypatch.setattr(stage, "ROOT", tmp_path)
    sizes, before = [], Counter()
    for enough in (30, 60, 120):  # of 120 in two stores
        monkeypatch.setattr(tokenizer, "ENOUGH", enough)
        found = Counter(tokenizer.texts(PARAMS))
        assert before <= found
        before = found
        sizes.append(found.total())
    assert 15 < sizes[0] < 45
    assert 40 < sizes[1] < 80
    assert sizes[2] == 120


def test_the_same_store_gives_the_same_bytes(here):
    files = []
    for _ in range(2):
        tokenizer.main(PARAMS)
        at = here / "models" / "tokenizer"
        files.append({path.name: path.read_bytes() for path in at.iterdir()})
    assert files[0] == files[1]
    assert "tokenizer.json" in files[0]


def test_reopened_it_encodes_alike(here):
    tokenizer.main(PARAMS)
    again = AutoTokenizer.from_pretrained(here / "models" / "tokenizer")
    first = tokenizer.train(tokenizer.texts(PARAMS), PARAMS.tokenizer.vocab)
    assert again.get_vocab() == first.get_vocab()
    assert len(again) <= PARAMS.tokenizer.vocab
    for options in ({}, {"add_generation_prompt": True}):
        text = again.apply_chat_template(CHAT, tokenize=False, **options)
        assert text == first.apply_chat_template(CHAT, tokenize=False, **options)
        assert again(text)["input_ids"] == first(text)["input_ids"]


def test_nothing_to_train_on_names_the_command(tmp_path, monkeypatch):
    monkeypatch.setattr(stage, "ROOT", tmp_path)
    with pytest.raises(BadInput, match="dvc repro revise"):
        tokenizer.main(PARAMS)


@given(st.text())
def test_any_text_comes_back(made, text):
    assert made.decode(made(text, add_special_tokens=False)["input_ids"]) == text


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("2041", ["2", "0", "4", "1"]),
        ("def f(xs):", ["def f(", "xs):"]),
        ("\n    return r", ["\n    return ", "r"]),
        ("'abc'", ["'", "a", "b", "c", "'"]),  # what a string holds is spelled, in code
        ("s=abc", ["s", "=", "a", "b", "c"]),  # and in an answer, where it has no quotes
        ("returned", list("returned")),  # no piece of a longer word
        ('{"xs":[', ["{", '"xs":[']),  # a known name in quotes
    ],
)
def test_phrases_of_code_go_together_and_values_stand_alone(made, text, pieces):
    ids = made(text, add_special_tokens=False)["input_ids"]
    assert [made.decode([i]) for i in ids] == pieces


@pytest.mark.parametrize(
    ("phrase", "fit"),
    [("return", True), ("return ", True), ("\n    x", False), ("x = ", False), (" = ", True), ("(", False)],
)
def test_no_phrase_takes_a_part_of_a_name(phrase, fit):
    assert tokenizer.fits(phrase) == fit


@given(st.text("ab_ 'xF=(\n1r.", max_size=60), st.booleans())
def test_nothing_that_is_counted_crosses_a_line(text, names):
    words = frozenset({"ab", "xr"})
    whole = [
        one for part in tokenizer.without_strings(text, words) for one in tokenizer.grown(part, words, names)
    ]
    assert tokenizer.segments(tokenizer.lines_of([text]), words, names) == Counter(whole)


def test_special_tokens_are_what_training_needs(made):
    assert made.convert_ids_to_tokens(range(len(SPECIAL))) == SPECIAL
    assert (made.pad_token, made.eos_token) == (PAD, END)
    for token in SPECIAL:
        assert made.tokenize(token) == [token]
    text = f"{USER}a{ASSISTANT}b{END}{PAD}"
    assert made.decode(made(text)["input_ids"], skip_special_tokens=True) == "ab"


def test_template_writes_and_masks_the_assistant(made):
    text = made.apply_chat_template(CHAT, tokenize=False)
    assert text == f"{USER}2+2?{ASSISTANT}5{END}{USER}wrong{ASSISTANT}4{END}"
    asked = made.apply_chat_template(CHAT[:3], tokenize=False, add_generation_prompt=True)
    assert text.startswith(asked)
    assert asked.endswith(ASSISTANT)
    shown = made.apply_chat_template(CHAT, return_dict=True, return_assistant_tokens_mask=True)
    masked = [n for n, on in zip(shown["input_ids"], shown["assistant_masks"], strict=True) if on]
    assert made.decode(masked) == f"5{END}4{END}"


def test_which_numbers_stand_in_a_line_changes_no_entry():
    turns = [(f"def f(x):\n    return x + {n} // 7\nf({n})", f"x={n}\nr.append({n * n})") for n in range(60)]
    other = [(asked.replace("7", "4096"), said.replace("5", "81")) for asked, said in turns]
    one, two = (tokenizer.train(several, 300).get_vocab() for several in (turns, other))
    assert one == two
    assert len(one) > len(tokenizer.assembled([]).get_vocab())
