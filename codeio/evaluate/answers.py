"""Find: the answer in a chat response, however it is dressed.   response -> candidates, best first

Chat models box, embolden, quote, fence and explain their answers. A reading takes the candidates in order and keeps
the first that it can read as what was asked for: a letter, a number, a value, a text.
"""

import json
import re
from collections.abc import Iterator

from codeio import values

TAIL = 20_000  # characters of a response that are searched, from the end
LINE = 400  # characters of a last line that may be a short sentence
TAGGED = re.compile(r"<(answer|solution|ANSWER)>(.*?)</\1>|\[(ANSWER)\](.*?)\[/ANSWER\]", re.S)
PHRASE = re.compile(
    r"(?:(?:final|correct|right|best|my|your|the|so the)\s+)*(?:answer|output|result|choice|option|input)"
    r"(?:\s+(?:here|to the question|to this question|of the (?:function|code|call)|choice))?"
    r"\s*(?:\*\*|__)?\s*(?:(?:is|was|would be|should be|must be|will be|are)\b\s*:?|:|=)\s*(?:\*\*|__)?\s*"
    r"|(?:最终)?答案\s*(?:是|为|：|:)+\s*",
    re.I,
)
HEADING = re.compile(
    r"^[#*_ \t]{0,9}(?:the )?(?:final )?(?:answer|solution|result|output)[ \t]{0,3}:?[*_ \t]{0,6}$",
    re.I | re.M,
)
BEFORE = re.compile(
    r"^(?:(?:so|thus|hence|then|therefore)\b,?\s*)?(.{1,300}?)\s+(?:is|must be)\s+(?:the|my)\s+"
    r"(?:(?:final|correct|right|best)\s+)?(?:answer|choice|option|result|output)[\s*_.!]{0,9}$",
    re.I,
)  # "so 18 is the answer"
HASHES = re.compile(r"####\s*(.+)")
FENCE = re.compile(r"```[\w+-]*\n(.*?)\n?```|```([^`\n]+)```", re.S)
BOLD = re.compile(r"\*\*(.+?)\*\*|__(.+?)__", re.S)
DECORATION = re.compile(r"^(?:[\s*_`$\"'“”‘’「」]|\\\(|\\\[)+|(?:[\s*_`$\"'“”‘’「」]|\\\)|\\\])+$")
WORDS = re.compile(r"\\(?:text|textbf|texttt|mathrm|mathbf)\{([^{}]*)\}")
BROKEN = re.compile(
    r'"(?:answer|final_answer)"\s*:\s*(?:"(.*?)"(?=\s*\.?\s*(?:[,}\n]|$))|([^\s,}"][^,}\n]*))', re.S
)  # with quotes inside its quotes, or cut off
FIELDS = ("answer", "final_answer", "output", "result", "solution", "choice", "input", "Answer")


def candidates(response: str) -> Iterator[str]:
    """Texts that may be the answer, best first: marked ones, then what a closing sentence says, then the last line."""
    text = aloud(response[-TAIL:])
    if not text:
        return
    yield from fields(text)
    if (inner := boxed(text)) is not None:
        yield inner
    for found in reversed(list(TAGGED.finditer(text))):
        yield (found.group(2) or found.group(4) or "").strip()
    for found in reversed(HASHES.findall(text)):
        yield found.strip()
    for found in reversed(list(PHRASE.finditer(text))):
        yield from said(text[found.end() :])
    for found in reversed(list(HEADING.finditer(text))):
        yield from said(text[found.end() :])
    for found in reversed(list(FENCE.finditer(text))):
        yield (found.group(1) or found.group(2) or "").strip()
    last = text.split("\n")[-1].strip()
    if len(last) < LINE and (turned := BEFORE.match(last)):
        yield turned.group(1).strip()
    bold = list(BOLD.finditer(last)) or list(BOLD.finditer(text))
    if bold:
        yield (bold[-1].group(1) or bold[-1].group(2)).strip()
    yield last
    if text != last:
        yield text


def aloud(response: str) -> str:
    """A response without the thoughts before it, where a reasoning model marks their end and says something after."""
    return response.rpartition("</think>")[2].strip() or response.strip()


def fields(text: str) -> Iterator[str]:
    """The answer field of the last JSON object, also of one that is broken."""
    found = values.last_object(text)
    for name in FIELDS:
        if found and name in found:
            value = found[name]
            yield value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            return
    broken = list(BROKEN.finditer(text))
    if broken:
        quoted, plain = broken[-1].groups()
        yield plain.strip() if quoted is None else quoted


def said(rest: str) -> Iterator[str]:
    """What follows "the answer is": a fence, or the rest of the line."""
    fence = FENCE.match(rest.lstrip())
    if fence:
        yield (fence.group(1) or fence.group(2) or "").strip()
        return
    line, _, more = rest.strip().partition("\n")
    if (inner := boxed(line)) is not None:
        yield inner
    elif line:
        yield line.strip()
    if more:
        yield rest.strip()


