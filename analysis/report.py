"""Report: one page that needs nothing else.   headings with html -> .html"""

import base64
import html
import re
from collections.abc import Collection, Sequence
from pathlib import Path

import pandas as pd

STYLE = """
body{font:15px/1.45 system-ui,sans-serif;max-width:66rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}
h1{font-size:1.5rem;margin-bottom:.2rem}h2{font-size:1.15rem;margin-top:2.4rem;border-bottom:1px solid #ccc}
nav{font-size:.9rem;columns:3;border:1px solid #ddd;padding:.5rem 1rem;margin:1rem 0}
nav a{display:block;color:#0072b2;text-decoration:none}
.wide{overflow-x:auto}table{border-collapse:collapse;margin:.8rem 0;font-size:.88rem;font-variant-numeric:tabular-nums}
th,td{padding:.15rem .9rem .15rem 0;text-align:left;vertical-align:top}th{border-bottom:2px solid #555}
td{border-bottom:1px solid #e4e4e4;overflow-wrap:break-word}
.n{text-align:right}td.n{white-space:nowrap}
.quoted{color:#6b6b6b;font-style:italic}img{max-width:100%}p{max-width:52rem}
pre{background:#f5f5f5;padding:.5rem;overflow-x:auto;margin:.3rem 0;
white-space:pre-wrap;font-size:13px}input{width:100%;padding:.4rem;font:inherit;box-sizing:border-box}
details{border-bottom:1px solid #e4e4e4;padding:.25rem 0}summary{cursor:pointer}.right{color:#00674a}
.wrong{color:#a8480a}.note{color:#555}details details{border:0}.cols{display:flex;gap:1rem}.cols>div{flex:1;min-width:0}
@media print{input,nav{display:none}details,img,table{break-inside:avoid}}
"""
SEARCH = """
const box=document.getElementById('search'),all=[...document.querySelectorAll('#samples > details')],
count=document.getElementById('count'),texts=all.map(one=>one.textContent.toLowerCase());
const find=()=>{const words=box.value.toLowerCase().split(/\\s+/).filter(Boolean);let n=0;
all.forEach((one,i)=>{const show=words.every(w=>texts[i].includes(w));one.hidden=!show;n+=show});
count.textContent=n+' of '+all.length};
box.addEventListener('input',find);
const asked=new URLSearchParams(location.hash.slice(1)).get('search');if(asked){box.value=asked;find()}
"""


def page(title: str, about: str, sections: Sequence[tuple[str, str]]) -> str:
    """The whole page; `sections` are headings with their html, one of which may be a `samples.browser`."""
    links = "".join(f'<a href="#{anchor(head)}">{html.escape(head)}</a>' for head, _ in sections)
    body = "".join(f'<h2 id="{anchor(head)}">{html.escape(head)}</h2>\n{text}\n' for head, text in sections)
    script = f"<script>{SEARCH}</script>" if 'id="samples"' in body else ""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{STYLE}</style></head><body>\n<h1>{html.escape(title)}</h1>\n"
        f"{note(about)}\n<nav>{links}</nav>\n{body}{script}</body></html>\n"
    )


def anchor(head: str) -> str:
    return re.sub(r"\W+", "-", head.lower()).strip("-")


def note(text: str) -> str:
    """A paragraph; what stands between backticks is code."""
    told = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))
    return f'<p class="note">{told}</p>'


def folded(what: str, text: str) -> str:
    """Html that is shown on a click."""
    return f"<details><summary>{html.escape(what)}</summary>{text}</details>"


def figure(svg: Path, text: str) -> str:
    """A figure inside the page, with what it shows in words."""
    data = base64.b64encode(svg.read_bytes()).decode()
    return f'<img alt="{html.escape(text)}" src="data:image/svg+xml;base64,{data}">{note(text)}'


def table(frame: pd.DataFrame, quoted: Collection[str] = ()) -> str:
    """A frame as a table, numbers to the right; columns that are `quoted` from elsewhere are set apart."""

    def cell(tag: str, column: str, value: object) -> str:
        kinds = ["n"] * bool(pd.api.types.is_numeric_dtype(frame[column])) + ["quoted"] * (column in quoted)
        shown = (
            f"{value:,}"
            if isinstance(value, int)
            else f"{value:.3g}"
            if isinstance(value, float)
            else str(value)
        )
        classes = f' class="{" ".join(kinds)}"' if kinds else ""
        return f"<{tag}{classes}>{html.escape(shown)}</{tag}>"

    head = "".join(cell("th", name, name) for name in frame.columns)
    rows = (
        "<tr>"
        + "".join(cell("td", name, value) for name, value in zip(frame.columns, row, strict=True))
        + "</tr>"
        for row in frame.itertuples(index=False)
    )
    return f'<div class="wide"><table><tr>{head}</tr>{"".join(rows)}</table></div>'
