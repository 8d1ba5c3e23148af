"""What only the benchmarks need: a missing library is one line that says how to get it."""

import pytest

from codeio.errors import BadParams
from codeio.evaluate.extra import require


def test_a_missing_library_is_named_with_its_mend():
    require("json")
    with pytest.raises(BadParams, match=r"no_such_library is not installed.*\[benchmarks\]"):
        require("no_such_library")
