"""Mathematics of a record as HTML that is safe to show: LaTeX as MathML, indices and exponents in plain words.

What the renderer makes of LaTeX is read, and written anew if nothing but mathematics is in it: it copies texts into its
output as they are, so that `\\text{<script>…}` would be a script.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

import latex2mathml.converter
from markupsafe import Markup, escape

SPACE = "http://www.w3.org/1998/Math/MathML"

ELEMENTS = frozenset((
    "math", "mi", "mn", "mo", "mtext", "mspace", "ms", "mrow", "mfrac", "msqrt", "mroot", "mstyle", "merror",
    "mpadded", "mphantom", "mfenced", "menclose", "msub", "msup", "msubsup", "munder", "mover", "munderover",
    "mmultiscripts", "mprescripts", "none", "mtable", "mtr", "mtd", "mlabeledtr",
))  # fmt: skip

ATTRIBUTES = frozenset((
    "display", "displaystyle", "scriptlevel", "mathvariant", "mathsize", "stretchy", "fence", "separator",
    "form", "lspace", "rspace", "minsize", "maxsize", "symmetric", "movablelimits", "largeop", "accent",
    "accentunder", "linethickness", "width", "height", "depth", "voffset", "columnalign", "rowalign",
    "columnspacing", "rowspacing", "columnlines", "rowlines", "frame", "notation", "open", "close",
))  # fmt: skip

LONGEST = 4000
"""Characters of a formula; a longer one is no line of a claim."""


def mathematics(latex: str) -> Markup | None:
    """A displayed formula as MathML, or None where it cannot be shown as one; its source can."""
    if not latex.strip() or len(latex) > LONGEST:
        return None
    try:
        tree = ElementTree.fromstring(latex2mathml.converter.convert(latex, display="block"))
        _keep_mathematics(tree)
        return Markup(ElementTree.tostring(tree, encoding="unicode"))
    except Exception:  # the renderer fails in many ways on what is no LaTeX, and the source of a formula is input
        return None


def _keep_mathematics(node: ElementTree.Element) -> None:
    """Local names in place, attributes of typesetting alone; anything else is an error."""
    node.tag = node.tag.removeprefix(f"{{{SPACE}}}")
    if node.tag not in ELEMENTS:
        raise ValueError(f"{node.tag} is no element of a formula")
    node.attrib = {name: value for name, value in node.attrib.items() if name in ATTRIBUTES}
    for child in node:
        _keep_mathematics(child)


_LATIN, _GREEK = "A-Za-zÀ-ɏ", "Α-ωϕϵ∂∇ΣΠ∫"
_INDEX = re.compile(
    rf"(?P<base>(?<![{_LATIN}_\\.])[{_LATIN}]|[{_GREEK}]|[)\]⟩|])"  # burn_in is a name, no n with an index
    r"(?P<kind>[_^])"
    rf"(?:\{{(?P<group>[^{{}}]{{1,40}})\}}"
    rf"|(?P<word>[*∗⊥]|[−-]?\.?[0-9]+(?![A-Za-z_])|[{_LATIN}]{{1,4}}(?![{_LATIN}_\u0300-\u036f])|[{_GREEK}]))"
)
_CODE = re.compile(r"`([^`]+)`")


def worded(text: str) -> Markup:
    """Plain text with its indices and exponents set as such, λ_k, P_50, d^{3/4}, and what stands in `backquotes`."""
    parts = _CODE.split(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else _indexed(part) for number, part in enumerate(parts)
    )


def _indexed(text: str) -> Markup:
    pieces, last = [], 0
    for found in _INDEX.finditer(text):
        tag = "sub" if found["kind"] == "_" else "sup"
        index = _indexed(found["group"] or found["word"])
        pieces += [escape(text[last : found.start()] + found["base"]), Markup(f"<{tag}>{index}</{tag}>")]
        last = found.end()
    return Markup("").join([*pieces, escape(text[last:])])
