"""A list of references as text, or as BibTeX."""

from __future__ import annotations

import re
from collections.abc import Iterable

from fieldbench.archive.references import Reference

ORDER = ("author", "title", "booktitle", "journal", "volume", "pages", "institution", "version", "note", "year")
_SPECIAL = re.compile(r"[\\{}%#&$_~^]")
_UNCOMMENTED = re.compile(r"(?<!\\)([&%#$_])")


def plain(reference: Reference) -> str:
    """One line: authors, title, where, year, arXiv number, and what it is cited for in brackets."""
    fields = {name: value.replace("{", "").replace("}", "") for name, value in reference.fields.items()}
    place = " ".join(fields[name] for name in ("journal", "volume") if name in fields)
    parts = [
        _authors(fields.get("author", "")),
        fields["title"],
        fields.get("booktitle", ""),
        ", ".join(filter(None, [place, fields.get("pages", "").replace("--", "–")])),
        fields.get("institution", ""),
        f"version {fields['version']}" if "version" in fields else "",
        fields.get("note", ""),
        fields.get("year", ""),
        f"arXiv:{fields['eprint']}" if "eprint" in fields and fields["title"] != f"arXiv:{fields['eprint']}" else "",
    ]
    line = " ".join(", ".join(filter(None, parts)).split())
    return f"{line} [{reference.use}]" if reference.use else line


def bibtex(references: Iterable[Reference]) -> str:
    """Entries of BibTeX in UTF-8 (biber, or bibtex with inputenc), each with what it is cited for as a comment."""
    return "\n".join(map(_entry, references))


def _entry(reference: Reference) -> str:
    fields = reference.fields
    lines = [f"  {name} = {{{_safe(fields[name])}}}," for name in ORDER if name in fields]
    if "eprint" in fields:
        lines += [f"  eprint = {{{_stripped(fields['eprint'])}}},", "  archivePrefix = {arXiv},"]
    key = re.sub(r"[^A-Za-z0-9:-]", "", reference.key)
    return f"% {' '.join(reference.use.split())}\n@{fields['type']}{{{key},\n" + "\n".join(lines) + "\n}\n"


def _safe(text: str) -> str:
    """A value in which braces are balanced and no character ends the field or starts a command of TeX.

    The texts of claims come from anybody: where they hold a backslash or braces that do not pair, these go.
    """
    text = " ".join(text.split())
    depth = 0
    for character in text:
        depth += (character == "{") - (character == "}")
        if depth < 0:
            break
    if depth or "\\" in text:
        return _stripped(text)
    return _UNCOMMENTED.sub(r"\\\1", text)


def _stripped(text: str) -> str:
    return " ".join(_SPECIAL.sub("", text).split())


def _authors(names: str) -> str:
    """ "Last, First and Last, First" as "First Last, First Last"."""
    people = [" ".join(reversed(name.split(", "))) for name in names.split(" and ")] if names else []
    people = ["et al." if name == "others" else name for name in people]
    if len(people) > 8:
        people = [people[0], "et al."]
    return ", ".join(people).replace(", et al.", " et al.")
