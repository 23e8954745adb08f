"""Configuration of the documentation: `make docs` builds it without a warning and without a network."""

import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "_ext"), str(HERE.parent)]

project = "fieldbench"
author = "The fieldbench authors"
release = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
html_title = f"fieldbench {release}"

# Docstrings have sections in Google's style ("Args:"), which numpydoc does not read: napoleon does.
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.napoleon",
              "docstrings", "faces", "mathml"]  # fmt: skip
exclude_patterns = ["_build", "_ext", "package.md"]
default_role = "code"

myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_use_type_comments = False
autosummary_generate = False  # `faces` writes the pages
napoleon_numpy_docstring = False
napoleon_attr_annotations = False  # an array's axes ("*batch n") are no markup; docstrings give shapes
napoleon_use_rtype = False

html_theme = "pydata_sphinx_theme"
html_theme_options = {"show_prev_next": False, "navigation_with_keys": False, "secondary_sidebar_items": ["page-toc"]}
html_math_renderer = "mathml"
html_copy_source = False
html_show_sourcelink = False
