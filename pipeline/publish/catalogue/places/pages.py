"""The pages of places, each with its counts as CSV and its boundary, and the sheet to take to a meeting."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from pipeline.model.periods import MONTH
from pipeline.publish.catalogue.figures import shown
from pipeline.publish.catalogue.making import as_it_stands, figures_of, linked, names_of, templates
from pipeline.publish.catalogue.places.facts import PlaceFacts, rate, split
from pipeline.publish.catalogue.places.maps import Other, force_map, place_map, step_of, steps
from pipeline.publish.catalogue.places.reading import CRIMES, PLACES, SUMMARY, WANTED, streets_of
from pipeline.publish.catalogue.readable import readable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.model.release import Publication
    from pipeline.publish.catalogue.making import Maker, Read
    from pipeline.publish.catalogue.places.reading import Atlas, Place
    from pipeline.storage.looked import Looked

_FOLDER, _SHEETS = "places", "sheets"
#: So many places stand on the first page.
_MOST = 12


def place_pages(read: Read, maker: Maker) -> dict[str, bytes]:
    """Return every page of a place by its path below the public folder; none where places or counts are not out."""
    if read.atlas is None:
        return {}
    known = {publication.name: publication for publication in read.publications}
    return dict(_Pages(read.atlas, known, maker).every())


def near_you(read: Read, maker: Maker, looked: Looked, receipt: str) -> Markup | None:
    """Return the part of the first page that leads to places, None where there are none.

    ``receipt`` is a digest of all that decides it: ``looked`` keeps what was made for it.
    """
    known = {publication.name: publication for publication in read.publications}
    newest = next(readable(known.get(SUMMARY), WANTED[SUMMARY], looked), None)

    def made() -> str:
        if read.atlas is None:
            return ""
        return _Pages(read.atlas, known, maker, below=f"{_FOLDER}/").near()

    found = looked.of(f"near {receipt}", newest[1], made) if newest else ""
    return Markup(found) if found else None  # noqa: S704 - a template of ours made it


def place_entries(read: Read, maker: Maker) -> Iterator[tuple[str, str, str]]:
    """Yield the words, kind and address of every page of a place."""
    if read.atlas is not None:
        yield from _Pages(read.atlas, {}, maker).entries()


#: What the page of a small area has nothing of.
_OF_NO_AREA: Final = {
    "around": (),
    "links": (),
    "authorities": (),
    "map": None,
    "data": "",
    "force_rate": None,
    "sheet": "",
}


@dataclass(frozen=True, eq=False)
class _Pages:
    """Makes the pages of one atlas; what is made for a page above the folder has ``below`` before its addresses."""

    atlas: Atlas
    known: Mapping[str, Publication]
    maker: Maker
    below: str = ""

    @cached_property
    def facts(self) -> dict[str, PlaceFacts]:
        """What pages say of each place, by code, in their order."""
        return {
            each.code: PlaceFacts(
                self.atlas, "place", each.code, each.name, [code for code, _ in each.areas], each.population, self.below
            )
            for each in self.atlas.places
        }

    @cached_property
    def on_maps(self) -> list[Other]:
        """Every place that is drawn, by name."""
        names = {code: facts.name for code, facts in self.facts.items()}
        return sorted(Other(names.get(code, code), code, shape) for code, shape in self.atlas.drawn.items())

    @cached_property
    def names(self) -> dict[str, str]:
        """The names of the files of places and authorities, by code."""
        return names_of({*self.facts, *self.authorities})

    @cached_property
    def areas(self) -> dict[str, str]:
        """The names of the files of small areas, by code."""
        return names_of(code for place in self.atlas.places for code, _ in place.areas)

    @cached_property
    def authorities(self) -> dict[str, str]:
        """What each local authority is called: what the names of small areas of places of it alone begin with."""
        found: dict[str, str] = {}
        for each in self.atlas.places:
            for code in each.authorities:
                names = {name.rpartition(" ")[0] for _, name in each.areas} if each.authorities == (code,) else set()
                found[code] = found.get(code) or (min(names) if len(names) == 1 else "")
        return {code: name or code for code, name in found.items()}

    @cached_property
    def force_rate(self) -> Markup | None:
        """The crimes for each 1,000 people of all places whose people are counted."""
        counted = [place for place in self.facts.values() if place.population]
        areas = [area for place in counted for area in place.areas]
        number = rate(self.atlas, -1, areas, sum(place.population or 0 for place in counted))
        return None if number is None else shown(number, "force-rate", self.atlas.newest)

    @cached_property
    def words(self) -> dict[str, Any]:
        """What every page is given."""
        return {
            "month": MONTH.in_words(self.atlas.newest),
            "boundaries": bool(self.atlas.drawn),
            "statements": [
                each for name in (PLACES, SUMMARY) if name in self.known for each in self.known[name].statements
            ],
        }

    def every(self) -> Iterator[tuple[str, bytes]]:
        """Yield each page with its path."""
        yield f"{_FOLDER}/index.html", self._page("places.html", **self._index())
        yield f"{_FOLDER}/figures.json", figures_of("places-figures.json")
        yield f"{_SHEETS}/sheet.css", as_it_stands("sheet.css")
        yield f"{_FOLDER}/streets.js", self._streets()
        for code, name in sorted(self.authorities.items()):
            within = [self._row(place) for place in self.atlas.places if code in place.authorities]
            yield f"{_FOLDER}/{self.names[code]}.html", self._page("authority.html", name=name, rows=within)
        for place in self.atlas.places:
            yield from self._place(place)
            above = (place.name, f"../{self._link(place.code)}")
            for code, name in place.areas:
                facts = PlaceFacts(self.atlas, "area", code, name, [code])
                page = self._page("place.html", place=facts, within=above, **_OF_NO_AREA)
                yield f"{_FOLDER}/lsoa/{self.areas[code]}.html", page

    def entries(self) -> Iterator[tuple[str, str, str]]:
        """Yield the words, kind and address of every page, seen from the public folder."""
        for code, name in self.authorities.items():
            yield name, "local authority", f"{_FOLDER}/{self._link(code)}"
        for place in self.atlas.places:
            yield place.name, "neighbourhood", f"{_FOLDER}/{self._link(place.code)}"
            for code, name in place.areas:
                yield name, f"small area in {place.name}", f"{_FOLDER}/{self._area_link(code)}"

    def near(self) -> str:
        """Return the part of the first page that leads to places: the map, and those with most crimes."""
        index = self._index()
        most = sorted(index["rows"], key=lambda row: (-split(row[0].counts[-1], self.atlas.types)[0], row[0].name))
        words = {**index, "rows": most[:_MOST], "places": len(most), "month": MONTH.in_words(self.atlas.newest)}
        return templates().get_template("near.html").render(words)

    def _link(self, code: str) -> str:
        """Return the address of a place or an authority, seen from the folder."""
        return f"{linked(self.names[code])}.html"

    def _area_link(self, code: str) -> str:
        return f"lsoa/{linked(self.areas[code])}.html"

    def _row(self, place: Place) -> tuple[PlaceFacts, str]:
        """Return a line of a list of places: what it says, and its address."""
        return self.facts[place.code], f"{self.below}{self._link(place.code)}"

    def _streets(self) -> bytes:
        """Return each street of the public rows with the neighbourhood that it lies in, for the search."""
        within = {code: place for place in self.atlas.places for code, _ in place.areas}
        found = {
            (name, f"street in {place.name}", f"{_FOLDER}/{self._link(place.code)}")
            for name, area in streets_of(self.known.get(CRIMES), self.atlas.months)
            if (place := within.get(area))
        }
        return b"window.siteStreets = " + json.dumps(sorted(found), ensure_ascii=False).encode() + b"\n"

    def _page(self, template: str, **more: Any) -> bytes:  # noqa: ANN401 - what the template names
        return self.maker.about(self.known[SUMMARY], template, **self.words, **more)

    def _place(self, place: Place) -> Iterator[tuple[str, bytes]]:
        name, facts = self.names[place.code], self.facts[place.code]
        drawn, around = self._map(facts)
        page = self._page(
            "place.html",
            place=facts,
            map=drawn,
            around=around,
            links=[(each, self._area_link(code)) for code, each in place.areas],
            authorities=[(self.authorities[code], self._link(code)) for code in place.authorities],
            data=linked(name),
            force_rate=self.force_rate,
            sheet=f"../{_SHEETS}/{linked(name)}",
            within=None,
        )
        yield f"{_FOLDER}/{name}.html", page
        yield f"{_FOLDER}/{name}.csv", self._counts(facts)
        if drawn:
            yield f"{_FOLDER}/{name}.geojson", self._boundary(place)
        sheet = facts.sheet()
        for ending, large in (("", False), ("-large", True)):
            yield f"{_SHEETS}/{name}{ending}.html", self._page("sheet.html", place=facts, sheet=sheet, large=large)

    def _map(self, facts: PlaceFacts) -> tuple[Markup | None, list[tuple[str, str, str]]]:
        """Return the map of a place, and letter, name and address of each around it; a shape of none has no address."""
        own = self.atlas.drawn.get(facts.code)
        if own is None:
            return None, []
        words = f"Map of {facts.name}: points at which crimes and anti-social behaviour were recorded. "
        others = [other for other in self.on_maps if other.code != facts.code]
        numbered = len(facts.points)
        words = f"{words}The numbers are below."
        drawn, letters = place_map(own, others, facts.spots, words, fixed=self.atlas.fixed, numbered=numbered)
        around = [
            (letter, other.name, self._link(other.code) if other.code in self.facts else "")
            for other, letter in letters
        ]
        return drawn, around

    def _counts(self, facts: PlaceFacts) -> bytes:
        """Return the numbers of the page as CSV, as RFC 4180 has it."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(("month", "crime_type", "crimes"))
        for month, out, numbers in zip(self.atlas.months, self.atlas.out, facts.counts.tolist(), strict=True):
            if out:
                writer.writerows((month, kind, number) for kind, number in zip(self.atlas.types, numbers, strict=True))
        return text.getvalue().encode()

    def _boundary(self, place: Place) -> bytes:
        """Return the boundary of a place as GeoJSON."""
        about = {"neighbourhood_code": place.code, "neighbourhood_name": place.name}
        feature = {"type": "Feature", "properties": about, "geometry": self.atlas.shapes[place.code]}
        collection = {"type": "FeatureCollection", "features": [feature]}
        return json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    def _index(self) -> dict[str, Any]:
        rates = {code: facts.rate_number for code, facts in self.facts.items()}
        bounds = steps(self._basis())
        step = {code: step_of(float(number), bounds) for code, number in rates.items() if number is not None}

        def link(code: str) -> tuple[str, str]:
            if code not in rates:
                return f"{self.below}index.html", code
            number = "not known" if rates[code] is None else rates[code]
            words = f"{self.facts[code].name}: {number} crimes for each 1,000 people"
            return f"{self.below}{self._link(code)}", words

        month = MONTH.in_words(self.atlas.newest)
        words = f"Crimes for each 1,000 people in {month}, by neighbourhood, as in the table"
        named = sorted((name, code) for code, name in self.authorities.items())
        return {
            "rows": [*map(self._row, self.atlas.places)],
            "map": force_map(self.atlas.drawn, step, link, words) if self.atlas.drawn else None,
            "bounds": bounds if step else [],
            "shaded": bool(step),
            "authorities": [(name, self._link(code)) for name, code in named],
        }

    def _basis(self) -> list[float]:
        """Return the rates that the classes of a year are made of: those of the months before it, else its first."""
        year = self.atlas.newest[:4]
        there = [place for place, out in enumerate(self.atlas.out) if out]
        before = [place for place in there if self.atlas.months[place][:4] < year][-12:] or there[:1]
        return [
            1000 * split(facts.counts[place], self.atlas.types)[0] / facts.population
            for facts in self.facts.values()
            if facts.population
            for place in before
        ]
