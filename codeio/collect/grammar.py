"""Write: skeletons of small programs, one production per shape.   random.Random -> text with holes

Holes are <low..high> (an int), <letter> and <letters>. Level 1 is one loop or one branch; level 2 adds a
second case, a memory, an index or an early end; level 3 nests, loops by `while`, keeps two accumulators or
calls a helper.
"""

import random
from collections.abc import Callable

ENTRY = "f"
Random = random.Random
Draw = Callable[[Random], str]


def define(parameters: str, *lines: str, name: str = ENTRY) -> str:
    return f"def {name}({parameters}):\n" + "\n".join("    " + line for line in lines)


def number(rng: Random, v: str) -> str:
    """An int expression over the int variable `v`."""
    plain = [v, f"{v} + <1..5>", f"{v} * <2..3>", f"{v} - <1..4>", f"<7..9> - {v}"]
    other = [
        f"{v} % <2..5>",
        f"{v} // <2..3>",
        f"abs({v} - <2..7>)",
        f"min({v}, <3..7>)",
        f"max({v}, <2..6>)",
    ]
    return rng.choice(plain + other)


def changed(rng: Random, v: str) -> str:
    """An int expression over `v` that is not `v` itself."""
    return next(e for e in iter(lambda: number(rng, v), None) if e != v)


def test(rng: Random, v: str) -> str:
    """A condition on the int variable `v`."""
    options = [f"{v} > <2..6>", f"{v} < <3..7>", f"{v} >= <3..6>", f"{v} <= <3..6>"]
    return rng.choice([*options, f"{v} != <0..9>", f"{v} % <2..3> == <0..1>", f"{v} % <2..3> != <0..1>"])


def both(rng: Random, v: str) -> str:
    """Two conditions on `v`, joined."""
    return rng.choice(
        [f"{test(rng, v)} and {test(rng, v)}", f"{test(rng, v)} or {test(rng, v)}", f"not {test(rng, v)}"]
    )


def letter(rng: Random, c: str) -> str:
    """A condition on the one-letter string `c`."""
    options = [f"{c} in '<letters>'", f"{c} not in '<letters>'", f"{c} > '<letter>'", f"{c} < '<letter>'"]
    return rng.choice([*options, f"{c} >= '<letter>'", f"{c} != '<letter>'", f"{c} == '<letter>'"])


def glue(rng: Random, r: str, c: str) -> str:
    """A statement that makes the string `r` longer."""
    options = [f"{r} += {c}", f"{r} = {c} + {r}", f"{r} += {c}.upper()", f"{r} += {c} * <2..3>"]
    return rng.choice([*options, f"{r} += {c} + '<letter>'", f"{r} += '<letter>' + {c}"])


def update(rng: Random, s: str, e: str) -> str:
    """A statement that moves the accumulator `s` by the expression `e`."""
    joined = [f"{s} += {e}", f"{s} += {e}", f"{s} -= {e}", f"{s} = max({s}, {e})", f"{s} = min({s}, {e})"]
    return rng.choice([*joined, f"{s} = {e} - {s}", f"{s} = {s} * 2 + {e}"])


def walk(rng: Random) -> tuple[str, str, str]:
    """A loop over ints: (parameters, loop header, loop variable)."""
    many = [("xs", "for x in xs:", "x")] * 5 + [("n", "for i in range(n):", "i")]
    rare = [
        ("xs", "for x in xs[1:]:", "x"),
        ("xs", "for x in xs[::-1]:", "x"),
        ("xs", "for x in xs[:-1]:", "x"),
    ]
    return rng.choice([*many, ("n", "for i in range(1, n + 1):", "i"), *rare])


def result(rng: Random, s: str) -> str:
    return rng.choice([s, s, s, changed(rng, s)])


# Level 1: one loop or one branch.
def summed(rng: Random) -> str:
    names, loop, x = walk(rng)
    if rng.random() < 0.4:
        body = [f"    {update(rng, 't', number(rng, x))}"]
    else:
        body = [
            f"    if {test(rng, x)}:",
            f"        {update(rng, 't', rng.choice([number(rng, x), '<1..3>']))}",
        ]
    return define(names, "t = <0..5>", loop, *body, f"return {result(rng, 't')}")


