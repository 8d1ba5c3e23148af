"""Require: a library that only the benchmarks need.   name -> nothing, or how to install it"""

from importlib.util import find_spec

from codeio.errors import BadParams


def require(name: str) -> None:
    """Raises BadParams where the extra `benchmarks` is not installed."""
    if find_spec(name) is None:
        raise BadParams(f"{name} is not installed; `pip install -e '.[benchmarks]'` brings it")
