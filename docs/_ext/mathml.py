"""Formulas as MathML, which browsers draw themselves: no script and no network."""

from docutils.nodes import SkipNode
from latex2mathml.converter import convert


def setup(app):
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _inline(translator, node):
    translator.body.append(convert(node.astext()))
    raise SkipNode


def _block(translator, node):
    drawn = convert(node.astext(), display="block")
    translator.body.append(f'<div style="overflow: auto hidden; padding: 0.6rem 0">{drawn}</div>\n')
    raise SkipNode
