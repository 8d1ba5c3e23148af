"""Compare tables: what LiveBench's data analysis asks for.   (question, truth, answer) -> 0 or 1"""

import io
import json
import re
from html.parser import HTMLParser

import pandas as pd

from codeio.evaluate.benchmarks.livebench_tasks import mapping


def reformatted(question: str, truth_text: str, answer: str) -> float:
    """The same cells in the asked format, column by column."""
    wanted = re.search(r"convert the Input Table from \w+ format to (\w+) format", question)
    kind = wanted.group(1).lower() if wanted else "json"
    truth = table(truth_text, kind)
    mine = (table(text, kind) for text in blocks(answer))
    return float(truth is not None and any(same_table(truth, one) for one in mine if one is not None))


def blocks(answer: str) -> list[str]:
    """Where a table may stand: the last fence, else the whole answer, or what follows its first paragraph or line."""
    fences = re.findall(r"```\w*\n(.*?)```", answer, re.S)
    if fences:
        return [fences[-1]]
    return [answer, answer.strip().split("\n\n")[-1], answer.partition("\n")[2]]


def table(text: str, kind: str) -> pd.DataFrame | None:
    """A table in one of the formats; None where it is none."""
    text = text.strip()
    try:
        if kind in ("json", "jsonl"):
            return of_json(text)
        if kind == "html":
            return of_html(text)
        if kind == "markdown":
            lines = [line.strip().strip("|") for line in text.split("\n") if "|" in line]
            lines = [line for line in lines if not re.fullmatch(r"[\s:|-]+", line)]
            return pd.read_csv(io.StringIO("\n".join(lines)), sep=r"\s*\|\s*", engine="python")
        return pd.read_csv(io.StringIO(text), sep="\t" if kind == "tsv" else ",")
    except (ValueError, pd.errors.ParserError, pd.errors.EmptyDataError):
        return None


class Cells(HTMLParser):
    """The rows of the first table of an HTML text."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.open = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
            self.open = True

    def handle_endtag(self, tag: str) -> None:
        self.open = self.open and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.open:
            self.rows[-1][-1] += data


def of_html(text: str) -> pd.DataFrame | None:
    parser = Cells()
    parser.feed(text)
    rows = [row for row in parser.rows if row]
    even = rows and all(len(row) == len(rows[0]) for row in rows)
    return pd.DataFrame(rows[1:], columns=rows[0]) if even else None


def of_json(text: str) -> pd.DataFrame | None:
    text = text[text.find("{") if text[:1] != "[" else 0 : max(text.rfind("}"), text.rfind("]")) + 1]
    lines = [line for line in text.split("\n") if line.strip()]
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        try:
            value = [json.loads(line) for line in lines]
        except json.JSONDecodeError:
            value = mapping(text)
    if isinstance(value, dict):
        value = list(value.values()) if all(isinstance(v, dict) for v in value.values()) else value
    return pd.DataFrame(value) if value else None


def same_table(truth: pd.DataFrame, mine: pd.DataFrame) -> bool:
    truth.columns, mine.columns = ([str(c).strip() for c in frame.columns] for frame in (truth, mine))
    if len(truth) != len(mine) or sorted(truth.columns) != sorted(mine.columns):
        return False
    return all(
        same_cell(a, b)
        for name in truth.columns
        for a, b in zip(truth[name].tolist(), mine[name].tolist(), strict=True)
    )


def same_cell(one: object, two: object) -> bool:
    if pd.isna(one) or pd.isna(two):
        return bool(pd.isna(one) and pd.isna(two))
    try:
        return abs(float(one) - float(two)) < 1e-6
    except (TypeError, ValueError):
        return str(one).strip() == str(two).strip()
