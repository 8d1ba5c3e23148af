"""Raw files from every kind of source, with origin, version and licence; what cannot be used says why."""

import gzip
import hashlib
import importlib.metadata
import json
import platform
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from codeio.collect.__main__ import opened
from codeio.collect.adapters import items, read, wanted
from codeio.errors import BadInput
from codeio.params import load
from codeio.records import Dropped, Source

NONE = ("collect.procedural.programs=0", "collect.installed=[]")
LONG = "\n".join(f"def f{n}(x):\n    return x * {n} + len(str(x))\n" for n in range(30))


def collected(*overrides):
    """Sources and drops of a whole run, in order."""
    params = load(*NONE, *overrides)
    with opened(params) as shard:
        records = [r for item in items(params.collect, params.seed) for r in shard([item])]
    return [r for r in records if isinstance(r, Source)], [r for r in records if isinstance(r, Dropped)]


def refused(*overrides):
    with pytest.raises(BadInput) as error:
        items(load(*NONE, *overrides).collect, 0)
    return str(error.value)


def folder(root: Path, **files: bytes) -> str:
    for name, data in files.items():
        path = root / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return f"collect.directory={root}"


def test_no_source_at_all():
    assert "collect.installed, .directory, .jsonl, .hub or .procedural" in refused()


def test_installed_distribution_with_licence_and_version():
    found, dropped = collected("collect.installed=[toolz]")
    version = importlib.metadata.version("toolz")
    assert {(s.corpus, s.version, s.licence, s.kind) for s in found} == {
        ("toolz", version, "BSD-3-Clause", "natural")
    }
    assert "toolz/itertoolz.py" in {s.path for s in found}
    assert not [s.path for s in found if "tests" in s.path]
    assert all(hashlib.sha256(s.text.encode()).hexdigest() == s.sha256 for s in found)
    assert {d.reason for d in dropped} <= {"empty", "near duplicate", "exact duplicate"}


@pytest.mark.parametrize(
    "name", ["algorithms", "more-itertools", "boltons", "funcy", "toolz"]
)  # what params.yaml reads by default
def test_default_distributions_say_their_licence(name):
    found, _ = collected(f"collect.installed=[{name}]")
    assert len({s.licence for s in found}) == 1
    assert found[0].licence != "unknown"


def test_distribution_that_is_not_there():
    said = refused("collect.installed=[no-such-thing]")
    assert "collect.installed" in said
    assert "pip install no-such-thing" in said


