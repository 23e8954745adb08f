"""Formulas as MathML, which browsers draw themselves: no script and no network."""

from latex2mathml.converter import convert


def setup(app):
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _inline(translator, node):
    _write(translator, node, "inline")


def _block(translator, node):
    translator.body.append('<div class="math">')
    _write(translator, node, "block")
    translator.body.append("</div>\n")


def _write(translator, node, display):
    import docutils.nodes

    translator.body.append(convert(node.astext(), display=display))
    raise docutils.nodes.SkipNode
