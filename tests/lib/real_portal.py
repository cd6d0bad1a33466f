"""A real CKAN as the tests see it, and what happens where none can be had."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
import requests

from pipeline.model.source import Secret

if TYPE_CHECKING:
    from pathlib import Path

CALL_SECONDS = 60


@dataclass(frozen=True)
class RealCkan:
    """A running CKAN: its address, an editor's token, the organisation, and the folder that it lives in."""

    address: str
    token: Secret[str]
    organisation: str
    folder: Path

    def answer(self, action: str, **fields: object) -> requests.Response:
        """Return the answer to one call as the token's owner; without a token, as anybody."""
        token = self.token.reveal()
        headers = {"Authorization": token} if token else {}
        return requests.post(
            f"{self.address}/api/3/action/{action}", json=fields, headers=headers, timeout=CALL_SECONDS
        )

    def call(self, action: str, **fields: object) -> Any:  # noqa: ANN401 - each action has its own shape
        """Return the result of one call as the token's owner."""
        answer = self.answer(action, **fields)
        assert answer.ok, f"{action}: {answer.status_code} {answer.text}"
        return answer.json()["result"]

    def as_owner_of(self, token: str) -> RealCkan:
        """Return the same portal for somebody else; "" is a visitor."""
        return RealCkan(self.address, Secret(token), self.organisation, self.folder)


def unavailable(reason: str) -> NoReturn:
    """Skip, saying why; on a build server a portal that cannot be had is a failure."""
    if os.environ.get("CI", "").lower() not in {"", "0", "false"}:
        pytest.fail(reason)
    pytest.skip(reason)
