"""Encode: Python values as JSON text.   value -> text, or TypeError / ValueError / RecursionError

The encoder is made from the C function each time: a program that patches `json` patches it for itself only.
"""

import json
import sys
from json.encoder import c_make_encoder, encode_basestring
from typing import Any

read = json.JSONDecoder().scan_once  # (text, 0) -> (value, end); json.loads without its checks
DEPTH = 400  # frames; deeper nesting is no JSON to us
DIGITS = 4300  # of an integer


def refuse(value: Any) -> Any:
    raise TypeError(f"a {type(value).__name__} is not JSON")


def text(value: Any, order: bool = False) -> str:
    """JSON with tuples as lists and keys as strings; NaN and infinity are refused. `order` sorts keys."""
    make = c_make_encoder({}, refuse, encode_basestring, None, ":", ",", order, False, False)
    return "".join(make(value, 0))


def output(value: Any) -> str:
    """`text`, and refused where two keys of a dict would become one, or what is not UTF-8."""
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(DIGITS)
    said = text(value)
    said.encode()
    if "{" in said and len(text(read(said, 0)[0])) != len(said):
        raise ValueError("two keys of a dict are the same JSON key")
    return said


def kwargs(value: Any) -> str:
    """Keyword arguments as a canonical text: what the generator drew, as JSON would carry it."""
    if not isinstance(value, dict):
        raise TypeError(f"input_generator returned a {type(value).__name__}, not a dict")
    return text(read(output(value), 0)[0], order=True)
