"""All rows of a release can be looked at in its page: sorted, filtered, 50 at a time, from a server."""

from __future__ import annotations

import functools
import http.server
import threading
from typing import TYPE_CHECKING

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from tests.lib.browsing import ask, show
from tests.lib.product import read_csv

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selenium import webdriver

    from tests.lib.product import Product


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the base class gives it
        """Say nothing."""


@pytest.fixture(scope="module")
def served(history: Product) -> Iterator[str]:
    """Serve the published site, and give its address."""
    handler = functools.partial(_Quiet, directory=str(history.published))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


def opened(browser: webdriver.Chrome, address: str) -> None:
    show(browser, "about:blank")
    show(browser, address)
    if "#" not in address:
        browser.find_element(By.CSS_SELECTOR, "#viewer button").click()
    WebDriverWait(browser, 20).until(lambda page: page.find_elements(By.ID, "rows-found"))


def cells(browser: webdriver.Chrome) -> list[list[str]]:
    script = """return [...document.querySelectorAll("#viewer tbody tr")].map(
        row => [...row.children].map(cell => cell.textContent))"""
    found: list[list[str]] = ask(browser, script)
    return found


@pytest.mark.parametrize("dataset", ["street-crime", "engagement-events", "stop-and-search"])
def test_the_rows_are_those_of_the_csv_file(
    browser: webdriver.Chrome, history: Product, served: str, dataset: str
) -> None:
    opened(browser, f"{served}{dataset}/index.html")
    rows = read_csv(max((history.published / dataset).glob(f"{dataset}-2*.csv")))
    said = browser.find_element(By.ID, "rows-found").text
    assert said.startswith(f"{len(rows):,} of {len(rows):,} rows. Page 1 of ")
    heads = [each.text for each in browser.find_elements(By.CSS_SELECTOR, "#viewer thead th")]
    assert heads == [*rows[0]]
    plain = [[cell.casefold() for name, cell in row.items() if not _is_number(cell)] for row in rows[:50]]
    shown = [[cell.casefold() for cell, csv in zip(line, row.values(), strict=True) if not _is_number(csv)]
             for line, row in zip(cells(browser), rows, strict=False)]  # fmt: skip
    assert shown == plain


def _is_number(cell: str) -> bool:
    """Return whether a cell may be written otherwise: a number, or a flag."""
    return cell.replace(".", "").replace("-", "", 1).isdigit()


def test_rows_are_filtered_sorted_paged_and_the_address_restores_the_view(
    browser: webdriver.Chrome, history: Product, served: str
) -> None:
    rows = read_csv(max((history.published / "street-crime").glob("street-crime-2*.csv")))
    kinds = [row["Crime type"] for row in rows]
    opened(browser, f"{served}street-crime/index.html")
    browser.find_element(By.ID, "rows-filter").send_keys("burglary")
    count = sum(any("burglary" in cell.lower() for cell in row.values()) for row in rows)
    assert browser.find_element(By.ID, "rows-found").text.startswith(f"{count:,} of {len(rows):,} rows")
    assert all(any("burglary" in cell.lower() for cell in line) for line in cells(browser))
    browser.find_element(By.ID, "rows-filter").clear()
    browser.find_element(By.ID, "rows-filter").send_keys("e")
    button = "//div[@id='viewer']//th/button[text()='Crime type']"
    for _ in range(2):
        browser.find_element(By.XPATH, button).click()
    assert ask(browser, "return document.activeElement.textContent") == "Crime type"
    place = [*rows[0]].index("Crime type")
    assert cells(browser)[0][place] == max(kinds)
    assert browser.find_element(By.CSS_SELECTOR, "#viewer th[aria-sort=descending]").text.startswith("Crime type")
    browser.find_element(By.XPATH, "//button[text()='Rows behind']").click()
    second, address = cells(browser), browser.current_url
    assert "Page 2 of" in browser.find_element(By.ID, "rows-found").text
    opened(browser, address)
    assert cells(browser) == second
    assert browser.find_element(By.ID, "rows-filter").get_attribute("value") == "e"


def test_from_a_folder_or_without_script_nothing_is_promised(browser: webdriver.Chrome, history: Product) -> None:
    show(browser, (history.published / "street-crime" / "index.html").as_uri())
    assert not browser.find_element(By.ID, "viewer").is_displayed()
    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]  # selenium leaves this one untyped


def test_a_file_that_cannot_be_read_is_said(browser: webdriver.Chrome, served: str) -> None:
    show(browser, f"{served}street-crime/index.html")
    ask(browser, "document.getElementById('viewer').dataset.file = 'no-such-file.parquet'")
    browser.find_element(By.CSS_SELECTOR, "#viewer button").click()
    WebDriverWait(browser, 20).until(lambda page: "could not be shown" in page.find_element(By.ID, "viewer").text)
    assert browser.find_element(By.CSS_SELECTOR, "#viewer button").is_enabled()
