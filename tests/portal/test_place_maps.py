"""Names on maps of places lie where they belong and over nothing else; who points at a place is told which it is."""

from __future__ import annotations

import html
import itertools
import re
from typing import TYPE_CHECKING

import pytest
import shapely
from selenium.webdriver.common.by import By

from pipeline.publish.catalogue.places.maps import LINE, Label, labels_of
from tests.lib.browsing import ask, show

if TYPE_CHECKING:
    from selenium import webdriver
    from shapely.geometry.base import BaseGeometry

    from tests.lib.product import Product

_NAME = re.compile(r'<text class="name" x="([0-9.]+)" y="([0-9.]+)">([^<]*)</text>')
_CIRCLE = re.compile(r'<circle class="(?:disc|ring)" cx="([0-9.]+)" cy="([0-9.]+)" r="([0-9.]+)"/>')
_AROUND = re.compile(r'(?:<strong>([A-Z])</strong> )?<a href="([^"]*)">([^<]*)</a>')


def maps(history: Product) -> dict[str, str]:
    """Return the pages of places with a map, by name."""
    pages = {page.stem: page.read_text("utf-8") for page in (history.published / "places").glob("*.html")}
    return {name: page for name, page in pages.items() if '<path class="own"' in page}


def shape_of(path: str) -> BaseGeometry:
    """Return what a path of a drawing encloses: rings within rings are holes."""
    rings = [
        shapely.Polygon([tuple(map(float, point.split())) for point in ring.strip("Z").split("L")])
        for ring in path.split("M")[1:]
        if ring.count("L") > 1
    ]
    found: BaseGeometry = shapely.Polygon()
    for ring in rings:
        found = found.symmetric_difference(ring.buffer(0))
    return found


def test_every_neighbour_is_named_on_the_map_by_a_letter_or_in_the_list(history: Product) -> None:
    known, letters = maps(history), 0
    assert len(known) > 5
    for page in known.values():
        figure = page.partition("<figure>")[2].partition("</figure>")[0]
        shapes = [shape_of(path) for path in re.findall(r'<path class="around" d="([^"]*)"/>', figure)]
        listed = _AROUND.findall(figure.partition('<ul class="tags around">')[2])
        assert len(listed) == len(shapes)
        assert [name for _, _, name in listed] == sorted(name for _, _, name in listed)
        labels = {
            html.unescape(text): Label(html.unescape(text), float(x), float(y)) for x, y, text in _NAME.findall(figure)
        }
        shown = {letter or html.unescape(name) for letter, _, name in listed}
        assert labels.keys() <= shown
        for shape, (letter, link, name) in zip(shapes, listed, strict=True):
            assert (history.published / "places" / link).is_file()
            if label := labels.get(letter or html.unescape(name)):
                assert shape.buffer(0.2).covers(shapely.box(*label.box)), name
            assert not letter or letter in labels
        letters += sum(bool(letter) for letter, _, _ in listed)
        taken = [shapely.box(*each.box) for each in labels.values()]
        taken += [shapely.Point(float(x), float(y)).buffer(float(r)) for x, y, r in _CIRCLE.findall(figure)]
        for number, label in enumerate(labels.values()):
            others = taken[:number] + taken[number + 1 :]
            assert not any(shapely.box(*label.box).buffer(-0.2).intersects(other) for other in others)
    assert letters, "the sample has places that are too small for their names"


def test_names_are_no_wider_than_they_are_taken_for(browser: webdriver.Chrome, history: Product) -> None:
    """What a browser draws is what was reckoned with, or smaller: no two names on a map meet."""
    boxes = "return [...document.querySelectorAll('.map .name')].map(each => { const box = each.getBBox();"
    boxes += " return [each.textContent, box.x, box.y, box.width, box.height, +each.getAttribute('x')]; })"
    wide = 0
    for name in maps(history):
        show(browser, (history.published / "places" / f"{name}.html").as_uri())
        found = ask(browser, boxes)
        drawn = [shapely.box(x, y, x + width, y + height) for _, x, y, width, height, _ in found]
        for one, other in itertools.combinations(drawn, 2):
            assert not one.intersects(other), name
        for text, _, _, width, _, middle in found:
            west, _, east, _ = Label(text, middle, 0).box
            assert width <= east - west + 4, text  # a letter alone may be a little wider
            wide += len(text) > 1
    assert wide, "no map of the sample has a name"


@pytest.mark.parametrize("page", ["index.html", "places/index.html"])
def test_a_place_of_the_map_is_named_while_it_has_focus(browser: webdriver.Chrome, history: Product, page: str) -> None:
    show(browser, (history.published / page).as_uri())
    links = browser.find_elements(By.CSS_SELECTOR, ".map a")
    assert len(links) > 5
    said = "const [link] = arguments; const text = link.querySelector('.called');"
    said += "return [getComputedStyle(text).display, text.textContent, link.querySelector('title').textContent]"
    for link in links[:3]:
        assert browser.execute_script(said, link)[0] == "none"
        browser.execute_script("arguments[0].focus({focusVisible: true})", link)
        display, text, title = browser.execute_script(said, link)
        assert display == "block"
        assert text == title
        assert " crimes for each 1,000 people" in text
    inside = "const box = arguments[0].querySelector('.called').getBBox(); const view = arguments[0].ownerSVGElement"
    inside += (
        ".viewBox.baseVal; return [box.x >= 0, box.x + box.width <= view.width, box.y + box.height <= view.height]"
    )
    assert browser.execute_script(inside, links[2]) == [True, True, True]


def test_a_name_that_does_not_fit_is_a_letter_and_none_where_even_that_does_not() -> None:
    wide, narrow, low = shapely.box(0, 0, 300, 60), shapely.box(300, 0, 330, 60), shapely.box(330, 0, 600, LINE - 1)
    name, letter, nothing = labels_of([("Upper Wold", wide), ("Marl", narrow), ("Sandy", low)], [])
    assert name == Label("Upper Wold", 150, 35)
    assert letter == Label("A", 315, 35)
    assert nothing is None


def test_a_label_keeps_out_of_what_is_taken_and_goes_to_the_part_with_room() -> None:
    left = shapely.box(0, 0, 200, 60)
    (label,) = labels_of([("Marl", left)], [(0, 0, 140, 60)])
    assert label is not None
    assert label.box[0] >= 140
    assert labels_of([("Marl", left)], [(0, 0, 200, 60)]) == [None]
    (label,) = labels_of([("Marl", shapely.union_all([shapely.box(0, 0, 9, 400), shapely.box(300, 0, 360, 30)]))], [])
    assert label is not None
    assert label.x == 330


def test_there_are_as_many_letters_as_the_alphabet_has() -> None:
    places = [("A long name", shapely.box(30 * number, 0, 30 * number + 20, 40)) for number in range(30)]
    found = labels_of(places, [])
    assert [each.text if each else "" for each in found] == [*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "", "", "", ""]