def test_distribution_without_python_files(monkeypatch, tmp_path):
    info = tmp_path / "hollow-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: hollow\nVersion: 1\n")
    (info / "RECORD").write_text("hollow-1.dist-info/METADATA,,\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert "hollow: no .py file in it" in refused("collect.installed=[hollow]")


def test_standard_library():
    some = items(load(*NONE, "collect.stdlib=true").collect, 0)
    paths = {part for item in some for part in item.parts}
    assert {"heapq.py", "textwrap.py"} <= paths
    assert not [path for path in paths if not wanted(Path(str(path)))]
    assert {(i.version, i.licence) for i in some} == {(platform.python_version(), "PSF-2.0")}


def test_some_modules_of_a_distribution():
    some = items(load(*NONE, "collect.installed=[toolz/dicttoolz+recipes]").collect, 0)
    assert [part for item in some for part in item.parts] == ["toolz/dicttoolz.py", "toolz/recipes.py"]
    assert {item.corpus for item in some} == {"toolz"}
    assert "toolz: no .py file in it" in refused("collect.installed=[toolz/dictolz]")


def test_some_modules_of_the_standard_library():
    some = items(load(*NONE, "collect.stdlib=[textwrap,email.utils,html]").collect, 0)
    assert [part for item in some for part in item.parts] == [
        "email/utils.py",
        "html/__init__.py",
        "textwrap.py",
    ]
    assert "the standard library has no module textwarp" in refused("collect.stdlib=[textwarp]")


def test_directory(tmp_path):
    good = b"def f(x):\n    return x + 1\n"
    where = folder(
        tmp_path / "mine",
        good=good,
        sub__deeper=b"\xef\xbb\xbfx = 'ok'\n",
        latin=b"name = '\xe9t\xe9'\n",
        broken=b"def f(:\n",
        blank=b"  \n",
        nulls=b"x = 1\0\n",
        huge=b"x = 1\n" * 40_000,
    )
    found, dropped = collected(where)
    assert {s.path: s.text for s in found} == {
        "broken.py": "def f(:\n",  # whether it parses is for unify to say
        "good.py": good.decode(),
        "sub/deeper.py": "x = 'ok'\n",
    }
    assert {s.corpus for s in found} == {"mine"}
    assert {d.id: (d.reason, d.detail) for d in dropped} == {
        "mine/latin.py": ("not UTF-8", "byte 8"),
        "mine/blank.py": ("empty", ""),
        "mine/nulls.py": ("null bytes", ""),
        "mine/huge.py": ("larger than 200 kB", ""),
    }


def test_version_of_a_directory_is_its_content(tmp_path):
    where = folder(tmp_path, a=b"x = 1\n", b=b"y = 2\n")
    (first,) = {s.version for s in collected(where)[0]}
    assert {s.version for s in collected(where)[0]} == {first}
    folder(tmp_path, b=b"y = 3\n")
    assert {s.version for s in collected(where)[0]} != {first}


def test_directory_that_is_missing_or_empty(tmp_path):
    said = refused(f"collect.directory={tmp_path}/nowhere")
    assert "nowhere: there is no such folder; give the path" in said
    (tmp_path / "hollow").mkdir()
    said = refused(f"collect.directory={tmp_path}/hollow")
    assert "hollow: no .py file in it" in said


ROWS = [
    {"repo_name": "ann/tools", "path": "/src/a.py", "content": "def f(x):\n    return x\n", "score": 3.5},
    {"repo_name": "bob/x", "path": "/b.py", "text": "y = 1\n", "license": "MIT"},
    {"code": "z = 'é'\n"},
    {"repo_name": "no/text", "path": "/c.py"},
]
WANTED = [
    ("ann/tools/src/a.py", "def f(x):\n    return x\n", "unknown"),
    ("bob/x/b.py", "y = 1\n", "MIT"),
    ("row 2", "z = 'é'\n", "unknown"),
]


def written(root: Path, form: str) -> Path:
    path = root / f"raw.{form}"
    text = "".join(json.dumps(row) + "\n" for row in ROWS).encode()
    if form == "parquet":
        columns = sorted({name for row in ROWS for name in row})
        pq.write_table(pa.Table.from_pylist([dict.fromkeys(columns) | row for row in ROWS]), path)
    else:
        path.write_bytes(gzip.compress(text) if form.endswith("gz") else text)
    return path


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.jsonl.gz", "rows.parquet"])
@pytest.mark.parametrize("size", [1, 4, 7, 20])
def test_a_shard_reads_its_rows_from_where_they_begin(tmp_path, name, size):
    rows = [{"content": f"x = {n}\n" * (n + 1), "path": f"p{n}.py"} for n in range(17)]
    path = tmp_path / name
    if name.endswith("parquet"):
        pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=5)
    else:
        data = b"\n".join(json.dumps(row).encode() for row in rows)  # the last one without an end of line
        path.write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    params = load(*NONE, f"collect.jsonl={path}", f"collect.rows_per_shard={size}")
    shards = [list(read(item)) for item in items(params.collect, 0)]
    assert [len(one) for one in shards] == [min(size, 17 - at) for at in range(0, 17, size)]
    found = [raw for one in shards for raw in one]
    assert [(raw.path, raw.data.decode(), raw.row) for raw in found] == [
        (row["path"], row["content"], n) for n, row in enumerate(rows)
    ]


@pytest.mark.parametrize("form", ["jsonl", "jsonl.gz", "parquet"])
@pytest.mark.parametrize("size", [1, 3, 100])
def test_rows_in_the_pyedu_layout(tmp_path, form, size):
    found, dropped = collected(f"collect.jsonl={written(tmp_path, form)}", f"collect.rows_per_shard={size}")
    assert [(s.path, s.text, s.licence) for s in found] == WANTED
    assert [(d.id, d.reason) for d in dropped] == [("raw/no/text/c.py", "empty")]


