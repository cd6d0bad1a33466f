"""An extract or a list that is refused: the error is ours, says what to do, and holds no cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.errors import CODES, PipelineError

if TYPE_CHECKING:
    from collections.abc import Callable


def refused(call: Callable[[], object], *hidden: str) -> PipelineError:
    """Return the error of a call, which must not show what is ``hidden``, nor hold another error that does."""
    with pytest.raises(PipelineError) as caught:
        call()
    error = caught.value
    assert error.code in CODES
    assert error.fix
    assert not [text for text in hidden if text in error.text()]
    assert error.__cause__ is None
    assert error.__context__ is None or error.__suppress_context__
    return error
