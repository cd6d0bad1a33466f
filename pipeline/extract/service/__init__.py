"""Systems that are asked over HTTP, page by page: a month that was read whole becomes a file like any other extract."""

from pipeline.extract.service.asking import Asking, Patience
from pipeline.extract.service.taking import Taken, take_months

__all__ = ["Asking", "Patience", "Taken", "take_months"]
