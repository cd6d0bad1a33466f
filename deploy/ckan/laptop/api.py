"""CKAN's action interface, as far as the portal needs it."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

from laptop.failure import PortalError

_SECONDS = 30
_LOCAL = build_opener(ProxyHandler({}))  # never through a proxy: the portal is on this machine


def answers(address: str) -> bool:
    """Whether the address answers with a success."""
    try:
        with _LOCAL.open(address, timeout=_SECONDS) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except (URLError, OSError):
        return False


@dataclass(frozen=True)
class Api:
    """The actions of one CKAN, called as the owner of one token."""

    address: str
    token: str = ""

    def call(self, action: str, **values: object) -> Any:  # noqa: ANN401 - each action has its own shape
        """The result of the action.

        Raises:
            PortalError: CKAN refused or did not answer; the text holds the status, not what was sent.
        """
        result = self.attempt(action, **values)
        if isinstance(result, int):
            raise PortalError("ckan", f"{action} answered with status {result}")
        return result["result"]

    def attempt(self, action: str, **values: object) -> dict[str, Any] | int:
        """The whole answer of the action, or the HTTP status with which CKAN refused."""
        headers = {"Content-Type": "application/json"} | ({"Authorization": self.token} if self.token else {})
        body = json.dumps(values).encode()
        request = Request(f"{self.address}/api/3/action/{action}", data=body, headers=headers)  # noqa: S310 - our own
        try:
            with _LOCAL.open(request, timeout=_SECONDS) as answer:
                read: dict[str, Any] = json.load(answer)
                return read
        except HTTPError as refusal:
            return refusal.code
        except (URLError, OSError):
            return HTTPStatus.SERVICE_UNAVAILABLE.value
