"""Pages in a real browser: a window of a width, in a colour scheme, and what a script in it says."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

if TYPE_CHECKING:
    from selenium import webdriver

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def missing(what: str) -> NoReturn:
    """Skip, saying why; on a build server that is a failure."""
    if os.environ.get("CI"):
        pytest.fail(f"{what}: install Debian's chromium and chromium-driver")
    pytest.skip(f"{what}: install Debian's chromium and chromium-driver to test the pages in a browser")


def show(browser: webdriver.Chrome, address: str, *, width: int = 1280, scheme: str = "light") -> None:
    """Open a page at a width in CSS pixels, in a colour scheme."""
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    browser.get(address)


def ask(browser: webdriver.Chrome, script: str) -> Any:  # noqa: ANN401 - any JSON value
    return browser.execute_script(script)
