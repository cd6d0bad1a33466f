"""What releases say of places and of payments: read when a page first asks, and once only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pipeline.publish.catalogue.money.pennies import pennies_of
from pipeline.publish.catalogue.money.reading import books_of
from pipeline.publish.catalogue.places.reading import atlas_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.model.release import Publication
    from pipeline.publish.catalogue.money.pennies import Pennies
    from pipeline.publish.catalogue.money.reading import Books
    from pipeline.publish.catalogue.places.reading import Atlas


@dataclass(frozen=True, eq=False)
class Read:
    """Some publications, and what their files hold; None where nothing can be read."""

    publications: Sequence[Publication]

    @cached_property
    def atlas(self) -> Atlas | None:
        """What is said of places."""
        return atlas_of(self.publications)

    @cached_property
    def books(self) -> Books | None:
        """The lines of payments."""
        return books_of(self.publications)

    @cached_property
    def pennies(self) -> Pennies:
        """The totals of the ledger."""
        return pennies_of(self.publications)
