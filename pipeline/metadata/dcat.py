"""What is published, for other catalogues: DCAT-AP 3.0.1, as JSON-LD.

Addresses are relative to the public folder where the settings do not say where it is served from.  Whatever is named
by an address has its class beside it, as DCAT-AP asks: whoever reads the catalogue need not look elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.metadata.vocabulary import (
    ENGLISH,
    PUBLIC,
    THEME_LIST,
    address,
    frequency_address,
    theme_address,
)
from pipeline.model.themes import THEMES
from pipeline.model.wording import marked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.metadata.listed import Listed, ListedFile
    from pipeline.model.release import Publication

    Node = dict[str, object]

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


def catalogue_facts(every: Sequence[Listed], *, force: str) -> Node:
    """Return a DCAT catalogue of all datasets of a ``force``, as JSON-LD, with what DCAT-AP 3.0.1 asks for."""
    publications = [each.publication for each in every]
    site = next((each.site for each in publications), "")
    issued = min(filter(None, (each.issued() for each in publications)), default="")
    licences = {each.licence_url: each for each in publications}.values()
    modified = max((each.last_published.isoformat() for each in publications if each.last_published), default="")
    return {
        "@context": PREFIXES,
        "@id": address(site) or "./",
        "@type": "dcat:Catalog",
        "dct:title": marked("Open data", sample=any(each.sample for each in publications)),
        "dct:description": f"Open data published by {force}.",
        "dct:publisher": _agent(force),
        "dct:language": _typed(ENGLISH, "dct:LinguisticSystem"),
        **_days(issued, modified),
        "foaf:homepage": _typed(address(f"{site}index.html"), "foaf:Document"),
        "dct:spatial": [_place(each) for each in {each.spatial_uri: each for each in publications}.values()],
        "dct:license": [_licence(each) for each in licences if len(licences) == 1],
        "dcat:themeTaxonomy": _typed(THEME_LIST, "skos:ConceptScheme", **{"dct:title": "Data theme"}),
        "dcat:dataset": [_dataset(each) for each in every],
    }


def _dataset(listed: Listed) -> Node:
    """Return one dataset of the DCAT catalogue."""
    facts = listed.publication
    last = facts.last_published.isoformat() if facts.last_published else ""
    described: Node = {
        "@id": address(facts.address),
        "@type": "dcat:Dataset",
        "dct:title": marked(facts.title, sample=facts.sample),
        "dct:description": facts.description,
        "dct:identifier": address(facts.address) if facts.site else facts.name,
        "dct:publisher": _agent(facts.publisher),
        "dct:language": _typed(ENGLISH, "dct:LinguisticSystem"),
        "dct:accessRights": _typed(PUBLIC, "dct:RightsStatement"),
        "dct:accrualPeriodicity": _typed(frequency_address(facts.period.frequency), "dct:Frequency"),
        "dct:spatial": _place(facts),
        "dcat:keyword": list(facts.tags),
        "dcat:theme": _theme(facts.theme),
        "dcat:version": facts.version,
        "dcat:landingPage": _typed(address(f"{facts.address}index.html"), "foaf:Document"),
        "dcat:contactPoint": {
            "@type": "vcard:Kind",
            "vcard:fn": facts.contact_name,
            "vcard:hasEmail": {"@id": address(f"mailto:{facts.contact_email}")},
        },
        **_days(facts.issued(), last),
        "dcat:distribution": [_distribution(facts, file) for file in listed.files],
    }
    if (period := listed.span) is not None:
        start, end = (_literal("gYearMonth", month) for month in period)
        described["dct:temporal"] = {"@type": "dct:PeriodOfTime", "dcat:startDate": start, "dcat:endDate": end}
    return described


def _distribution(facts: Publication, file: ListedFile) -> Node:
    """Return one file of a dataset; DCAT puts the licence here."""
    kind, period = facts.formats[file.format], file.period(facts.name)
    where = {"@id": address(f"{facts.address}{file.name}")}
    standard = {"dct:conformsTo": _typed(kind.standard, "dct:Standard")} if kind.standard else {}
    changed = next((each.released_on.isoformat() for each in facts.releases if each.month == period), "")
    return {
        "@type": "dcat:Distribution",
        "dct:title": file.name,
        "dct:description": f"{marked(facts.title, sample=facts.sample)}: {facts.period.said(period)}, {kind.title}",
        "dcat:accessURL": where,
        "dcat:downloadURL": where,
        "dcat:mediaType": _typed(address(_MEDIA_TYPE_REGISTRY + kind.media_type), "dct:MediaType"),
        "dcat:byteSize": _literal("nonNegativeInteger", str(file.bytes)),
        "dct:language": _typed(ENGLISH, "dct:LinguisticSystem"),
        **_days(facts.issued(period), changed),
        **standard,
        "dct:license": _licence(facts),
        "dct:rights": {"@type": "dct:RightsStatement", "rdfs:label": facts.attribution},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": _typed(_SHA256, "spdx:ChecksumAlgorithm"),
            "spdx:checksumValue": _literal("hexBinary", file.sha256),
        },
    }


def _days(issued: str, modified: str) -> Node:
    """Return when something was first and last published, as far as anybody knows."""
    days = {"dct:issued": issued, "dct:modified": modified}
    return {name: _literal("date", day) for name, day in days.items() if day}


def _theme(theme: str) -> Node:
    listed = {"@id": THEME_LIST}
    return _typed(
        theme_address(theme), "skos:Concept", **{"skos:prefLabel": THEMES[theme].label, "skos:inScheme": listed}
    )


def _licence(facts: Publication) -> Node:
    return _typed(address(facts.licence_url), "dct:LicenseDocument", **{"dct:title": facts.licence_title})


def _place(facts: Publication) -> Node:
    return _typed(address(facts.spatial_uri), "dct:Location", **{"skos:prefLabel": facts.spatial_name})


def _agent(name: str) -> Node:
    return {"@type": "foaf:Agent", "foaf:name": name}


def _typed(where: str, kind: str, **more: object) -> Node:
    """Return what stands at an address, with its class."""
    return {"@id": where, "@type": kind, **more}


def _literal(kind: str, value: str) -> Node:
    return {"@type": f"xsd:{kind}", "@value": value}
