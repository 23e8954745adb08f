"""Markdown of the project's documents as HTML: no HTML of their own, and links that lead somewhere."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from fieldbench.report.site.mathematics import worded


@dataclass(frozen=True)
class Document:
    """A document: its title, its sections (anchor, heading), its text without the title."""

    title: str
    sections: tuple[tuple[str, str], ...]
    text: Markup


def document(source: str, claims: Collection[str] = ()) -> Document:
    """Render Markdown; code that names a claim, or a check of it as `claim/check`, links to the claim's page."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(source)
    title, sections = "", []
    for opening, inline in itertools.pairwise(tokens):
        if opening.type == "heading_open" and opening.tag == "h1" and not title:
            title = inline.content
            opening.hidden = True
        elif opening.type == "heading_open" and opening.tag == "h2":
            anchor = re.sub(r"[^a-z0-9]+", "-", inline.content.lower()).strip("-")
            opening.attrSet("id", anchor)
            sections.append((anchor, inline.content))
        elif opening.type == "table_open":
            opening.attrSet("class", "wide")
        elif opening.type == "th_open":
            opening.attrSet("scope", "col")
    body = _without_title(tokens)
    for token in body:
        if token.children:
            token.children = list(_linked(token.children, claims))
    return Document(title, tuple(sections), Markup(markdown.renderer.render(body, markdown.options, {})))


def _without_title(tokens: list[Token]) -> list[Token]:
    start = next((i for i, token in enumerate(tokens) if token.type == "heading_open" and token.hidden), None)
    return tokens if start is None else tokens[:start] + tokens[start + 3 :]


def _linked(children: list[Token], claims: Collection[str]) -> Iterator[Token]:
    """Names of claims become links; links to files of a checkout become their text, pictures their description."""
    kept: list[bool] = []
    for token in children:
        if token.type == "link_open":
            kept.append(str(token.attrGet("href") or "").startswith(("#", "https://", "http://")))
            if kept[-1]:
                yield token
        elif token.type == "link_close":
            if kept.pop():
                yield token
        elif token.type == "image":
            yield Token("text", "", 0, content=token.content)
        elif token.type == "code_inline" and not kept and (address := _address(token.content, claims)):
            yield Token("html_inline", "", 0, content=f'<a href="{escape(address)}">')
            yield token
            yield Token("html_inline", "", 0, content="</a>")
        elif token.type == "text":
            yield Token("html_inline", "", 0, content=str(worded(token.content)))
        else:
            yield token


def _address(name: str, claims: Collection[str]) -> str:
    claim = name.partition("/")[0]
    return f"claims/{claim}.html" if claim in claims else ""
