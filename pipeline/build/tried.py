"""An action whose fault stays its own: what it returns, or its error."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pipeline.errors import PipelineError, bug

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_T = TypeVar("_T")


def tried(action: Callable[[], _T]) -> _T | PipelineError:
    """Return the result of ``action`` or its error, so that a bug in one part does not stop the others."""
    try:
        return action()
    except PipelineError as error:
        return error
    except Exception as error:  # noqa: BLE001 - see above
        return bug(error)


def parted(results: Iterable[_T | PipelineError]) -> tuple[tuple[_T, ...], tuple[PipelineError, ...]]:
    """Return the results that are no errors, and the errors."""
    every = tuple(results)
    errors = tuple(result for result in every if isinstance(result, PipelineError))
    return tuple(result for result in every if not isinstance(result, PipelineError)), errors
