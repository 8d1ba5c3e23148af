"""Text of any Python becomes a tree of this one, with the lines and the meaning it had."""

import ast

import pytest

from codeio.unify import repair

OLD = {
    "print x": "print(x)",
    "print 'a', x,": "print('a', x, end=' ')",
    "print\nprint x": "print()\nprint(x)",
    "print >> err, x\nprint x": "print(x, file=err)\nprint(x)",
    "print (1), 2\nprint x": "print((1), 2)\nprint(x)",
    "print 'two' # words": "print('two')",
    "if x: print x": "if x: print(x)",
    "x = 1 <> 2\nprint x": "x = 1 != 2\nprint(x)",
    "x = `y`\nprint x": "x = repr(y)\nprint(x)",
    "x = 10L + 0777\nprint x": "x = 10 + 0o777\nprint(x)",
    "try: f()\nexcept E, e: print e": "try: f()\nexcept E as e: print(e)",
    "raise E, 'why'": "raise E('why')",
    "exec code\nprint x": "exec(code)\nprint(x)",
    "print 7 / 2": "print(7 // 2)",
    "print 7 / 2.0": "print(7 / 2.0)",
    "print float(x) / 2": "print(float(x) / 2)",
    "x /= 2\nprint x": "x //= 2\nprint(x)",
    "from __future__ import division\nprint 7 / 2": "from __future__ import division\nprint(7 / 2)",
    "x = map(f, y)\nprint x": "x = list(map(f, y))\nprint(x)",
    "for i in xrange(3): print i": "for i in range(3): print(i)",
    "for k, v in d.iteritems(): print k": "for k, v in d.items(): print(k)",
    "print d.has_key(k)": "print(k in d)",
    "print it.next()": "print(next(it))",
}


@pytest.mark.parametrize("old", OLD)
def test_python_2_keeps_its_meaning(old):
    parsed = repair.parse(old)
    assert parsed.how == "python 2"
    assert ast.unparse(parsed.tree) == ast.unparse(ast.parse(OLD[old]))


@pytest.mark.parametrize(
    "text", ["print(7 / 2)", "x = range(3)", "d = {}\nd.items()", "s = 'print x'", "x: int = 1\r\ny = 2\r\n"]
)
def test_python_3_is_left_alone(text):
    parsed = repair.parse(text)
    assert parsed.how == "as is"
    assert ast.dump(parsed.tree) == ast.dump(ast.parse(text))


HALF = '''"""Notes."""

def good(x):
    return x + 1

def bad(:
    return 0

@cache
def also(x):
    if x:
        return 2
    return 3
this is prose
'''


def test_blocks_that_parse_are_kept_at_their_lines():
    parsed = repair.parse(HALF)
    assert parsed.how == "segments"
    lines = parsed.text.split("\n")
    found = [n for n in parsed.tree.body if isinstance(n, ast.FunctionDef)]
    assert [f.name for f in found] == ["good", "also"]
    assert all(lines[f.lineno - 1] == f"def {f.name}(x):" for f in found)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("def f(:\n    pass\n", "does not parse"),
        ("<html>\n<p>not Python at all</p>\n", "does not parse"),
        ("x = " + "(" * 300 + ")" * 300, "does not parse"),
        ("x = '" + "a" * 20_001 + "'", "a line longer than 20,000 characters"),
    ],
)
def test_what_cannot_be_repaired_says_why(text, why):
    assert repair.parse(text) == why
