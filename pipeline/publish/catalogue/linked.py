"""The same facts for machines: schema.org for search engines, DCAT for other catalogues.

Addresses are relative: the catalogue does not know where it is served from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.metadata.vocabulary import MEDIA_TYPES, STANDARDS, frequency_address, theme_address
from pipeline.model.wording import marked
from pipeline.publish.catalogue.views import first_issued

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.publish.catalogue.views import DatasetView, Download

_MEDIA_TYPE_REGISTRY = "https://www.iana.org/assignments/media-types/"


def dataset_facts(view: DatasetView) -> dict[str, object]:
    """Return a schema.org Dataset for the page of a dataset."""
    facts = view.facts
    described: dict[str, object] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": marked(facts.title, sample=facts.sample),
        "description": facts.description,
        "identifier": facts.name,
        "version": facts.version,
        "license": facts.licence_url,
        "creditText": facts.attribution,
        "keywords": list(facts.tags),
        "isAccessibleForFree": True,
        "creator": {"@type": "GovernmentOrganization", "name": facts.publisher, "email": facts.contact_email},
        "spatialCoverage": {"@type": "Place", "name": facts.spatial_name, "sameAs": facts.spatial_uri},
        "variableMeasured": [column.name for column in facts.columns],
        "distribution": [
            {
                "@type": "DataDownload",
                "name": file.name,
                "contentUrl": file.name,
                "encodingFormat": _media_type(file.name),
                "sha256": file.sha256,
            }
            for file in view.downloads
        ],
    }
    if (period := _period(view)) is not None:
        described["temporalCoverage"] = "/".join(period)
    if facts.last_published is not None:
        described["dateModified"] = facts.last_published.isoformat()
    return described


def catalogue_facts(views: Sequence[DatasetView], *, force: str) -> dict[str, object]:
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
        "dct:title": marked("Open data", sample=any(view.facts.sample for view in views)),
        "dct:description": f"Open data published by {force}.",
        "dct:publisher": _agent(force),
        "dcat:dataset": [_dcat_dataset(view) for view in views],
    }


def _dcat_dataset(view: DatasetView) -> dict[str, object]:
    """Return one dataset of the DCAT catalogue."""
    facts = view.facts
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
        "dcat:distribution": [_dcat_distribution(view, file) for file in view.downloads],
    }
    if address := theme_address(facts.theme):
        described["dcat:theme"] = {"@id": address}
    if issued := first_issued(facts):
        described["dct:issued"] = {"@type": "xsd:date", "@value": issued}
    if (period := _period(view)) is not None:
        start, end = ({"@type": "xsd:gYearMonth", "@value": month} for month in period)
        described["dct:temporal"] = {"@type": "dct:PeriodOfTime", "dcat:startDate": start, "dcat:endDate": end}
    if facts.last_published is not None:
        described["dct:modified"] = {"@type": "xsd:date", "@value": facts.last_published.isoformat()}
    return described


def _agent(name: str) -> dict[str, str]:
    return {"@type": "foaf:Agent", "foaf:name": name}


def _dcat_distribution(view: DatasetView, file: Download) -> dict[str, object]:
    """Return one file of a dataset; DCAT puts the licence here."""
    address = {"@id": f"{view.facts.name}/{file.name}"}
    return {
        "@type": "dcat:Distribution",
        "dct:title": file.name,
        "dcat:accessURL": address,
        "dcat:downloadURL": address,
        "dcat:mediaType": {"@id": _MEDIA_TYPE_REGISTRY + _media_type(file.name)},
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(file.bytes)},
        "dct:conformsTo": {"@id": STANDARDS[_format(file.name)], "@type": "dct:Standard"},
        "dct:license": {"@id": view.facts.licence_url},
        "dct:rights": {"@type": "dct:RightsStatement", "rdfs:label": view.facts.attribution},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": file.sha256,
        },
    }


def _period(view: DatasetView) -> tuple[str, str] | None:
    """Return the first and the last published month, or nothing."""
    first, last = view.facts.period.span(month.month for year in view.years for month in year.months)
    return (first[:7], last[:7]) if first else None


def _media_type(name: str) -> str:
    return MEDIA_TYPES[_format(name)]


def _format(name: str) -> str:
    return name.rpartition(".")[2]
