"""What services hold is taken before a dataset is looked at: from then on it is an extract like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.model.periods import MONTH
from pipeline.model.source import Asked

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pipeline.build.run_context import Workplace
    from pipeline.errors import PipelineError
    from pipeline.model.declaration import Dataset
    from pipeline.model.periods import Period


def take(work: Workplace, dataset: Dataset, named: Collection[Period]) -> list[PipelineError]:
    """Take what the services of a dataset hold, months ``named`` among them; return what stopped any.

    A plan writes nothing, so that it asks nobody: it shows what was taken before.
    """
    asked = Asked(work.as_of, {period for period in named if MONTH.fits(period)}, work.private / "taken", work.say)
    stopped = []
    for feed in dataset.feeds if work.writes else ():
        error = feed.source.take(work.raw, feed.declared, work.settings.sources, asked)
        stopped += [error] if error else []
    return stopped


def not_asked(work: Workplace) -> Iterator[str]:
    """Yield what is said of each service in a run that writes nothing."""
    for name in () if work.writes else sorted(work.settings.sources.services):
        yield f"{name}: a plan asks no service, which may hold more by now than was taken from it"
