"""What a rebuild says of data that came out otherwise. The rebuild itself: test_end_to_end."""

from msgspec.structs import replace

from codeio import shards
from codeio.rebuild import first_difference
from codeio.records import Function
from tests.test_lineage import golden


def folder(at, rows):
    shards.write(at / "part-00000.parquet", rows, Function)
    return at


def test_the_first_row_that_differs_is_named_with_field_and_values(tmp_path):
    rows = golden("execute")
    changed = replace(rows[1], code=rows[1].code.replace("return", "return 1 +", 1))
    said = first_difference(
        folder(tmp_path / "a", rows), folder(tmp_path / "b", [rows[0], changed]), Function
    )
    assert said.startswith(f"row 1, {rows[1].id}: code is ...")
    assert "return 1 +" in said.split(" in this checkout and ")[1]
    assert "return 1 +" not in said.split(" in this checkout and ")[0]
    assert len(said) < 300


def test_rows_that_are_missing_or_others_are_named(tmp_path):
    rows = golden("execute")
    here, fewer = folder(tmp_path / "a", rows), folder(tmp_path / "b", rows[:1])
    assert first_difference(here, fewer, Function) == (
        f"row 1 is {rows[1].id} in this checkout and absent rebuilt"
    )
    turned = folder(tmp_path / "c", rows[::-1])
    assert first_difference(here, turned, Function).startswith(
        f"row 0 is {rows[0].id} in this checkout and {rows[1].id}"
    )
    assert "all rows are the same" in first_difference(here, folder(tmp_path / "d", rows), Function)
    assert "`dvc pull` it" in first_difference(tmp_path / "nothing", here, Function)