def boxed(text: str) -> str | None:
    r"""What the last \boxed{} or \fbox{} holds, braces balanced."""
    at = max(text.rfind("\\boxed{"), text.rfind("\\fbox{"))
    if at < 0:
        return None
    start = text.index("{", at) + 1
    depth = 1
    for n in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[n], 0)
        if depth == 0 and text[start:n].strip():
            return text[start:n].strip()
        if depth == 0:
            break
    line = text[start:].split("\n")[0]  # braces that do not pair: up to the last one of the line
    return line[: line.rindex("}")].strip() if "}" in line else None


def bare(text: str) -> str:
    """A text without the marks around it: emphasis, quotes, dollars, a full stop at the end."""
    before = None
    while text != before:
        before = text
        text = DECORATION.sub("", text.strip())
        text = inner.group(1) if (inner := WORDS.fullmatch(text)) else text
        text = text[:-1] if text.endswith((".", "。", ",", ";")) else text
    return text


# --- letters

NAMED = re.compile(
    r"^(?:option|choice|answer|选项)?\s*[:：]?\s*(?:\(([A-Z])\)|\[+([A-Z])\]+|([A-Z]))\s*(?=$|[.):,：、*—–-]|\s*[:)]"
    r"|\s+is\s+(?:the\s+)?(?:correct|right|best|answer)\b)",
    re.I,
)
INSIDE = re.compile(r"\(([A-Z])\)|(?:option|choice|选项|选择|选)\s*\(?([A-Z])\b\)?", re.I)
LISTED = re.compile(r"^\W*([A-Z])\b\W*(?:,|/|;|\bor\b|\band\b|、|和|或)\W*(?:or\b|and\b)?\W*([A-Z])\b")


def letter(response: str, options: dict[str, str]) -> str | None:
    """The chosen option's letter; `options` maps letters to their texts."""
    for candidate in candidates(response):
        if found := chosen(candidate, options):
            return found
    return None


def chosen(candidate: str, options: dict[str, str]) -> str | None:
    text = bare(candidate)
    if not text or ((several := LISTED.match(text)) and set(several.groups()) <= options.keys()):
        return None
    flat = folded(text)
    by_text = [key for key, option in options.items() if option and folded(option) == flat]
    if len(by_text) == 1 and not (len(text) == 1 and text.upper() in options):
        return by_text[0]
    found = NAMED.match(text)
    if found:
        key = next(g for g in found.groups() if g).upper()
        return key if key in options else None
    marked = {(a or b).upper() for a, b in INSIDE.findall(text)} & options.keys()
    if len(marked) == 1:
        return marked.pop()
    lead = re.match(r"([A-Z])\s+(.*)", text, re.S)  # "B Maria"
    if (
        lead
        and lead[1] in options
        and options[lead[1]]
        and folded(lead[2]).startswith(folded(options[lead[1]]))
    ):
        return lead[1]
    begins = [key for key, option in options.items() if option and spoken(option, flat)]
    return begins[0] if len(begins) == 1 else None


def spoken(option: str, text: str) -> bool:
    """Whether a short text says this option: it begins with it, as a word."""
    wanted = folded(option)
    return bool(wanted) and (text + " ").startswith(wanted + " ")


def folded(text: str) -> str:
    """Letters, digits and signs only, in lower case, for comparing phrases."""
    return " ".join(re.sub(r"[\s*_`$\"'“”.,;:!?]+", " ", text.lower()).split())


# --- numbers

NUMBER = re.compile(
    r"(?<![\w.])[-−+]?\s?(?:\\?\$|€|£)?\s?(\d{1,3}(?:(?:,|\{,\}|\\,|\\!,)\d{3})+(?!\d)|\d+)?(\.\d+)?(?:\s*/\s*(\d+))?"
)


def numbers(text: str) -> list[str]:
    """All numbers of a text as plain digits: no thousands separators, currency or units."""
    text = re.sub(r"\\[dt]?frac\{(-?\d+)\}\{(\d+)\}", r"\1/\2", text)
    found = []
    for m in NUMBER.finditer(text):
        if m.group(1) or m.group(2):
            sign = "-" if m.group().lstrip()[:1] in "-−" else ""
            whole = re.sub(r"\D", "", m.group(1) or "0")
            found.append(f"{sign}{whole}{m.group(2) or ''}" + (f"/{m.group(3)}" if m.group(3) else ""))
    return found


def number(response: str) -> str | None:
    """The number that a response answers with: the last of its best candidate that holds one."""
    for candidate in candidates(response):
        text = re.split(r"(?<=[\w)}%])[.;](?:\s|$)", bare(candidate))[0]  # "18. This is because of 3 ..."
        if found := numbers(text.rsplit("=", 1)[-1]) or numbers(text):
            return found[0] if len(found) == 1 or not text.rstrip().endswith(found[-1]) else found[-1]
    return None


def amount(text: str) -> float | None:
    """The value of a number or fraction as text."""
    top, _, bottom = text.replace(",", "").partition("/")
    try:
        return float(top) / float(bottom) if bottom else float(top)
    except (ValueError, ZeroDivisionError, OverflowError):
        return None


def equal_numbers(one: str | None, two: str) -> bool:
    """Whether two numbers as text have the same value."""
    a, b = amount(one or ""), amount(two)
    return a is not None and b is not None and abs(a - b) <= 1e-6 * max(1.0, abs(b))
