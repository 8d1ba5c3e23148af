"""Comparison corpora: each file of experiments/corpus reads rows of its columns, and stage 1 trains on those alone."""

import json
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace

from codeio import tokenizer
from codeio.errors import BadInput, BadParams
from codeio.params import group_files, load
from codeio.settings import DataSet
from codeio.train import conversations, corpus, instructions
from codeio.train.run import data_of, encode, train
from tests import families

CORPORA = sorted(set(group_files("corpus")) - {"view"})
PINNED = "0" * 40  # as long as a commit


def row(name: str, n: int) -> dict:
    """A row with the columns that the data set has, more than the file names."""
    asked, said = f"what is {n} + 1?", f"It is {n + 1}."
    return {
        "webinstruct": {"question": asked, "answer": said, "source": "stackexchange", "index": n},
        "openmathinstruct-2": {
            "problem": asked, "generated_solution": said, "expected_answer": f"{n + 1}", "problem_source": "math",
        },
        "opencoder-sft-1": {"instruction": asked, "output": said, "tag": "x"},
        "pyedu": {"refcode": f"def f():\n    return {n}", "funcname": "f", "ios": [{"input": "{}", "output": f"{n}"}]},
    }[name]  # fmt: skip


@pytest.fixture(params=["jsonl", "parquet"])
def write(request, tmp_path):
    """A function that writes rows as a file of either kind."""

    def write(rows: list[dict]) -> str:
        path = tmp_path / f"rows.{request.param}"
        if request.param == "parquet":
            table = pa.Table.from_pylist(rows) if rows else pa.table({"question": pa.array([], pa.string())})
            pq.write_table(table, path)
        else:
            path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return str(path)

    return write


def examples(*words: str, counts: Counter | None = None) -> list:
    return list(corpus.examples(load(*words), Counter() if counts is None else counts))


@pytest.mark.parametrize("name", CORPORA)
def test_rows_of_its_columns_are_conversations(name, write):
    path = write([row(name, n) for n in range(5)])
    found = examples(f"corpus={name}", f"corpus.source={path}", "corpus.rows=4")
    asked, said = [m.content for m in found[3].messages]
    assert [m.role for m in found[3].messages] == ["user", "assistant"]
    assert (asked, said) == (
        ("", "def f():\n    return 3") if name == "pyedu" else ("what is 3 + 1?", "It is 4.")
    )
    assert all(one.supervised == (1,) for one in found)
    assert len({one.id for one in found}) == 4


@pytest.mark.parametrize("name", CORPORA)
def test_a_wrong_column_is_named_with_its_row(name, write):
    path = write([row(name, 0), {"body": "x", "title": "y"}])
    wanted = next(iter(row(name, 0)))
    with pytest.raises(
        BadInput, match=rf"rows\.\w+, row 2 has no text in its column `{wanted}`; it has \w+, "
    ):
        examples(f"corpus={name}", f"corpus.source={path}")


@pytest.mark.parametrize("name", CORPORA)
def test_what_the_hub_gives_has_a_pinned_revision_or_is_refused(name):
    """Before anything is trained, and without asking the hub."""
    params = load(f"corpus={name}")
    source = params.corpus.source
    assert isinstance(source, DataSet)
    if source.revision is None:
        with pytest.raises(BadInput, match=r"has no revision, .*corpus\.source\.revision=COMMIT"):
            corpus.check(params)
        params = load(f"corpus={name}", f"corpus.source.revision='{PINNED}'")
    corpus.check(params)
    assert len(params.corpus.source.revision) == 40
    other = replace(params.corpus.source, revision="1" * 40)
    changed = replace(params, corpus=replace(params.corpus, source=other))
    assert corpus.data_hash(changed) != corpus.data_hash(params)


def test_a_hub_that_is_not_reached_is_one_line(monkeypatch, tmp_path):
    import datasets

    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path)
    with pytest.raises(
        BadInput, match=r"^corpus\.source: cannot read split train of nvidia/.*corpus\.source=FILE$"
    ) as one:
        examples("corpus=openmathinstruct-2")
    assert "\n" not in str(one.value)


