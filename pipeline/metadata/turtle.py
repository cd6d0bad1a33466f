"""Linked facts as Turtle, from the same JSON-LD that other programs read.

Only what our own JSON-LD says is known: a node with its class, a text, a typed value, or a list of these.  A library
for the whole of RDF would be one more dependency of every night, and would not promise the same bytes again.
"""

from __future__ import annotations

import json
from collections import deque
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    Node = Mapping[str, object]

#: What JSON escapes in a text in quotation marks, Turtle escapes in the same way.
_text = json.JSONEncoder(ensure_ascii=False).encode
_OF_JSON_LD = ("@context", "@id", "@type", "@value")


def turtle(facts: Node) -> bytes:
    """Return the graph of ``facts`` as Turtle, in the order in which they stand there: equal facts give equal bytes."""
    prefixes = cast("Mapping[str, str]", facts["@context"])
    lines = [f"@prefix {name}: <{place}> ." for name, place in prefixes.items()]
    subjects: dict[str, None] = {}
    waiting = deque([facts])
    while waiting:
        node = waiting.popleft()
        named: list[Node] = []
        said = _facts(node, named)
        if said:
            subjects[f"\n<{node['@id']}>{said} ."] = None
        waiting += named
    return "\n".join([*lines, *subjects, ""]).encode()


def _facts(node: Node, named: list[Node], indent: str = "    ") -> str:
    """Return what is said of a node; nodes inside it that have an address are added to ``named``."""
    said = [f" a {node['@type']}"] if "@type" in node else []
    for name, value in node.items():
        values = value if isinstance(value, list) else [value]
        if name not in _OF_JSON_LD and values:
            objects = ", ".join(_object(each, named, indent) for each in values)
            said.append(f"\n{indent}{name} {objects}")
    return " ;".join(said)


def _object(value: object, named: list[Node], indent: str) -> str:
    """Return an object: a text, a typed value, an address, or a node without one."""
    if isinstance(value, str):
        return _text(value)
    node = cast("Node", value)
    if "@value" in node:
        return f"{_text(str(node['@value']))}^^{node['@type']}"
    if "@id" in node:
        named.append(node)
        return f"<{node['@id']}>"
    return f"[{_facts(node, named, f'{indent}    ')} ]"
