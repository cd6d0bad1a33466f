"""What a dataset is, for search engines: schema.org, with addresses beside its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.model.wording import marked

if TYPE_CHECKING:
    from pipeline.metadata.listed import Listed


def dataset_facts(listed: Listed) -> dict[str, object]:
    """Return a schema.org Dataset for the page of a dataset."""
    facts = listed.publication
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
                "encodingFormat": facts.formats[file.format].media_type,
                "sha256": file.sha256,
            }
            for file in listed.files
        ],
    }
    if (period := listed.span) is not None:
        described["temporalCoverage"] = "/".join(period)
    if facts.last_published is not None:
        described["dateModified"] = facts.last_published.isoformat()
    return described
