"""What is published, for other catalogues: DCAT-AP 3.0.1, as JSON-LD, and the same facts as Turtle; and schema.org.

Addresses are relative to the public folder where the settings do not say where it is served from.  Whatever is named
by an address has its class in the catalogue too, as DCAT-AP asks: whoever reads it need not look elsewhere.

Turtle is made of what our own JSON-LD says: a node with its class, a text, a typed value, or a list of these.  A
library for the whole of RDF would be one more dependency of every night, and would not promise the same bytes again.
"""

from __future__ import annotations

import json
from collections import deque
from itertools import product
from typing import TYPE_CHECKING, Final, cast

from pipeline.metadata.assets import PUBLISHED
from pipeline.metadata.vocabulary import (
    ENGLISH,
    NOT_PUBLIC,
    PUBLIC,
    THEME_LIST,
    address,
    frequency_address,
    theme_address,
)
from pipeline.model.declaration import THEMES
from pipeline.model.wording import marked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pipeline.metadata.assets import Asset, Listed
    from pipeline.model.release import Publication

    Node = dict[str, object]
    Named = Callable[..., Node]

_MEDIA_TYPE_REGISTRY: Final = "https://www.iana.org/assignments/media-types/"
_SHA256: Final = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"
PREFIXES: Final = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
#: What JSON escapes in a text in quotation marks, Turtle escapes in the same way.
_text = json.JSONEncoder(ensure_ascii=False).encode
_OF_JSON_LD = ("@context", "@id", "@type", "@value")


def catalogue_facts(every: Sequence[Listed], *, force: str, held: Sequence[Asset] = ()) -> Node:
    """Return a DCAT catalogue of all datasets of a ``force``, as JSON-LD, with what DCAT-AP 3.0.1 asks for.

    What is ``held`` and not published is a dataset without a distribution.
    """
    publications = [dataset.publication for dataset in every]
    site = next((publication.site for publication in publications), "")
    issued = min(filter(None, (publication.issued() for publication in publications)), default="")
    licences = {publication.licence_url: publication for publication in publications}.values()
    modified = max(
        (publication.last_published.isoformat() for publication in publications if publication.last_published),
        default="",
    )
    known: set[tuple[str, str]] = set()

    def named(where: str, kind: str, **more: object) -> Node:
        """Return what has an address: its class and its words stand where it is named first, and nowhere again."""
        is_known = (where, kind) in known
        known.add((where, kind))
        return {"@id": where} if is_known else {"@id": where, "@type": kind, **more}

    return {
        "@context": PREFIXES,
        "@id": address(site) or "./",
        "@type": "dcat:Catalog",
        "dct:title": marked("Open data", sample=any(publication.sample for publication in publications)),
        "dct:description": f"Open data published by {force}.",
        "dct:publisher": _agent(force),
        "dct:language": named(ENGLISH, "dct:LinguisticSystem"),
        **_days(issued, modified),
        "foaf:homepage": named(address(f"{site}index.html"), "foaf:Document"),
        "dct:spatial": [
            _place(publication, named)
            for publication in {publication.spatial_uri: publication for publication in publications}.values()
        ],
        "dct:license": [_licence(each, named) for each in licences if len(licences) == 1],
        "dcat:themeTaxonomy": named(THEME_LIST, "skos:ConceptScheme", **{"dct:title": "Data theme"}),
        "dcat:dataset": [*(_dataset(dataset, named) for dataset in every), *_unpublished(held, publications, named)],
    }


def _dataset(listed: Listed, named: Named) -> Node:
    """Return one dataset of the DCAT catalogue."""
    facts = listed.publication
    last = facts.last_published.isoformat() if facts.last_published else ""
    theme = {"skos:prefLabel": THEMES[facts.theme].label, "skos:inScheme": {"@id": THEME_LIST}}
    described: Node = {
        "@id": address(facts.address),
        "@type": "dcat:Dataset",
        "dct:title": marked(facts.title, sample=facts.sample),
        "dct:description": facts.description,
        "dct:identifier": address(facts.address) if facts.site else facts.name,
        "dct:publisher": _agent(facts.publisher),
        "dct:language": named(ENGLISH, "dct:LinguisticSystem"),
        "dct:accessRights": named(PUBLIC, "dct:RightsStatement"),
        "dct:accrualPeriodicity": named(frequency_address(facts.period.frequency), "dct:Frequency"),
        "dct:spatial": _place(facts, named),
        "dcat:keyword": list(facts.tags),
        "dcat:theme": named(theme_address(facts.theme), "skos:Concept", **theme),
        "dcat:version": facts.version,
        "dcat:landingPage": named(address(f"{facts.address}index.html"), "foaf:Document"),
        "dcat:contactPoint": _contact(facts),
        **_days(facts.issued(), last),
        "dcat:distribution": _distributions(listed, named),
    }
    if (period := listed.span) is not None:
        start, end = (_literal("gYearMonth", month) for month in period)
        described["dct:temporal"] = {"@type": "dct:PeriodOfTime", "dcat:startDate": start, "dcat:endDate": end}
    return described


