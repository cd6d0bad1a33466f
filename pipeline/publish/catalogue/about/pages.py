"""The pages on which who publishes answers for what is published, and for what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pipeline.publish.catalogue.about.addresses import ABOUT_FIGURES
from pipeline.publish.catalogue.about.held_back import held_back
from pipeline.publish.catalogue.about.inventory import assets
from pipeline.publish.catalogue.about.law import ORDER, counted, paragraphs
from pipeline.publish.catalogue.about.scorecard import scores
from pipeline.publish.catalogue.figures import Figures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.publish.catalogue.views import DatasetView, PlannedDataset


class Page(Protocol):
    """Makes a page of a template and its words."""

    def __call__(self, template: str, **more: object) -> bytes:
        """Return the page."""


def about_pages(
    views: Sequence[DatasetView], page: Page, *, planned: Sequence[PlannedDataset], contacts: object
) -> dict[str, bytes]:
    """Return these pages by path, and the figures of all of them."""
    figures = Figures()
    asked = paragraphs(views, planned)
    words: dict[str, dict[str, object]] = {
        "law": {"paragraphs": asked, "counted": counted(asked), "order": ORDER},
        "scorecard": {"scores": scores(views, figures)},
        "inventory": {"assets": assets(views, planned)},
        "held-back": {"held_back": held_back([view.facts for view in views])},
        "accessibility": {"contacts": contacts},
    }
    pages = {f"about/{name}.html": page(f"about/{name}.html", **each) for name, each in words.items()}
    return {**pages, ABOUT_FIGURES: figures.content()}
