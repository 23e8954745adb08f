"""One table of cases that cannot be read: what is replaced in the toy, and what every door says of it."""

BROKEN = {
    "cut off": (
        ("CASE = Case(", "CASE = Case(("),
        "case.py, line {CASE = Case((}: '(' was never closed; the case cannot be read",
    ),
    "a colon left out": (
        ("def size(at: Sum) -> float:", "def size(at: Sum) -> float"),
        "case.py, line {def size}: expected ':'; the case cannot be read",
    ),
    "a word too many": (
        ("GROWS = exponent(", "GROWS GROWS = exponent("),
        "case.py, line {GROWS GROWS}: invalid syntax; the case cannot be read",
    ),
    "a name that is not imported": (
        ("    Tier,\n", ""),
        "case.py, line {Tier([Sum(10)}: NameError: name 'Tier' is not defined",
    ),
    "a module that is not there": (
        ("from .experiment import Squares, Sum", "from .experimint import Squares, Sum"),
        "case.py, line {from .experimint}: ModuleNotFoundError: No module named",
    ),
    "a quantity misspelt": (
        ("GROWS = exponent(Sum.sum", "GROWS = exponent(Sum.sun"),
        "case.py, line {GROWS =}: AttributeError: type object 'Sum' has no attribute 'sun'; did you mean 'sum'?",
    ),
    "no CASE": (("CASE = Case(", "KASE = Case("), "case.py binds no CASE; end it with CASE = Case("),
    "its experiment": (
        ("class Squares(Sum):", "class Squares(Sum)"),
        "experiment.py, line {class Squares}: expected ':'; the case cannot be read",
    ),
    "its facts": (("revision = 1", "revision ="), "claim.toml cannot be read as TOML: Invalid value"),
    "a fact left out": (
        ('title = "Sums', 'titel = "Sums'),
        "claim.toml: add title; its fields are id, revision, title, statement",
    ),
    "LaTeX in double quotes": (
        ("latex = '\\sum_{i=1}^n x_i \\to n'", 'latex = "x \\to n"'),
        "claim.toml: latex holds the control character '\\t'; write LaTeX in single quotes",
    ),
    "a source without a place": (
        ('where = "law of large numbers"', 'place = "law"'),
        "claim.toml: [[sources]] takes where, and arxiv or title; not place",
    ),
}
