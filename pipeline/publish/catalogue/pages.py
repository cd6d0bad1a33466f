"""The catalogue's pages: a pure function of the publications and of the months that the catalogue keeps."""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from pipeline.metadata.dcat import catalogue_facts
from pipeline.metadata.schema_org import dataset_facts
from pipeline.model.wording import day_in_words
from pipeline.publish.catalogue.views import (
    DatasetView,
    KeptFile,
    OtherDataset,
    view_dataset,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.model.release import Publication

#: What the catalogue itself puts at its top, beside one folder per dataset and a README that it only carries.
SITE_FILES = ("catalogue.jsonld", "index.html", "style.css")
#: What the catalogue puts in a dataset's folder beside the files of its releases.
DATASET_PAGE = "index.html"

_TEMPLATES = Path(__file__).parent / "templates"
_NEWEST_CHANGES = 12


def render_site(
    publications: Sequence[Publication],
    *,
    kept: Mapping[str, Sequence[KeptFile]],
    others: Sequence[OtherDataset],
    preview: bool = False,
) -> dict[str, bytes]:
    """Return every page by its path below the public folder; equal arguments give equal bytes.

    A ``preview`` is marked as one on every page, and leads to its page of differences.

    ``kept`` are, by dataset, the months' files without a release here; ``others`` the datasets that the folder
    holds and that are not published now.
    """
    views = [
        view_dataset(publication, kept.get(publication.name, ()))
        for publication in sorted(publications, key=lambda publication: publication.title)
    ]
    environment = templates()
    pages = {
        "catalogue.jsonld": _as_json(catalogue_facts([view.listed for view in views], force=_force(views))),
        "index.html": environment.get_template("index.html")
        .render(_index_words(views, others), preview=preview)
        .encode(),
        "style.css": (_TEMPLATES / "style.css").read_bytes(),
    }
    template = environment.get_template("dataset.html")
    for view in views:
        pages[f"{view.facts.name}/{DATASET_PAGE}"] = template.render(_dataset_words(view), preview=preview).encode()
    return pages


@cache
def templates() -> Environment:
    """Return templates, compiled once, in which every text is escaped and an unknown name is an error."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"coded": _coded, "day": _day}
    return environment


def _force(views: Sequence[DatasetView]) -> str:
    """Return whose catalogue it is."""
    return ", ".join(dict.fromkeys(view.facts.force_name for view in views)) or "Open data"


def _coded(text: str) -> Markup:
    """Return a text whose words between backticks are code."""
    parts = (f"<code>{escape(part)}</code>" if number % 2 else escape(part) for number, part in _pieces(text))
    return Markup("".join(parts))  # noqa: S704 - every part is escaped


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield the pieces between backticks, odd ones being code; a backtick without a partner stays one."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        pieces[-2:] = ["`".join(pieces[-2:])]
    return enumerate(pieces)


def _day(iso: str) -> Markup:
    """Return an ISO day in words that a machine can read too; what is no day comes back as it is."""
    try:
        day = dt.date.fromisoformat(iso)
    except ValueError:
        return escape(iso)
    return Markup('<time datetime="{}">{}</time>').format(iso, day_in_words(day))


def _index_words(views: Sequence[DatasetView], others: Sequence[OtherDataset]) -> dict[str, object]:
    """Return what the first page's template is given."""
    facts = [view.facts for view in views]
    return {
        "views": views,
        "others": sorted(others),
        "sample": any(each.sample for each in facts),
        "force": _force(views),
        "licences": list(dict.fromkeys((each.licence_title, each.licence_url) for each in facts)),
        "attributions": list(dict.fromkeys(each.attribution for each in facts)),
        "contacts": list(dict.fromkeys((each.contact_name, each.contact_email) for each in facts)),
        "foi": list(dict.fromkeys(each.foi_email for each in facts)),
    }


def _dataset_words(view: DatasetView) -> dict[str, object]:
    """Return what the template of a dataset's page is given."""
    extras = view.facts.extras
    newest_first = view.facts.changes
    return {
        "view": view,
        "facts": view.facts,
        "period": view.facts.period,
        "sample": view.facts.sample,
        "force": view.facts.force_name,
        "changes": newest_first[:_NEWEST_CHANGES],
        "more_changes": len(newest_first) > _NEWEST_CHANGES and "change-log.csv" in extras,
        "beside": [name for name in ("datapackage.json", "schema.json", "change-log.csv") if name in extras],
        "linked": dataset_facts(view.listed),
    }


def _as_json(facts: dict[str, object]) -> bytes:
    """Return JSON that reads well and is the same for the same facts."""
    return (json.dumps(facts, indent=2, ensure_ascii=False) + "\n").encode()
