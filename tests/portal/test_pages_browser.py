"""The catalogue's pages in a real browser: accessible, whole without scripts, and asking no other host."""

from __future__ import annotations

import functools
import http.server
import itertools
import json
import threading
import urllib.error
import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin

import pytest
from axe_core_python.base import AXE_SCRIPT
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from pipeline.publish.catalogue.portal import StaticCatalogue
from pipeline.publish.plan import make_plan
from tests.lib import EVERY_CASE
from tests.lib.browsing import ask, show
from tests.lib.catalogue_example import (
    make_publication,
    make_release,
    make_site,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium import webdriver
    from selenium.webdriver.remote.webelement import WebElement

    from tests.lib.product import Product

#: axe 4.4 has no rule of WCAG 2.2 yet: target size and visible focus have tests of their own below.
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
_PAGES = ("index.html", "street-crime/index.html", "spend-over-500/index.html", "engagement-events/index.html",
          "street-crime/files.html")  # fmt: skip
_FURTHER = ("index.html", "themes/money.html", "places/index.html", "places/NA.html",
            "places/E07900001.html", "sheets/NA.html", "money/index.html",
            "money/payees/a.html", "money/value-for-money-2023-24.html",
            "changes/index.html", "search.html", "about/accessibility.html",
            "about/law.html", "about/scorecard.html", "about/inventory.html", "about/held-back.html")  # fmt: skip
_SMALLEST_TARGET = 24  # WCAG 2.2, 2.5.8: CSS pixels
_SHADED_SHARE = 0.5  # of the height of a box; its heading hides the shadow, and letters are no shadow
_MANY_MONTHS = tuple(
    f"{year}-{month:02d}" for year in (2022, 2023, 2024) for month in range(1, 13) if (year, month) <= (2024, 3)
)


class _Site(http.server.ThreadingHTTPServer):
    """Serves a folder on the loopback address and remembers what it was asked for."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), functools.partial(_Handler, directory=str(folder)))

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class _Handler(http.server.SimpleHTTPRequestHandler):
    server: _Site

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the base class gives it
        """Remember the request instead of printing it."""
        del format
        self.server.asked.append(" ".join(str(each) for each in args))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Site]:
    root = tmp_path_factory.mktemp("site")
    (root / "published").mkdir()
    publications = make_site(root / "store", months=_MANY_MONTHS)
    catalogue = StaticCatalogue(root / "published", root / "staging")
    catalogue.apply(make_plan(catalogue.name, publications, catalogue.look(publications)), publications)
    server = _Site(root / "published")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


#: axe judges no letters on a picture: the shadows of boxes are taken away first, and have a test of their own.
_AXE = """
const done = arguments[arguments.length - 1];
document.querySelectorAll("details").forEach(each => { each.open = true; });
document.querySelectorAll(".scroll").forEach(each => { each.style.backgroundImage = "none"; });
axe.run(document, {runOnly: {type: "tag", values: TAGS}}).then(done);
"""


def _violations(browser: webdriver.Chrome) -> list[str]:
    """Return what axe finds wrong with the page that is shown, everything folded out."""
    ask(browser, AXE_SCRIPT)
    found = browser.execute_async_script(_AXE.replace("TAGS", json.dumps(_TAGS)))
    assert found["passes"], "axe checked nothing"
    return [f"{each['id']}: {node['html']}" for each in found["violations"] for node in each["nodes"]]


@pytest.mark.parametrize("page", _PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing(browser: webdriver.Chrome, site: _Site, page: str, scheme: str, width: int) -> None:
    show(browser, site.address + page, width=width, scheme=scheme)
    dark = ask(browser, "return getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    assert dark is (scheme == "dark"), "the colour scheme was not applied, so its contrast was not checked"
    assert _violations(browser) == []


def test_axe_would_find_something(browser: webdriver.Chrome, site: _Site) -> None:
    show(browser, site.address)
    ask(browser, "document.querySelector('.lead p').style.color = '#bbb'; document.documentElement.lang = ''")
    assert {each.partition(":")[0] for each in _violations(browser)} == {"color-contrast", "html-has-lang"}


@pytest.mark.parametrize("page", _PAGES)
def test_a_narrow_page_does_not_scroll_sideways(browser: webdriver.Chrome, site: _Site, page: str) -> None:
    show(browser, site.address + page, width=320)
    ask(browser, "document.querySelectorAll('details').forEach(each => { each.open = true; })")
    widest = ask(browser, "return [document.documentElement.scrollWidth, document.body.scrollWidth]")
    assert max(widest) <= 320


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("page", _PAGES)
def test_links_are_large_enough_to_hit(browser: webdriver.Chrome, site: _Site, page: str, width: int) -> None:
    show(browser, site.address + page, width=width)
    # a link within a sentence is exempt (WCAG 2.2, 2.5.8); these stand alone
    alone = ".file, .contents a, .crumbs a, .card h3 a, .themes a, .asked a, .headings a, summary"
    ask(browser, "document.querySelectorAll('details').forEach(each => { each.open = true; })")
    script = f"""return [...document.querySelectorAll("{alone}")].map(each => {{
        const box = each.getBoundingClientRect(); return [each.textContent, box.width, box.height]; }})"""
    targets = ask(browser, script)
    assert targets
    assert [each for each in targets if each[1] < _SMALLEST_TARGET or each[2] < _SMALLEST_TARGET] == []


@pytest.mark.parametrize("page", _PAGES[:2])
def test_the_keyboard_skips_to_the_content_and_sees_where_it_is(
    browser: webdriver.Chrome, site: _Site, page: str
) -> None:
    show(browser, site.address + page)
    browser.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    focused = browser.switch_to.active_element
    assert focused.text == "Skip to the main content"
    assert focused.rect["y"] >= 0
    focused.send_keys(Keys.ENTER)
    assert browser.switch_to.active_element.get_attribute("id") == "main"
    browser.switch_to.active_element.send_keys(Keys.TAB)
    following = browser.switch_to.active_element
    assert following.tag_name in ("a", "input")
    assert ask(browser, "return document.querySelector('main').contains(document.activeElement)")
    assert following.value_of_css_property("outline-style") == "solid"
    assert following.value_of_css_property("outline-width") == "3px"


def test_every_scrolling_table_can_be_reached_with_the_keyboard(browser: webdriver.Chrome, site: _Site) -> None:
    show(browser, site.address + "street-crime/index.html", width=320)
    ask(browser, "document.querySelectorAll('details').forEach(each => { each.open = true; })")
    boxes = browser.find_elements(By.CSS_SELECTOR, ".scroll")
    assert len(boxes) == len(browser.find_elements(By.CSS_SELECTOR, "table, pre"))
    stops = [box for box in boxes if box.get_attribute("tabindex") == "0"]
    wide = "const box = arguments[0]; return box.scrollWidth > box.clientWidth"
    assert [box for box in boxes if browser.execute_script(wide, box) and box not in stops] == []
    assert len(stops) < len(boxes), "a table of words fits, and is no stop for the keyboard"
    names = [box.accessible_name for box in stops]
    assert all(names)
    assert len(set(names)) == len(names), "two groups have one name"
    assert {box.aria_role for box in stops} == {"group"}


#: How many pixels of a column of a picture are of another colour than the ground; the column is counted from the left.
_SHADED = """
const [picture, ground, column, done] = arguments;
const image = new Image();
image.onload = () => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  const drawn = canvas.getContext("2d");
  drawn.drawImage(image, 0, 0);
  const cells = drawn.getImageData(column < 0 ? image.width + column : column, 0, 1, image.height).data;
  const places = [...Array(image.height).keys()].filter(
    each => `rgb(${cells[4 * each]}, ${cells[4 * each + 1]}, ${cells[4 * each + 2]})` !== ground);
  done(places.length / image.height);
};
image.src = "data:image/png;base64," + picture;
"""


def _shaded(browser: webdriver.Chrome, box: WebElement) -> tuple[bool, bool]:
    """Return whether there is a shadow at the left and at the right edge of a box."""
    ground = ask(browser, "return getComputedStyle(document.body).backgroundColor")
    picture = box.screenshot_as_base64
    found = [browser.execute_async_script(_SHADED, picture, ground, column) for column in (4, -4)]
    return found[0] > _SHADED_SHARE, found[1] > _SHADED_SHARE


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_box_that_is_cut_shows_it_at_the_edge(browser: webdriver.Chrome, site: _Site, scheme: str) -> None:
    show(browser, site.address + "street-crime/index.html", width=320, scheme=scheme)
    box = browser.find_element(By.CSS_SELECTOR, ".scroll:has(.rows)")
    browser.execute_script("arguments[0].scrollIntoView(); arguments[0].scrollLeft = 0", box)
    assert _shaded(browser, box) == (False, True)
    browser.execute_script("arguments[0].scrollLeft = (arguments[0].scrollWidth - arguments[0].clientWidth) / 2", box)
    assert _shaded(browser, box) == (True, True)
    browser.execute_script("arguments[0].scrollLeft = arguments[0].scrollWidth", box)
    assert _shaded(browser, box) == (True, False)
    show(browser, site.address + "street-crime/files.html", width=1280, scheme=scheme)
    assert _shaded(browser, browser.find_element(By.CSS_SELECTOR, ".scroll")) == (False, False)


@pytest.mark.parametrize("page", _PAGES)
def test_landmarks_are_few(browser: webdriver.Chrome, site: _Site, page: str) -> None:
    """Who moves from landmark to landmark meets each section once, and no table beside it."""
    show(browser, site.address + page)
    sections = browser.find_elements(By.CSS_SELECTOR, "main section")
    regions = browser.find_elements(By.CSS_SELECTOR, "section[aria-labelledby], section[aria-label], [role=region]")
    assert len(regions) == len(sections) <= 8


@pytest.mark.parametrize("page", _PAGES)
def test_headings_landmarks_and_table_headers_are_in_order(browser: webdriver.Chrome, site: _Site, page: str) -> None:
    show(browser, site.address + page)
    levels = ask(browser, "return [...document.querySelectorAll('h1,h2,h3,h4')].map(each => +each.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    for landmark in ("header", "main", "footer"):
        assert len(browser.find_elements(By.CSS_SELECTOR, f"body > {landmark}")) == 1
    assert browser.find_elements(By.CSS_SELECTOR, "th:not([scope])") == []
    assert browser.find_elements(By.CSS_SELECTOR, "table:not(:has(caption))") == []


@pytest.mark.parametrize("page", _FURTHER)
def test_a_page_of_places_or_money_is_whole_from_the_folder_alone(
    browser: webdriver.Chrome, history: Product, page: str
) -> None:
    """No server, no script, both schemes and widths: axe, sideways scroll, headings, requests, complaints."""
    address = (history.published / page).as_uri()
    for log in ("performance", "browser"):
        browser.get_log(log)  # type: ignore[no-untyped-call]  # selenium leaves this one untyped
    every = itertools.product((1280, 320), ("light", "dark"))
    for width, scheme in every if EVERY_CASE else ((1280, "light"), (320, "dark")):
        show(browser, address, width=width, scheme=scheme)
        assert max(ask(browser, "return [document.documentElement.scrollWidth, document.body.scrollWidth]")) <= width
        assert _violations(browser) == [], (width, scheme)
    levels = ask(browser, "return [...document.querySelectorAll('h1,h2,h3,h4')].map(each => +each.tagName[1])")
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    entries = browser.get_log("performance")  # type: ignore[no-untyped-call]  # the same
    messages = [json.loads(entry["message"])["message"] for entry in entries]
    asked = {each["params"]["request"]["url"] for each in messages if each["method"] == "Network.requestWillBeSent"}
    elsewhere = {each for each in asked if each.startswith(("http", "file:"))}
    assert not [each for each in elsewhere if not each.startswith(history.published.as_uri())]
    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]  # the same


def _links(browser: webdriver.Chrome) -> set[str]:
    script = "return [...document.querySelectorAll('[href], [src]')].map(each => each.getAttribute('href') || each.src)"
    return set(ask(browser, script))


@pytest.mark.parametrize("page", _PAGES)
def test_every_link_of_the_site_leads_somewhere(browser: webdriver.Chrome, site: _Site, page: str) -> None:
    show(browser, site.address + page)
    links = _links(browser)
    inside = {link for link in links if not link.startswith(("https://", "http://", "mailto:", "data:"))}
    assert inside
    for link in inside:
        address, fragment = urldefrag(urljoin(browser.current_url, link))
        with urllib.request.urlopen(address) as answer:  # noqa: S310 - the address is of our own loopback server
            assert answer.status == 200
        if fragment:
            assert browser.find_elements(By.ID, fragment), f"#{fragment} is not on the page"
    mail = {link for link in links if link.startswith("mailto:")}
    assert mail == {"mailto:opendata@example.police.uk", "mailto:foi@example.police.uk"}


def test_a_dead_link_would_be_found(site: _Site) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(site.address + "no-such-page.html")  # noqa: S310 - our own loopback server


@pytest.mark.parametrize("page", _PAGES)
def test_the_browser_asks_no_other_host_and_complains_of_nothing(
    browser: webdriver.Chrome, site: _Site, page: str
) -> None:
    browser.get_log("performance")  # type: ignore[no-untyped-call]  # selenium leaves this one untyped
    browser.get_log("browser")  # type: ignore[no-untyped-call]  # the same
    show(browser, site.address + page)
    entries = browser.get_log("performance")  # type: ignore[no-untyped-call]  # the same
    messages = [json.loads(entry["message"])["message"] for entry in entries]
    asked = {each["params"]["request"]["url"] for each in messages if each["method"] == "Network.requestWillBeSent"}
    ours = {site.address + page, site.address + "style.css"}
    assert ours <= asked - {"data:,"} <= {*ours, site.address + "assets/rows.js"}
    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]  # the same


def test_the_pages_work_with_scripts_switched_off(browser: webdriver.Chrome, site: _Site) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        show(browser, site.address)
        browser.find_element(By.LINK_TEXT, "Street-level crime").click()
        assert browser.find_element(By.TAG_NAME, "h1").text == "Street-level crime"
        browser.find_element(By.LINK_TEXT, "Every file, with checksums").click()
        assert browser.find_element(By.CSS_SELECTOR, "details td code").text == "", "the checksums are folded away"
        browser.find_element(By.CSS_SELECTOR, "details summary").click()
        assert browser.find_element(By.CSS_SELECTOR, "details td code").text != ""
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_a_script_that_got_into_a_page_would_not_run(browser: webdriver.Chrome, tmp_path: Path, site: _Site) -> None:
    policy = _policy(browser, site)
    (tmp_path / "page.html").write_text(
        f"<!DOCTYPE html><html><head>{policy}</head><body><h1>before</h1>"
        "<script>document.querySelector('h1').textContent = 'after'</script></body></html>",
        encoding="utf-8",
    )
    browser.get((tmp_path / "page.html").as_uri())
    assert browser.find_element(By.TAG_NAME, "h1").text == "before"
    browser.get_log("browser")  # type: ignore[no-untyped-call]  # selenium leaves this one untyped


def _policy(browser: webdriver.Chrome, site: _Site) -> str:
    """Return the element that carries the pages' content security policy."""
    show(browser, site.address)
    found = browser.find_element(By.CSS_SELECTOR, "meta[http-equiv]").get_attribute("outerHTML")
    assert found is not None
    return found