def listed(rng: Random) -> str:
    names, loop, x = walk(rng)
    if rng.random() < 0.4:
        body = [f"    r.append({changed(rng, x)})"]
    else:
        body = [f"    if {test(rng, x)}:", f"        r.append({number(rng, x)})"]
    return define(names, "r = []", loop, *body, "return r")


def spelled(rng: Random) -> str:
    if rng.random() < 0.35:
        body = [f"    {glue(rng, 'r', 'c')}"]
    else:
        body = [f"    if {letter(rng, 'c')}:", f"        {glue(rng, 'r', 'c')}"]
    source = rng.choice(["s", "s", "s", "s[1:]", "s[::-1]"])
    return define("s", f"r = {rng.choice(['', '<letter>'])!r}", f"for c in {source}:", *body, "return r")


def counted(rng: Random) -> str:
    step = rng.choice(["t += <1..3>", "t += <1..3>", "t -= <1..3>", "t = t * 2 + <0..1>"])
    body = [f"    if {letter(rng, 'c')}:", f"        {step}"]
    return define("s", "t = <0..4>", "for c in s:", *body, f"return {result(rng, 't')}")


def branched(rng: Random) -> str:
    on = rng.choice(["a", "b", "a + b", "a - b"])
    ask = rng.choice(
        [test(rng, on if on in "ab" else f"({on})"), "a > b", "a < b", "a == b", f"a > b + {'<0..4>'}"]
    )
    pick = [number(rng, "a"), number(rng, "b"), "a + b", "a - b", "a * <2..4>", "max(a, b)"]
    one, two = rng.sample(pick, 2)
    return define("a, b", f"if {ask}:", f"    return {one}", f"return {two}")


# Level 2: a loop with two cases, a memory, an index or an early end.
def forked(rng: Random) -> str:
    names, loop, x = walk(rng)
    ask = rng.choice([test, both])(rng, x)
    one, two = update(rng, "t", number(rng, x)), update(rng, "t", rng.choice([number(rng, x), "<1..3>"]))
    body = [f"    if {ask}:", f"        {one}", "    else:", f"        {two}"]
    return define(names, "t = <0..5>", loop, *body, f"return {result(rng, 't')}")


def sorted_out(rng: Random) -> str:
    names, loop, x = walk(rng)
    body = [f"    if {test(rng, x)}:", f"        r.append({number(rng, x)})"]
    body += [f"    {rng.choice(['elif ' + test(rng, x), 'else'])}:", f"        r.append({changed(rng, x)})"]
    return define(names, "r = []", loop, *body, "return r")


def indexed(rng: Random) -> str:
    ask = rng.choice([test(rng, "x"), test(rng, "i"), "x > i", "x < i + <1..3>"])
    act = rng.choice(
        ["t += i", "t += x * i", "t += x - i", "t += x + i", "t = x - t", f"t += {changed(rng, 'x')}"]
    )
    body = ["for i, x in enumerate(xs):", f"    if {ask}:", f"        {act}"]
    return define("xs", "t = <0..3>", *body, f"return {result(rng, 't')}")


def compared(rng: Random) -> str:
    ask = rng.choice(["x > k", "x < k", "x != k", "x >= k", "x % k == 0", "x % k == 1", "x + k > <6..9>"])
    act = rng.choice(
        [update(rng, "t", rng.choice(["x", "k", "x + k", "x - k"])), update(rng, "t", number(rng, "x"))]
    )
    tail = [] if rng.random() < 0.5 else ["    else:", f"        {update(rng, 't', '<1..3>')}"]
    return define(
        "xs, k", "t = <0..3>", "for x in xs:", f"    if {ask}:", f"        {act}", *tail, "return t"
    )


