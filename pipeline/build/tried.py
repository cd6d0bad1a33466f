"""An action whose fault stays its own: what it returns, or its error."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pipeline.errors import PipelineError, bug

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_T = TypeVar("_T")


def tried(action: Callable[[], _T]) -> _T | PipelineError:
    """Return what ``action`` returns, or its error: a fault of ours in one part must not stop the others."""
    try:
        return action()
    except PipelineError as error:
        return error
    except Exception as error:  # noqa: BLE001 - see above
        return bug(error)


def parted(found: Iterable[_T | PipelineError]) -> tuple[tuple[_T, ...], tuple[PipelineError, ...]]:
    """Return what was found, and the errors that came in the place of some of it."""
    every = tuple(found)
    errors = tuple(each for each in every if isinstance(each, PipelineError))
    return tuple(each for each in every if not isinstance(each, PipelineError)), errors
