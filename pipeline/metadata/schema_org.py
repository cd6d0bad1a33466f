"""What a dataset is, for search engines: schema.org.

Addresses are seen from its page where the settings do not say where the public folder is served from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.metadata.vocabulary import address
from pipeline.model.wording import marked

if TYPE_CHECKING:
    from pipeline.metadata.assets import Listed


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
