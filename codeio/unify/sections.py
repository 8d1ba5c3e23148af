"""Read a model's reply: headed sections or a JSON object, however it is decorated.   text -> Parts | why not"""

import ast
import json
import re

import msgspec

ENTRY, GENERATOR = "main_solution", "input_generator"
HEADING = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t]*|\*\*)?(?:\d+[.)][ \t]*)?\**([A-Za-z][\w /&-]{2,40}?)\**:?\**[ \t]*$", re.M
)
FENCE = re.compile(r"^[ \t]*```[\w+-]*[ \t]*\n(.*?)^[ \t]*```", re.M | re.S)
# What models call the parts, in lower case.
NAMES = {
    "statement": ("statement", "problem statement", "problem description", "problem", "question"),
    "io_description": (
        "input and output", "input/output", "io description", "i/o description", "io requirements",
        "input output description", "input/output description", "input and output description", "inputs and outputs",
    ),
    "code": ("code", "main function", "reference code", "main code", "solution", "main_solution", "function"),
    "input_generator": ("input generator", "input_generator", "generator", "inputs generator"),
}  # fmt: skip
FIELD = {name: field for field, names in NAMES.items() for name in names}
SCHEMA = {
    "type": "object",
    "properties": {field: {"type": "string"} for field in NAMES},
    "required": list(NAMES),
    "additionalProperties": False,
}


class Parts(msgspec.Struct, frozen=True):
    """The four parts of a unified file (paper, section 2.1)."""

    statement: str
    io_description: str
    code: str
    input_generator: str


def read(text: str) -> Parts | str:
    """The parts in a reply, or a short reason why they are not there."""
    found = from_json(text) or from_sections(text)
    found = {field: value.strip() for field, value in found.items()}
    lacking = [field for field in NAMES if not found.get(field)]
    if lacking:
        return f"no {lacking[0].replace('_', ' ')}"
    for field, name in (("code", ENTRY), ("input_generator", GENERATOR)):
        if why := lacks(found[field], name):
            return why
    return Parts(**found)


def from_json(text: str) -> dict[str, str]:
    """Fields of the JSON object that the reply is, or that its first fence holds; empty where there is none."""
    for candidate in (text.strip(), *(block.strip() for block in FENCE.findall(text)[:1])):
        if candidate.startswith("{"):
            try:
                found = json.loads(candidate, strict=False)  # models write real line ends into strings
            except ValueError:
                continue
            if isinstance(found, dict):
                named = {FIELD.get(key.lower().replace("_", " "), key): value for key, value in found.items()}
                return {
                    field: code_of(v) for field, v in named.items() if field in NAMES and isinstance(v, str)
                }
    return {}


def from_sections(text: str) -> dict[str, str]:
    """Text under each known heading; code without its fence. A block that defines a name needs no heading."""
    masked = FENCE.sub(lambda block: re.sub(r"[^\n]", " ", block[0]), text)  # a comment is no heading
    heads = [
        (head.start(), head.end(), FIELD[head[1].strip().lower()])
        for head in HEADING.finditer(masked)
        if head[1].strip().lower() in FIELD
    ]
    ends = [start for start, _, _ in heads[1:]] + [len(text)] * bool(heads)
    found: dict[str, str] = {}
    for (_, start, field), end in zip(heads, ends, strict=True):
        body = text[start:end]
        found.setdefault(
            field, code_of(body) if field in ("code", "input_generator") else FENCE.sub("", body)
        )
    for block in FENCE.findall(text):
        for field, name in (("code", ENTRY), ("input_generator", GENERATOR)):
            if re.search(rf"^def {name}\b", block, re.M):
                found[field] = found[field] if lacks(found.get(field, ""), name) is None else block
    return found


def code_of(body: str) -> str:
    """The fenced blocks of a body as one text, or the body itself."""
    return "\n".join(FENCE.findall(body)) or body


def lacks(code: str, name: str) -> str | None:
    """Why a text is no module with the function `name`, or None."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return f"the code of {name} does not parse ({type(error).__name__})"
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    return None if name in defined else f"no function {name}"
