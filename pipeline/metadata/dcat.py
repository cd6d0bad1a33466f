"""What is published, for other catalogues: DCAT as JSON-LD.

Addresses are relative: the catalogue does not know where it is served from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.metadata.vocabulary import frequency_address, theme_address
from pipeline.model.wording import marked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.metadata.listed import Listed, ListedFile
    from pipeline.model.release import Publication

_MEDIA_TYPE_REGISTRY = "https://www.iana.org/assignments/media-types/"


def catalogue_facts(every: Sequence[Listed], *, force: str) -> dict[str, object]:
    """Return a DCAT catalogue of all datasets of a ``force``, as JSON-LD, with what DCAT-AP 3 asks for."""
    return {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
            "spdx": "http://spdx.org/rdf/terms#",
            "vcard": "http://www.w3.org/2006/vcard/ns#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@id": "./",
        "@type": "dcat:Catalog",
        "dct:title": marked("Open data", sample=any(each.publication.sample for each in every)),
        "dct:description": f"Open data published by {force}.",
        "dct:publisher": _agent(force),
        "dcat:dataset": [_dataset(each) for each in every],
    }


def _dataset(listed: Listed) -> dict[str, object]:
    """Return one dataset of the DCAT catalogue."""
    facts = listed.publication
    described: dict[str, object] = {
        "@id": f"{facts.name}/",
        "@type": "dcat:Dataset",
        "dct:title": marked(facts.title, sample=facts.sample),
        "dct:description": facts.description,
        "dct:identifier": facts.name,
        "dct:publisher": _agent(facts.publisher),
        "dct:accrualPeriodicity": {"@id": frequency_address(facts.period.frequency)},
        "dct:spatial": {"@id": facts.spatial_uri},
        "dcat:keyword": list(facts.tags),
        "dcat:landingPage": {"@id": f"{facts.name}/index.html"},
        "dcat:contactPoint": {
            "@type": "vcard:Kind",
            "vcard:fn": facts.contact_name,
            "vcard:hasEmail": {"@id": f"mailto:{facts.contact_email}"},
        },
        "dcat:distribution": [_distribution(facts, file) for file in listed.files],
    }
    if address := theme_address(facts.theme):
        described["dcat:theme"] = {"@id": address}
    if issued := facts.issued():
        described["dct:issued"] = {"@type": "xsd:date", "@value": issued}
    if (period := listed.span) is not None:
        start, end = ({"@type": "xsd:gYearMonth", "@value": month} for month in period)
        described["dct:temporal"] = {"@type": "dct:PeriodOfTime", "dcat:startDate": start, "dcat:endDate": end}
    if facts.last_published is not None:
        described["dct:modified"] = {"@type": "xsd:date", "@value": facts.last_published.isoformat()}
    return described


def _agent(name: str) -> dict[str, str]:
    return {"@type": "foaf:Agent", "foaf:name": name}


def _distribution(facts: Publication, file: ListedFile) -> dict[str, object]:
    """Return one file of a dataset; DCAT puts the licence here."""
    address = {"@id": f"{facts.name}/{file.name}"}
    kind = facts.formats[file.format]
    standard = {"dct:conformsTo": {"@id": kind.standard, "@type": "dct:Standard"}} if kind.standard else {}
    return {
        "@type": "dcat:Distribution",
        "dct:title": file.name,
        "dcat:accessURL": address,
        "dcat:downloadURL": address,
        "dcat:mediaType": {"@id": _MEDIA_TYPE_REGISTRY + kind.media_type},
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(file.bytes)},
        **standard,
        "dct:license": {"@id": facts.licence_url},
        "dct:rights": {"@type": "dct:RightsStatement", "rdfs:label": facts.attribution},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": file.sha256,
        },
    }