def test_the_chart_says_in_words_what_it_draws(browser: webdriver.Chrome, site: _Site) -> None:
    show(browser, site.address + "street-crime/index.html")
    chart = browser.find_element(By.CSS_SELECTOR, ".columns")
    assert chart.aria_role in ("img", "image")
    assert chart.accessible_name.startswith("Rows by month")
    assert "March 2024" in chart.accessible_name
    shown = "return [...document.querySelectorAll('.columns rect')].map(each => each.getBoundingClientRect())"
    bars = [bar for bar in ask(browser, shown) if bar["width"]]  # one of the two widths
    assert len(bars) == min(len(_MANY_MONTHS), 24)
    assert all(bar["height"] > 0 for bar in bars)


def test_hostile_text_is_shown_as_text(browser: webdriver.Chrome, tmp_path: Path) -> None:
    hostile = "<script>document.title = 'owned'</script><img src=x onerror=\"document.title = 'owned'\">"
    (tmp_path / "published").mkdir()
    publication = make_publication([make_release(tmp_path / "store", "2024-01")], title=hostile, description=hostile)
    catalogue = StaticCatalogue(tmp_path / "published", tmp_path / "staging")
    catalogue.apply(make_plan(catalogue.name, [publication], catalogue.look([publication])), [publication])
    show(browser, (tmp_path / "published" / "street-crime" / "index.html").as_uri())
    assert browser.find_element(By.TAG_NAME, "h1").text == hostile
    assert "owned" not in browser.title.replace(hostile, "")
    assert browser.find_elements(By.TAG_NAME, "img") == []
    colour = browser.find_element(By.CSS_SELECTOR, "header.top").value_of_css_property("background-color")
    assert colour == "rgba(20, 40, 74, 1)", "the style is not applied to a page opened from the disk"
