"""Meaning: what a parameter's name and its examples say of values beside their type.   name, values -> spans, texts"""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Any

FEW, ENOUGH = 4, 6  # different values among at least so many: examples that are made of a few, as 0, 1 and 2
ALPHABET = re.compile(r"alphabet|charset")  # each character once
FRACTION = re.compile(
    r"^(alpha|beta|gamma|eta|lr|learning_rate|momentum|epsilon|eps|prob|probability|threshold)$"
)
SPANS = (
    (r"^years?$", "1900, 2030"),
    (r"^months?$", "1, 12"),
    (r"^days?$", "1, 31"),
    (r"^(hours?|hrs?)$", "0, 23"),
    (r"^(minutes?|seconds?|mins?|secs?)$", "0, 59"),
    (r"^age$", "1, 99"),
    (r"^(base|radix)$", "2, 16"),
    (r"^(n|limit|max_?n|upto|up_to)$", "1, rng.choice([12, 12, 12, 60])"),
    (r"^(k|m|rows?|cols?|columns?|depth|level|size|length|width|height|steps?|order|num_\w+)$", "1, 12"),
    (
        r"(^|_)(times|repeats?|shifts?|rotations?|copies|rounds|iterations|digits|n?digits|precision|places|decimals)$",
        "0, 8",
    ),
    (r"(^|_)(count|position|pos|idx|index|offset)$", "0, 10"),
    (r"(^|_)flags?$", "0, 1"),
    (r"^mod(ul(us|o))?$", "2, 100"),
    (r"^bit$", "0, 1"),
    (r"^(pow(er)?|exp(onent)?)$", "0, 5"),
    (r"percent(age)?$", "1, 99"),
    (r"^lat(itude)?\d?$", "-90, 90"),
    (r"^(lon|lng|long)(gitude)?\d?$", "-180, 180"),
)
USUAL = r"(^|_)(amount|quantity|qty|price|cost|weight|capacity|budget|distance|speed|salary|score)$"  # mostly 1 to 100
REAL_SPANS = (
    (r"percent", "5, 60"),
    (r"(^|_)(prob|ratio|fraction)|^(alpha|beta|gamma|p|eta|lr|momentum)$|rate$", "0, 1"),
    (r"radius|length|width|height|weight|mass|price|cost|amount|salary|balance|principal|distance|speed", "0.5, 90"),
    (r"^lat", "-90, 90"),
    (r"^lon|^lng", "-180, 180"),
)  # fmt: skip
TEXTS = (  # some of them, or what draws one
    (
        r"^((first|last|full|user|student|player)_?)?name$|author|person|player$",
        ("Ada", "Ben Ode", "Cleo", "dov", "Eve Hart", "Finn", "Gus", "Hana", "Ivo Lund", "Jo", "Kim", "Lena Roth"),
    ),
    (
        r"(^|_)(city|town|country)$",
        ("Lima", "Oslo", "New York", "rome", "Cairo", "Bonn", "Quito", "Paris", "Accra", "Kyoto", "Riga", "Porto"),
    ),
    (
        r"e_?mail|parse_?addr",
        ("ada@example.com", "b.c@test.org", "x@y", "no at sign", "eve+1@mail.net", "Kim@Home.io", "a@b.co", "@x.y"),
    ),
    (
        r"url|href|website",
        (
            "http://example.com/a?b=1", "https://test.org", "ftp://x.y/z.txt", "https://a.b.c/d/e#f", "http://x.io:8080",
            "https://shop.test/item/7?q=red&n=2", "www.example.org",
        ),
    ),
    (
        r"path$|file_?name$|^file$|directory|folder",
        (
            "a/b.txt", "src/main.py", "notes.md", "x.tar.gz", "../up", "data/2024/log.csv", "img/cat.png", "README",
            "/usr/lib", "a//b",
        ),
    ),
    (
        r"colou?r",
        ("red", "green", "blue", "black", "yellow", "white", "orange", "purple", "pink", "brown", "gray"),
    ),
    (
        r"date$|birthday",
        ("2024-02-29", "1999-12-31", "04/07/2023", "2021-01-05", "12/25/2020", "2023-11-02", "01/31/1987"),
    ),
    (r"(^|_)time$|clock", ("09:30", "23:59", "00:05:10", "12:00", "07:15:00", "18:45", "3:07")),
    (
        r"sentence|paragraph|phrase",
        (
            "The quick brown fox.", "hello, world", "it is so", "To be or not to be?", "One fish, two fish.",
            "Wait! Who goes there?", "a rose is a rose", "We met at 9 o'clock.", "Stop", "the cat and the hat",
        ),
    ),
    (
        r"html|xml|markup",
        ("<b>hi</b>", "<p>a &amp; b</p>", "plain", "<i>x</i> and <b>y</b>", "<a href='#'>go</a>", "a < b"),
    ),
    (r"regex", ("a+", "[a-c]+", r"\d+", "b?c", "x|y", "^a", "e$", "..", "(ab)*")),
    (r"version", ("1.2.3", "0.10", "2.0.0rc1", "3.11", "1.0", "10.4.2", "2.1.0")),
    (
        r"^ip(_?addr\w*)?$",
        ("192.168.0.1", "10.0.0.256", "8.8.8.8", "127.0.0.1", "172.16.254.1", "1.2.3", "255.255.255.0"),
    ),
    (r"roman", "draw_roman(rng)"),
    (
        r"(^|_)(dna|rna)|strand|genome",
        ("GATTACA", "ACGT", "TTAGGG", "CCGCG", "ATATAT", "GGGCCC", "TACGATC", "A", "CATCATCAT", "GTCA"),
    ),
    (
        r"expr(ession)?$|equation|formula",
        ("1 + 2 * 3", "(4 - 1) / 2", "7", "2 * (3 + 4)", "8 / 4 - 1", "(1 + 2) * (3 - 4)", "9 - 3 - 2", "10 * 10"),
    ),
    (r"^(op|operator)$", ("+", "-", "*", "/")),
    (r"^(sep|separator|delim(iter)?|glue|joiner|ending)$", (", ", "-", " ", "/", "; ", "_", "|", ".")),
    (r"^(newline|eol|line_?sep)$", ("\n", "\r\n", " | ")),
    (ALPHABET.pattern, ("01", "abc", "0123456789", "ABCDEF", "xyz", "abcdefghij", "AB", "0123")),
    (r"^(margin|indent(ation)?)$", ("  ", "    ", "> ", "\t")),
    (r"fill_?char|^pad(ding)?$", ("*", "0", "-", ".", "_", "#", " ")),
    (
        r"(^|_)(unit|noun)s?$",
        ("hour", "day", "Meter", "box", "city", "child", "bus", "leaf", "hero", "gram", "story", "key"),
    ),
)  # fmt: skip
BASES = (
    (r"(^|_)bin(ary)?\d?(_?(st|str|string|num|number|text|val|value|digits))?\d?$|^bits$", 2),
    (r"(^|_)hex(a|adecimal)?(_?(str|string|num|number|text|val|value|digits|code))?$", 16),
    (r"(^|_)oct(al)?(_?(str|string|num|number))?$", 8),
)  # fmt: skip
# Pairs of numbers that mean something together.
PAIRS = (
    (r"intervals?|meetings?|ranges?|segments?", "sorted([draw_number(rng, NUMBERS), draw_number(rng, NUMBERS)])"),
    (r"edges?|connections?|prerequisites|relations", "[rng.randint(0, 4), rng.randint(0, 4)]"),
    (r"points?|coord\w*|positions?|vertices|^(pos|p\d|origin|center)$", "[rng.randint(-5, 9), rng.randint(-5, 9)]"),
)  # fmt: skip
# What a call gathers or goes through: it begins empty, the second kind where a recursive call gets the same.
GATHERED = re.compile(
    r"(res|results?|ans|answers?|out|outputs?|acc|accumulator|found|collected|paths|solutions?|seen"
    r"|visited|combos?|combinations|permutations|perms|subsets|store)(_?(list|set|arr|so_far))?$"
)
PARTIAL = re.compile(
    r"(path|stack|cur|curr|current|temp|tmp|prefix|subset|comb|combination|perm|partial|chosen|slate"
    r"|so_far|sofar|taken|picked|selected|track|sub|nodes|vals|values|lst|arr|array|elements|order|traversal|leaves|ret)(_?(list|set|path|arr|str|comb))?$"
)
STORES = re.compile(r"push|append|add|insert|enqueue|offer|put")
VISITED = re.compile(r"visit|seen|used|marked|explored|done")
LINES = re.compile(r"line|sentence|text|row|paragraph|phrase|message|quer|comment|title")  # more than a word
MATRIX = re.compile(r"[A-Z]\d?")
PICTURE = re.compile(r"image|(^|_)img|picture|photo|pixel|frame|(^|_)gr[ae]y")
BOX = re.compile(r"rect(angle)?s?\d?$|bbox|(^|_)box(es)?\d?$")
BOARD = re.compile(r"grid|board|maze|matrix|rooms|picture|image|field|world|forest|lawn|table")
NODE = re.compile(
    r"(^|_)(start|end|source|src|sink|dest\w*|dst|goal|node|vertex|root|origin|target|begin|finish)$"
)
NETWORK = re.compile(r"graph|^adj|network")  # a table of them holds the weights of edges
SHARES = re.compile(r"(^|_)(prob(s|abilit\w+)?|distribution|dist|shares|fractions)$")  # of 1, together
STEPS = re.compile(r"(x|xs|xp|xi|x_\w+|x\d|knots|nodes|t|ts|grid|points)$")  # places one after the other
POSITIVE = re.compile(  # lists of what is counted or measured
    r"(^|_)(weights?|wt|heights?|prices?|coins?|sizes?|lengths?|ages?|counts?|dim(ension)?s?|stones|piles|ratings|scores?"
    r"|costs?|salar\w+|capacit\w+|denominations?|positions|widths?|durations?|frequencies|freqs?|trees|bananas|cards?\w*)$"
)
ANY_TEXT = re.compile(
    r"(s|st|str\d?|string|text|txt|value|val|data|x|word|line|inp\w*|arg|name)$"
)  # says nothing more
WORDS = re.compile(r"^(words|sentence|phrase)$")
PREDICATE = re.compile(r"pred|filter|test|cond|keep|check|accept|stop|until|where")


compiled = cache(re.compile)  # of tables: `re` forgets the older of that many


def plain(name: str) -> str:
    """`startIndex` and `_start_index` as `start_index`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().strip("_")


@lru_cache(8192)  # the same few names again and again, and a search is a dozen patterns
def of_name(table: tuple[tuple[str, Any], ...], name: str) -> Any:
    """The entry whose pattern the name matches, or None."""
    low = plain(name)
    return next((found for pattern, found in table if compiled(pattern).search(low)), None) if low else None


def few(shown: Iterable[Any]) -> list[Any] | None:
    """The few numbers or characters that all examples are made of."""
    leaves = [leaf for value in shown for leaf in leaves_of(value)]
    kinds = {type(leaf) for leaf in leaves}
    distinct = sorted(set(leaves)) if len(kinds) == 1 else []
    return distinct if len(leaves) >= ENOUGH and 2 <= len(distinct) <= FEW else None


def leaves_of(value: Any) -> Iterator[int | str]:
    if isinstance(value, list | tuple):
        for item in value:
            yield from leaves_of(item)
    elif isinstance(value, str):
        yield from value
    elif isinstance(value, int) and not isinstance(value, bool):
        yield value
