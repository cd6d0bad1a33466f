"""The words of what a CKAN can refuse: each row is a declared error that says what to do, and no word is wanting."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.errors import CODES
from pipeline.publish.ckan import failures

CALLS = "".join(path.read_text(encoding="utf-8") for path in Path(failures.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("when", list(failures._TEXTS)[1:])
def test_each_row_is_an_error_that_is_raised(when: str) -> None:
    code, message, fix = failures._TEXTS[when]
    words = dict.fromkeys(re.findall(r"\{(\w+)\}", message + fix), "word")
    error = failures.failure(when, "here", **words)
    assert error.code == code
    assert code in CODES
    assert "{" not in error.text()
    assert f'"{when}"' in CALLS