def remembered(rng: Random) -> str:
    ask = rng.choice(["x > p", "x < p", "x >= p + <1..2>", "(x + p) % 2 == <0..1>", "x - p > <1..3>"])
    act = rng.choice(
        ["t += 1", "t += x - p", "t += x", "t += p", "r.append(x)", "r.append(x - p)", "r.append(x + p)"]
    )
    name, start = ("r", "[]") if act.startswith("r") else ("t", "<0..3>")
    body = ["for x in xs:", f"    if {ask}:", f"        {act}", "    p = x"]
    return define(
        "xs", f"{name} = {start}", f"p = {rng.choice(['<0..5>', 'xs[0]'])}", *body, f"return {name}"
    )


def running(rng: Random) -> str:
    names, loop, x = walk(rng)
    body = [f"    {update(rng, 't', number(rng, x))}", f"    r.append({rng.choice(['t', number(rng, 't')])})"]
    return define(names, "t = <0..3>", "r = []", loop, *body, "return r")


def stopped(rng: Random) -> str:
    names, loop, x = walk(rng)
    end = rng.choice([f"if {test(rng, x)}:", "if t > <8..15>:"])
    leave = rng.choice(["break", f"return {changed(rng, 't')}"])
    body = [f"    {end}", f"        {leave}", f"    {update(rng, 't', number(rng, x))}"]
    return define(names, "t = <0..3>", loop, *body, f"return {result(rng, 't')}")


def respelled(rng: Random) -> str:
    one, two = (
        glue(rng, "r", "c"),
        rng.choice([glue(rng, "r", "c"), "r += '<letter>'", "r = r[1:]", "r = r[::-1]"]),
    )
    body = ["for c in s:", f"    if {letter(rng, 'c')}:", f"        {one}", "    else:", f"        {two}"]
    return define("s", "r = ''", *body, "return r")


def numbered(rng: Random) -> str:
    ask = rng.choice([test(rng, "i"), letter(rng, "c"), f"{letter(rng, 'c')} and i > <0..1>"])
    act = rng.choice([glue(rng, "r", "c"), "r += c * (i + 1)", "r = r + c + r[:<1..2>]"])
    body = ["for i, c in enumerate(s):", f"    if {ask}:", f"        {act}"]
    tail = [] if rng.random() < 0.5 else ["    else:", f"        {glue(rng, 'r', 'c')}"]
    return define("s", "r = ''", *body, *tail, "return r")


# Level 3: nested loops, while, two accumulators, a helper.
def halved(rng: Random) -> str:
    ask = rng.choice(["m > <1..4>", "m > <1..4>", "m >= <2..5>"])
    act = update(rng, "t", rng.choice(["<1..3>", "m % <2..5>", "m", number(rng, "m")]))
    cut = rng.choice(["m = m // <2..4>", "m = m // <2..4>", "m -= <7..12>", "m = m // 2 - <0..1>"])
    some = [f"    if {test(rng, 'm')}:", f"        {act}"] if rng.random() < 0.5 else [f"    {act}"]
    order = [*some, f"    {cut}"] if rng.random() < 0.6 else [f"    {cut}", *some]
    return define(
        "m", "t = <0..4>", f"while {ask}:", *order, f"return {rng.choice(['t', 't', 't + m', 't - m'])}"
    )


def digits(rng: Random) -> str:
    act = rng.choice([update(rng, "t", number(rng, "d")), update(rng, "t", "d"), "r.append(d)"])
    name, start = ("r", "[]") if act.startswith("r") else ("t", "<0..3>")
    some = [f"    if {test(rng, 'd')}:", f"        {act}"] if rng.random() < 0.6 else [f"    {act}"]
    return define(
        "m",
        f"{name} = {start}",
        "while m > 0:",
        "    d = m % <3..9>",
        *some,
        "    m //= <3..9>",
        f"return {name}",
    )


