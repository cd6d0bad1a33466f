"""The pages on which who publishes answers for what is published, and for what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pipeline.publish.catalogue.about.addresses import ABOUT_FIGURES
from pipeline.publish.catalogue.about.files import held_back_file, inventory_file, law_file, scorecard_file
from pipeline.publish.catalogue.about.held_back import held_back
from pipeline.publish.catalogue.about.law import ORDER, counted, paragraphs
from pipeline.publish.catalogue.about.scorecard import scores
from pipeline.publish.catalogue.figures import Figures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.publish.catalogue.about.inventory import Line
    from pipeline.publish.catalogue.views import DatasetView, PlannedDataset


class Page(Protocol):
    """Makes a page of a template and its words."""

    def __call__(self, template: str, **more: object) -> bytes:
        """Return the page."""


def about_pages(
    views: Sequence[DatasetView],
    page: Page,
    *,
    planned: Sequence[PlannedDataset],
    held: Sequence[Line],
    contacts: object,
) -> dict[str, bytes]:
    """Return these pages by path, what they say as CSV files, and the figures of all; ``held`` is what is held."""
    figures = Figures()
    asked = paragraphs(views, planned)
    scored, kept = scores(views, figures), held_back([view.facts for view in views])
    words: dict[str, dict[str, object]] = {
        "law": {"paragraphs": asked, "counted": counted(asked, figures), "order": ORDER},
        "scorecard": {"scores": scored},
        "inventory": {"lines": held},
        "held-back": {"held_back": kept},
        "accessibility": {"contacts": contacts},
    }
    pages = {f"about/{name}.html": page(f"about/{name}.html", **each) for name, each in words.items()}
    files = {
        "law": law_file(asked),
        "scorecard": scorecard_file(scored),
        "inventory": inventory_file(each.asset for each in held),
        "held-back": held_back_file(kept),
    }
    beside = {f"about/{name}.csv": content for name, content in files.items()}
    return {**pages, **beside, ABOUT_FIGURES: figures.content()}