def test_lines_that_are_no_rows_cost_only_themselves(tmp_path):
    path = tmp_path / "raw.jsonl"
    path.write_bytes(b'{"content": "x = 1\\n"}\nnot json\n[1]\n\n{"content": 5}\n{"content": "a\\ud800"}\n')
    found, dropped = collected(f"collect.jsonl={path}")
    assert [s.text for s in found] == ["x = 1\n"]
    assert sorted(d.reason for d in dropped) == ["empty"] * 4 + ["not UTF-8"]


def test_files_of_rows_that_cannot_be_read(tmp_path):
    assert "nowhere.jsonl: there is no such file" in refused(f"collect.jsonl={tmp_path}/nowhere.jsonl")
    (tmp_path / "none.jsonl").write_bytes(b"")
    assert "none.jsonl: the file has no rows" in refused(f"collect.jsonl={tmp_path}/none.jsonl")
    for name in ("bad.parquet", "bad.jsonl.gz"):
        (tmp_path / name).write_bytes(b"neither of them")
        assert f"{name}: " in refused(f"collect.jsonl={tmp_path}/{name}")


def test_exact_and_near_duplicates(tmp_path):
    where = folder(
        tmp_path / "d",
        a=LONG.encode(),
        b=LONG.encode(),
        c=LONG.replace("def f7(x)", "def g7(x)").encode(),
        d=b"def other(words):\n    return [w.title() for w in words if w]\n",
    )
    found, dropped = collected(where, "collect.rows_per_shard=1")
    assert [s.path for s in found] == ["a.py", "d.py"]
    assert [(d.id, d.reason, d.detail) for d in dropped] == [
        ("d/b.py", "exact duplicate", "d/a.py"),
        ("d/c.py", "near duplicate", "d/a.py"),
    ]
    found, _ = collected(where, "collect.near_duplicate=1.0")
    assert [s.path for s in found] == ["a.py", "c.py", "d.py"]


def test_equal_rows_are_one_source(tmp_path):
    path = tmp_path / "raw.jsonl"
    path.write_text((json.dumps(ROWS[0]) + "\n") * 3)
    found, dropped = collected(f"collect.jsonl={path}", "collect.rows_per_shard=2")
    assert [s.path for s in found] == ["ann/tools/src/a.py"]
    assert [d.reason for d in dropped] == ["exact duplicate"] * 2


def test_duplicates_are_dropped_across_sources(tmp_path):
    where = folder(tmp_path / "d", a=ROWS[0]["content"].encode())
    found, dropped = collected(where, f"collect.jsonl={written(tmp_path, 'jsonl')}")
    assert [s.corpus for s in found] == ["d", "raw", "raw"]
    assert [d.detail for d in dropped if d.reason == "exact duplicate"] == ["d/a.py"]


@pytest.fixture
def dataset(tmp_path, monkeypatch):
    """A data set as the hub's reader finds it in a folder of files; two shards of it."""
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    root = tmp_path / "set"
    root.mkdir()
    rows = [{"body": f"def f{n}(x):\n    return x + {n * 'y' or 1}\n", "path": f"f{n}.py"} for n in range(7)]
    for number, part in enumerate((rows[:4], rows[4:])):
        pq.write_table(pa.Table.from_pylist(part), root / f"train-0000{number}-of-00002.parquet")
    return root, [row["body"] for row in rows]


def test_hub_reads_the_first_rows_of_a_column(dataset):
    root, texts = dataset
    hub = f"collect.hub={{id: {root}, revision: '', split: train, column: body, rows: 6}}"
    found, dropped = collected(hub, "collect.rows_per_shard=4", "collect.near_duplicate=1.0")
    assert [s.text for s in found] == texts[:6]
    assert [s.path for s in found] == [f"f{n}.py" for n in range(6)]
    assert not dropped


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("split: test, column: body", "split test"),
        ("split: train, column: content", "no column content; it has body, path"),
    ],
)
def test_hub_data_set_without_the_split_or_column(dataset, asked, says):
    root, _ = dataset
    with pytest.raises(BadInput, match=says):
        collected(f"collect.hub={{id: {root}, revision: '', {asked}, rows: 6}}")


def test_hub_data_set_that_is_not_there(tmp_path):
    with pytest.raises(BadInput, match="check id, revision and split"):
        collected(f"collect.hub={{id: {tmp_path}/nowhere, revision: '', rows: 6}}")