def climbed(rng: Random) -> str:
    act = update(rng, "t", rng.choice(["xs[i]", number(rng, "xs[i]"), "xs[i] * i", "xs[i] - i"]))
    some = [f"    if {test(rng, 'xs[i]')}:", f"        {act}"] if rng.random() < 0.6 else [f"    {act}"]
    step = rng.choice(["i += 1", "i += 1", "i += <1..2>"])
    ask = rng.choice(["i < len(xs)", "i < len(xs) and t < <9..20>"])
    return define("xs", "t = <0..3>", "i = <0..1>", f"while {ask}:", *some, f"    {step}", "return t")


def split(rng: Random) -> str:
    names, loop, x = walk(rng)
    one, two = update(rng, "t", number(rng, x)), update(rng, "u", rng.choice([number(rng, x), "<1..2>"]))
    body = [f"    if {test(rng, x)}:", f"        {one}", "    else:", f"        {two}"]
    end = rng.choice(["[t, u]", "t - u", "t + u", "max(t, u)", "t * <2..3> - u", "[u, t]"])
    return define(names, "t = <0..3>", "u = <0..3>", loop, *body, f"return {end}")


HELPER_USES = [
    ("t", "<0..3>", "t += g({})"),
    ("r", "[]", "r.append(g({}))"),
    ("t", "<0..3>", "t = g({}) - t"),
    ("t", "<0..3>", "t = g(t + {})"),
]


def helped(rng: Random) -> str:
    inner = [f"if {test(rng, 'v')}:", f"    return {changed(rng, 'v')}", f"return {number(rng, 'v')}"]
    if rng.random() < 0.3:
        inner = [f"return {changed(rng, 'v')}"]
    helper = define("v", *inner, name="g")
    names, loop, x = walk(rng)
    name, start, act = rng.choice(HELPER_USES)
    some = (
        [f"    if {test(rng, x)}:", f"        {act.format(x)}"]
        if rng.random() < 0.4
        else [f"    {act.format(x)}"]
    )
    return helper + "\n\n\n" + define(names, f"{name} = {start}", loop, *some, f"return {name}")


def nested(rng: Random) -> str:
    ask = rng.choice(
        ["y > z", "y < z", "y + z > <6..11>", "(y + z) % 2 == <0..1>", "y != z", "y - z > <1..3>"]
    )
    act = rng.choice(
        [update(rng, "t", rng.choice(["y", "z", "y - z", "<1..2>"])), "r.append(y + z)", "r.append(y - z)"]
    )
    name, start = ("r", "[]") if act.startswith("r") else ("t", "<0..3>")
    loops = ["for y in ys:", "    for z in zs:"]
    return define(
        "ys, zs", f"{name} = {start}", *loops, f"        if {ask}:", f"            {act}", f"return {name}"
    )


def stairs(rng: Random) -> str:
    inner = rng.choice(["range(i)", "range(i + 1)", "range(i, n)"])
    act = update(rng, "t", rng.choice(["i", "j", "i - j", "i + j", number(rng, "j")]))
    body = [f"        if {test(rng, rng.choice(['j', '(i + j)']))}:", f"            {act}"]
    body = body if rng.random() < 0.5 else [f"        {act}"]
    return define("n", "t = <0..3>", "for i in range(n):", f"    for j in {inner}:", *body, "return t")


def chained(rng: Random) -> str:
    step = rng.choice(
        [
            "a, b = b, a + b",
            "a, b = b, a - b",
            "a, b = b, abs(a - b)",
            "a, b = b + <1..3>, a",
            "a, b = b, a + <1..4>",
        ]
    )
    act = (
        ["    t += a"]
        if rng.random() < 0.5
        else [f"    if {test(rng, 'a')}:", f"        {update(rng, 't', 'a')}"]
    )
    return define("a, b", "t = <0..3>", f"for _ in range({'<2..4>'}):", f"    {step}", *act, "return t")


GRAMMAR: dict[int, list[Draw]] = {
    1: [summed, summed, listed, listed, spelled, counted, branched],
    2: [forked, sorted_out, indexed, compared, remembered, running, stopped, respelled, numbered],
    3: [halved, digits, climbed, split, helped, helped, nested, stairs, chained],
}  # fmt: skip
