"""Linked data that was published, read by a library that is not its maker."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from rdflib import Graph

if TYPE_CHECKING:
    from pathlib import Path

#: Where the public folder is read from: its addresses are relative.
BASE = "https://data.example.org/open/"


def parsed(path: Path, base: str = BASE) -> Graph:
    """Return the graph of a JSON-LD or Turtle file."""
    kind = "json-ld" if path.suffix == ".jsonld" else "turtle"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the library's own parts
        return Graph().parse(path, format=kind, publicID=base)