def _unpublished(held: Sequence[Asset], publications: Sequence[Publication], named: Named) -> Iterator[Node]:
    """Yield what is held and not published: why, and whom to ask."""
    for first, asset in product(publications[:1], (asset for asset in held if asset.status != PUBLISHED)):
        page = f"{first.site}about/inventory.html"
        status = ": ".join(filter(None, (asset.status, asset.said)))
        known = asset.web_address
        yield {
            "@id": address(f"{page}#{asset.anchor}"),
            "@type": "dcat:Dataset",
            "dct:title": marked(asset.title, sample=first.sample),
            "dct:description": " ".join(filter(None, (asset.description, f"{status}."))),
            "dct:identifier": asset.anchor,
            "dct:publisher": _agent(asset.publisher),
            "dct:language": named(ENGLISH, "dct:LinguisticSystem"),
            "dct:accessRights": named(PUBLIC if known else NOT_PUBLIC, "dct:RightsStatement"),
            "dcat:landingPage": named(address(known or page), "foaf:Document"),
            "dcat:contactPoint": _contact(first),
        }


def _contact(facts: Publication) -> Node:
    return {
        "@type": "vcard:Kind",
        "vcard:fn": facts.contact_name,
        "vcard:hasEmail": {"@id": address(f"mailto:{facts.contact_email}")},
    }


def _distributions(listed: Listed, named: Named) -> list[Node]:
    """Return the files of a dataset; DCAT puts the licence here."""
    facts = listed.publication
    issued = facts.first_days()
    changed = {release.month: release.released_on.isoformat() for release in facts.releases}
    changed |= {file.part: file.changed_on for file in facts.collected}
    title = marked(facts.title, sample=facts.sample)
    rights = {"@type": "dct:RightsStatement", "rdfs:label": facts.attribution}
    found = []

    def media_type(name: str) -> Node:
        return named(address(_MEDIA_TYPE_REGISTRY + name), "dct:MediaType")

    for file in listed.files:
        kind, stem = facts.format_of(file.format), file.name.rpartition("/")[2].partition(".")[0]
        period = stem.removeprefix(f"{facts.name}-")
        where = {"@id": address(f"{facts.address}{file.name}")}
        checksum = {
            "@type": "spdx:Checksum",
            "spdx:algorithm": named(_SHA256, "spdx:ChecksumAlgorithm"),
            "spdx:checksumValue": _literal("hexBinary", file.sha256),
        }
        described: Node = {
            "@type": "dcat:Distribution",
            "dct:title": file.name,
            "dct:description": f"{title}: {facts.said(period)}, {kind.title}",
            "dcat:accessURL": where,
            "dcat:downloadURL": where,
            "dcat:mediaType": media_type(kind.packs or kind.media_type),
            **({"dcat:packageFormat": media_type(kind.media_type)} if kind.packs else {}),
            "dcat:byteSize": _literal("nonNegativeInteger", str(file.bytes)),
            **_days(issued.get(period, ""), changed.get(period, "")),
            "dct:license": _licence(facts, named),
            "dct:rights": rights,
            "spdx:checksum": checksum,
        }
        if kind.standard:
            described["dct:conformsTo"] = named(kind.standard, "dct:Standard")
        found.append(described)
    return found


def _days(issued: str, modified: str) -> Node:
    """Return when something was first and last published, as far as anybody knows."""
    days = {"dct:issued": issued, "dct:modified": modified}
    return {name: _literal("date", day) for name, day in days.items() if day}


def _licence(facts: Publication, named: Named) -> Node:
    return named(address(facts.licence_url), "dct:LicenseDocument", **{"dct:title": facts.licence_title})


def _place(facts: Publication, named: Named) -> Node:
    return named(address(facts.spatial_uri), "dct:Location", **{"skos:prefLabel": facts.spatial_name})


def _agent(name: str) -> Node:
    return {"@type": "foaf:Agent", "foaf:name": name}


def _literal(kind: str, value: str) -> Node:
    return {"@type": f"xsd:{kind}", "@value": value}


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


# --- what a dataset is, for search engines: schema.org; addresses are seen from its page


def dataset_facts(listed: Listed) -> dict[str, object]:
    """Return a schema.org Dataset for the page of a dataset."""
    facts = listed.publication
    beside = facts.address if facts.site else ""
    body = {"@type": "GovernmentOrganization", "name": facts.publisher, "email": facts.contact_email}
    described: dict[str, object] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        **({"@id": address(beside)} if beside else {}),
        "url": address(f"{beside}index.html"),
        "name": marked(facts.title, sample=facts.sample),
        "description": facts.description,
        "identifier": address(beside) or facts.name,
        "version": facts.version,
        "inLanguage": "en-GB",
        "license": address(facts.licence_url),
        "creditText": facts.attribution,
        "keywords": list(facts.tags),
        "isAccessibleForFree": True,
        "creator": body,
        "publisher": body,
        "isPartOf": {
            "@type": "DataCatalog",
            "name": marked(f"Open data of {facts.force_name}", sample=facts.sample),
            "url": address(f"{facts.site or '../'}index.html"),
        },
        "spatialCoverage": {"@type": "Place", "name": facts.spatial_name, "sameAs": address(facts.spatial_uri)},
        "variableMeasured": [column.name for column in facts.columns],
        "distribution": [
            {
                "@type": "DataDownload",
                "name": file.name,
                "contentUrl": address(f"{beside}{file.name}"),
                "contentSize": f"{file.bytes} B",
                "encodingFormat": facts.format_of(file.format).media_type,
                "sha256": file.sha256,
            }
            for file in listed.files
        ],
    }
    if (period := listed.span) is not None:
        described["temporalCoverage"] = "/".join(period)
    if issued := facts.issued():
        described["datePublished"] = issued
    if facts.last_published is not None:
        described["dateModified"] = facts.last_published.isoformat()
    return described