def test_a_subset_of_a_hub_data_set_whose_other_columns_are_mixed(tmp_path, monkeypatch):
    """As the hub's reader finds them in a folder: `ios` of released PyEdu rows hold any JSON."""
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    at = tmp_path / "set"
    at.mkdir()
    any_json = [{"input": {"x": 1}, "output": [1]}, {"input": {"x": "a"}, "output": {"y": None}}]
    rows = [row("pyedu", n) | {"ios": [any_json[n % 2]]} for n in range(6)]
    (at / "rows.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))
    (at / "other.jsonl").write_text('{"refcode": "other"}\n')
    subsets = "- {config_name: one, data_files: rows.jsonl}\n- {config_name: two, data_files: other.jsonl}"
    (at / "README.md").write_text(f"---\nconfigs:\n{subsets}\n---\n")
    source = f"corpus.source={{id: {at}, revision: null, subset: one}}"
    found = examples("corpus=pyedu", source)
    assert [one.messages[1].content for one in found] == [one["refcode"] for one in rows]
    with pytest.raises(
        BadInput, match=r"corpus\.source: cannot read split train of .*three.*check id, revision"
    ):
        examples("corpus=pyedu", source.replace("one", "three"))


def test_fractions_nest_and_questions_of_evaluation_stay_out(write):
    (asked, answer), *_ = instructions.evaluated(1, 0)
    path = write([{"question": asked, "answer": answer}, *(row("webinstruct", n) for n in range(200))])
    words = ("corpus=webinstruct", f"corpus.source={path}")
    counts = Counter()
    every = {one.id for one in examples(*words, counts=counts)}
    assert counts == {"asked by evaluation": 1, "examples": 200}
    half, tenth = ({one.id for one in examples(*words, f"fraction={share}")} for share in (0.5, 0.1))
    assert tenth < half < every
    assert 5 < len(tenth) < 40 < len(half) < 160


def test_the_hash_follows_content_columns_and_share_but_no_setting_of_the_view(write):
    path = write([row("webinstruct", n) for n in range(3)])
    words = ("corpus=webinstruct", f"corpus.source={path}")
    first = corpus.data_hash(load(*words))
    assert corpus.data_hash(load(*words, "revisions=0", "corpus.licence=mit")) == first
    for other in ("fraction=0.5", "corpus.rows=2", "corpus.columns.answer=source"):
        assert corpus.data_hash(load(*words, other)) != first
    write([row("webinstruct", n) for n in range(4)])
    assert corpus.data_hash(load(*words)) != first


def test_columns_are_one_way_of_three():
    for wrong in ("{question: a}", "{text: a, messages: b}", "{answer: a, text: b}"):
        with pytest.raises(BadParams, match="columns are `messages`, or `question` and `answer`, or `text`"):
            load(f"train.instructions.columns={wrong}")
    with pytest.raises(BadParams, match=r"corpus=pyed: there is no .*did you mean pyedu"):
        load("corpus=pyed")
    with pytest.raises(BadParams, match=r"unknown key corpus\.row; did you mean corpus\.rows"):
        load("corpus=pyedu", "corpus.row=1")
    with pytest.raises(BadParams, match=r"corpus\.rows=1 does not fit the corpus that is chosen"):
        load("corpus.rows=1")


def test_instructions_take_columns_too(write):
    path = write([row("opencoder-sft-1", n) for n in range(3)])
    columns = "train.instructions.columns={question: instruction, answer: output}"
    p = load(f"train.instructions.source={path}", columns).train.instructions
    found = list(instructions.examples(p, 0, Counter()))
    assert [one.messages[1].content for one in found] == ["It is 1.", "It is 2.", "It is 3."]


@pytest.fixture
def root(tmp_path, monkeypatch):
    return families.root(tmp_path, monkeypatch)


def quiet(metrics, step):
    """A curve that nobody looks at."""


def test_no_more_is_read_than_the_budget_takes(root):
    path = root / "rows.jsonl"
    path.write_text("".join(json.dumps(row("webinstruct", n)) + "\n" for n in range(5000)))
    words = tokenizer.train([(families.TEXT, '{"output": 12}')], 300)
    settings = ("corpus=webinstruct", f"corpus.source={path}", "train.tokens=50000")
    counts = {}
    for more in ("train.budget=tokens", "train.budget=epochs"):
        params = load(*settings, more)
        counts[more] = encode("io", params, words, root / more)
        assert len(data_of(params, root / more).tokens) == counts[more]["trained"]
    some, every = counts.values()
    assert 50_000 <= some["tokens"] < every["tokens"]
    assert some["examples"] < every["examples"] == 5000


def test_an_empty_corpus_has_nothing_to_train_on(root, write):
    path = write([])
    params = families.params("tiny", root, "train.stages=[io]", "corpus=webinstruct", f"corpus.source={path}")
    with pytest.raises(BadInput, match=r"stage io has nothing to train on \(it is empty\)"):
        train(params, root / "out", quiet)
    with pytest.raises(BadInput, match=r"corpus\.source=gone\.jsonl: there is no such file"):
        train(replace(params, corpus=replace(params.corpus, source="gone.jsonl")), root / "out", quiet)


def test_a_chat_says_where_it_comes_from(write):
    path = write([{"messages": [{"role": "user", "content": "a"}]}])
    (one,) = conversations.read(path, conversations.CHATS, "x")
    assert one.supervised == ()
