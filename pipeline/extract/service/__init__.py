"""Systems that are asked over HTTP, page by page: a month that was read whole becomes a file like any other extract."""

from pipeline.extract.service.service import Service

__all__ = ["Service"]
