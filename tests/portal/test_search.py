"""The search of the site: what people type brings the right page first, by keyboard, from a folder without a server."""

from __future__ import annotations

import csv
import json
import re
from typing import TYPE_CHECKING

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from tests.lib.browsing import ask, show

if TYPE_CHECKING:
    from selenium import webdriver

    from tests.lib.product import Product


def results(browser: webdriver.Chrome, history: Product, text: str) -> list[tuple[str, str]]:
    """Return the words and the address of each result of a text that somebody types."""
    show(browser, (history.published / "search.html").as_uri())
    box = browser.find_element(By.ID, "q")
    box.send_keys(text)
    links = browser.find_elements(By.CSS_SELECTOR, "#results a")
    return [(each.text, each.get_dom_attribute("href") or "") for each in links]


def a_place(history: Product) -> tuple[str, str]:
    """Return the name of a neighbourhood of one long word behind the mark, and the address of its page."""
    with next((history.published / "neighbourhoods").glob("neighbourhoods-all*.csv")).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    row = next(each for each in rows if re.fullmatch(r"SAMPLE [A-Z][a-z]{7,}", each["neighbourhood_name"]))
    return row["neighbourhood_name"], f"places/{row['neighbourhood_code']}.html"


@pytest.mark.parametrize("spoil", [str, str.lower, lambda text: text[:-2], lambda text: f"{text[:5]} {text[6:]}"])
def test_a_place_is_found_by_its_name_its_beginning_and_with_a_letter_wrong(
    browser: webdriver.Chrome, history: Product, spoil: object
) -> None:
    name, address = a_place(history)
    assert callable(spoil)
    assert results(browser, history, spoil(name.removeprefix("SAMPLE ")))[0][1] == address


def test_a_dataset_and_a_column_are_found_by_their_words(browser: webdriver.Chrome, history: Product) -> None:
    assert results(browser, history, "stop and se")[0][1] == "stop-and-search/index.html"
    assert results(browser, history, "Supplier name")[0][1] == "spend-over-500/index.html#columns"


def test_a_topic_and_a_kind_of_crime_are_found(browser: webdriver.Chrome, history: Product) -> None:
    assert ("Burglary", "street-crime/index.html#numbers") in results(browser, history, "burgl")
    assert results(browser, history, "domestic abuse")[0][1].startswith("sensitive-crime-summary/index.html")


def test_a_street_is_found_and_says_where_it_is(browser: webdriver.Chrome, history: Product) -> None:
    text = (history.published / "places" / "streets.js").read_text(encoding="utf-8").partition("= ")[2]
    street, where, address = json.loads(text)[0]
    show(browser, (history.published / "search.html").as_uri())
    browser.find_element(By.ID, "q").send_keys(street.lower())
    WebDriverWait(browser, 10).until(lambda page: street in page.find_element(By.ID, "results").text)
    rows = [each.text for each in browser.find_elements(By.CSS_SELECTOR, "#results li")]
    assert f"{street} {where}" in rows
    assert address in [each.get_dom_attribute("href") for each in browser.find_elements(By.CSS_SELECTOR, "#results a")]


def test_every_result_can_be_reached_by_keyboard_and_its_count_is_told(
    browser: webdriver.Chrome, history: Product
) -> None:
    found = results(browser, history, "crime")
    assert len(found) > 2
    status = browser.find_element(By.ID, "found")
    assert status.get_attribute("role") == "status"
    assert status.text.startswith(f"{len(found)} results")
    browser.switch_to.active_element.send_keys(Keys.ARROW_DOWN)
    browser.switch_to.active_element.send_keys(Keys.ARROW_DOWN)
    assert browser.switch_to.active_element.text == found[1][0]
    browser.switch_to.active_element.send_keys(Keys.ARROW_UP)
    browser.switch_to.active_element.send_keys(Keys.ARROW_UP)
    assert browser.switch_to.active_element.get_attribute("id") == "q"
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    assert browser.current_url == (history.published / found[0][1]).as_uri()


def test_nothing_found_is_said_and_hostile_words_are_text(browser: webdriver.Chrome, history: Product) -> None:
    assert results(browser, history, "<img src=x onerror=alert(1)>zzzz") == []
    assert browser.find_element(By.ID, "found").text == "No results"
    assert browser.find_elements(By.TAG_NAME, "img") == []


def test_the_first_page_asks_the_search(browser: webdriver.Chrome, history: Product) -> None:
    name, address = a_place(history)
    show(browser, (history.published / "index.html").as_uri())
    browser.find_element(By.ID, "q").send_keys(name + Keys.ENTER)
    WebDriverWait(browser, 10).until(lambda page: "search.html?q=" in page.current_url)
    links = browser.find_elements(By.CSS_SELECTOR, "#results a")
    assert links[0].get_dom_attribute("href") == address


def test_without_script_the_list_holds_everything_and_no_dead_box(browser: webdriver.Chrome, history: Product) -> None:
    entries = json.loads((history.published / "assets" / "entries.js").read_text("utf-8").partition("= ")[2])
    assert {kind.partition(" ")[0] for _, kind, _ in entries} >= {"dataset", "column", "neighbourhood", "payee"}
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        show(browser, (history.published / "search.html").as_uri())
        assert not browser.find_element(By.ID, "q").is_displayed()
        links = {each.get_dom_attribute("href") for each in browser.find_elements(By.CSS_SELECTOR, "main .part a")}
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert links == {address for _, _, address in entries}
    assert all((history.published / address.partition("#")[0]).is_file() for address in links)


def test_the_search_asks_this_site_only_and_a_payee_who_is_not_named_is_in_no_list(
    browser: webdriver.Chrome, history: Product
) -> None:
    show(browser, (history.published / "search.html").as_uri())
    browser.find_element(By.ID, "q").send_keys("crime")
    asked = ask(browser, "return [...document.scripts].map(each => each.src)")
    assert len(asked) == 4  # that of streets is asked for when somebody begins to type
    assert [each for each in asked if not each.startswith(history.published.as_uri())] == []
    assert "REDACTED" not in (history.published / "assets" / "entries.js").read_text("utf-8")
