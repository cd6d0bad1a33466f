"""The pages of places, each with its counts as CSV and its boundary, and the sheet to take to a meeting."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup

from pipeline.model.periods import MONTH
from pipeline.publish.catalogue.figures import shown
from pipeline.publish.catalogue.making import as_it_stands, figures_of, templates
from pipeline.publish.catalogue.places.addresses import linked, names_of
from pipeline.publish.catalogue.places.facts import Where, facts_of, points_in, rate_in, rate_of, split
from pipeline.publish.catalogue.places.maps import MapWords, Other, force_map, place_map, step_of, steps
from pipeline.publish.catalogue.places.reading import CRIMES, PLACES, SUMMARY, WANTED, streets_of
from pipeline.publish.catalogue.places.sheets import sheet_of
from pipeline.publish.catalogue.readable import readable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.model.release import Publication
    from pipeline.publish.catalogue.making import Maker
    from pipeline.publish.catalogue.places.maps import PlaceMap
    from pipeline.publish.catalogue.places.reading import Atlas, Place
    from pipeline.publish.catalogue.read import Read
    from pipeline.storage.looked import Looked

_FOLDER, _SHEETS = "places", "sheets"
#: So many places stand on the first page.
_MOST = 12


class Row(NamedTuple):
    """A line of a list of places: its name and address, numbers of the newest month, crimes for each 1,000 people."""

    name: str
    link: str
    crimes: Markup
    asb: Markup
    rate: Markup | None


def place_pages(read: Read, maker: Maker) -> dict[str, bytes]:
    """Return every page of a place by its path below the public folder; none where places or counts are not out."""
    if read.atlas is None:
        return {}
    known = {each.name: each for each in read.publications}
    return dict(_Pages(read.atlas, known, maker).every())


def near_you(read: Read, maker: Maker, looked: Looked, receipt: str) -> Markup | None:
    """Return the part of the first page that leads to places, None where there are none.

    ``receipt`` is a digest of all that decides it: ``looked`` keeps what was made for it.
    """
    known = {each.name: each for each in read.publications}
    newest = next(readable(known.get(SUMMARY), dict(WANTED)[SUMMARY], looked), None)

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


@dataclass(frozen=True, eq=False)
class _Pages:
    """Makes the pages of one atlas; what is made for a page above the folder has ``below`` before its addresses."""

    atlas: Atlas
    known: Mapping[str, Publication]
    maker: Maker
    below: str = ""

    @cached_property
    def called(self) -> dict[str, str]:
        """What places are called, by code."""
        return {each.code: each.name for each in self.atlas.places}

    @cached_property
    def on_maps(self) -> list[Other]:
        """Every place that is drawn, by name."""
        return sorted(Other(self.called.get(code, code), code, shape) for code, shape in self.atlas.drawn.items())

    @cached_property
    def names(self) -> dict[str, str]:
        """The names of the files of places and authorities, by code."""
        return names_of({*(each.code for each in self.atlas.places), *self.authorities})

    @cached_property
    def areas(self) -> dict[str, str]:
        """The names of the files of small areas, by code."""
        return names_of(code for each in self.atlas.places for code, _ in each.areas)

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
        """The crimes for each 1,000 people of the whole force."""
        return rate_of(self.atlas, self.atlas.places)

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
            within = [each for each in self.atlas.places if code in each.authorities]
            page = self._page("authority.html", code=code, name=name, rows=[*map(self._row, within)])
            yield f"{_FOLDER}/{self.names[code]}.html", page
        for place in self.atlas.places:
            yield from self._place(place)
            for code, name in place.areas:
                yield f"{_FOLDER}/lsoa/{self.areas[code]}.html", self._area(place, code, name)

    def entries(self) -> Iterator[tuple[str, str, str]]:
        """Yield the words, kind and address of every page, seen from the public folder."""
        for code, name in self.authorities.items():
            yield name, "local authority", f"{_FOLDER}/{linked(self.names[code])}.html"
        for place in self.atlas.places:
            yield place.name, "neighbourhood", f"{_FOLDER}/{linked(self.names[place.code])}.html"
            for code, name in place.areas:
                yield name, f"small area in {place.name}", f"{_FOLDER}/lsoa/{linked(self.areas[code])}.html"

    def _streets(self) -> bytes:
        """Return each street of the public rows with the neighbourhood that it lies in, for the search."""
        within = {code: place for place in self.atlas.places for code, _ in place.areas}
        found = {
            (name, f"street in {place.name}", f"{_FOLDER}/{linked(self.names[place.code])}.html")
            for name, area in streets_of(self.known.get(CRIMES), self.atlas.months)
            if (place := within.get(area))
        }
        return b"window.siteStreets = " + json.dumps(sorted(found), ensure_ascii=False).encode() + b"\n"

    def near(self) -> str:
        """Return the part of the first page that leads to places: the map, and those with most crimes."""
        index = self._index()
        most = sorted(zip(index["rows"], self.atlas.places, strict=True), key=self._order)[:_MOST]
        return (
            templates()
            .get_template("near.html")
            .render(
                **{**index, "rows": [row for row, _ in most]},
                places=len(self.atlas.places),
                month=MONTH.in_words(self.atlas.newest),
            )
        )

    def _order(self, pair: tuple[Row, Place]) -> tuple[int, str]:
        crimes, _ = split(self.atlas.of(code for code, _ in pair[1].areas)[-1], self.atlas.types)
        return (-crimes, pair[1].name)

    def _page(self, template: str, **more: Any) -> bytes:  # noqa: ANN401 - what the template names
        return self.maker.about(self.known[SUMMARY], template, **self.words, **more)

    def _place(self, place: Place) -> Iterator[tuple[str, bytes]]:
        name, codes = self.names[place.code], [code for code, _ in place.areas]
        facts = facts_of(self.atlas, Where("place", place.code, place.name, codes, place.population))
        links = [(each, f"lsoa/{linked(self.areas[code])}.html") for code, each in place.areas]
        authorities = [(self.authorities[code], f"{linked(self.names[code])}.html") for code in place.authorities]
        drawn = self._map(place.code, codes, facts.name, len(facts.points))
        around = [(each, *self._around(code)) for each, code in drawn.around] if drawn else []
        data = {"counts": f"{linked(name)}.csv", "boundary": f"{linked(name)}.geojson" if drawn else ""}
        page = self._page(
            "place.html",
            place=facts,
            map=drawn.drawn if drawn else None,
            around=around,
            links=links,
            authorities=authorities,
            data=data,
            force_rate=self.force_rate,
            sheet=f"../{_SHEETS}/{linked(name)}",
            within=None,
        )
        yield f"{_FOLDER}/{name}.html", page
        yield f"{_FOLDER}/{name}.csv", self._counts(codes)
        if drawn:
            yield f"{_FOLDER}/{name}.geojson", self._boundary(place)
        sheet = sheet_of(self.atlas, place)
        for ending, large in (("", False), ("-large", True)):
            yield f"{_SHEETS}/{name}{ending}.html", self._page("sheet.html", place=facts, sheet=sheet, large=large)

    def _area(self, place: Place, code: str, name: str) -> bytes:
        facts = facts_of(self.atlas, Where("area", code, name, [code]))
        within = (place.name, f"../{linked(self.names[place.code])}.html")
        none = dict.fromkeys(("around", "links", "authorities"), ()) | dict.fromkeys(("map", "data", "force_rate"))
        return self._page("place.html", place=facts, within=within, sheet="", **none)

    def _map(self, code: str, codes: Sequence[str], name: str, numbered: int) -> PlaceMap | None:
        own = self.atlas.drawn.get(code)
        if own is None:
            return None
        others = [each for each in self.on_maps if each.code != code]
        words = f"Map of {name}: points at which crimes and anti-social behaviour were recorded. The numbers are below."
        about = MapWords(words, self.atlas.fixed, numbered)
        return place_map(own, others, points_in(self.atlas, codes), about)

    def _around(self, code: str) -> tuple[str, str]:
        """Return the name and the address of a place on a map; a shape of none has no address."""
        return self.called.get(code, code), f"{linked(self.names[code])}.html" if code in self.called else ""

    def _counts(self, codes: Sequence[str]) -> bytes:
        """Return the numbers of the page as CSV, as RFC 4180 has it."""
        counts = self.atlas.of(codes)
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(("month", "crime_type", "crimes"))
        for place, month in enumerate(self.atlas.months):
            if self.atlas.out[place]:
                writer.writerows((month, kind, int(counts[place][each])) for each, kind in enumerate(self.atlas.types))
        return text.getvalue().encode()

    def _boundary(self, place: Place) -> bytes:
        """Return the boundary of a place as GeoJSON."""
        about = {"neighbourhood_code": place.code, "neighbourhood_name": place.name}
        feature = {"type": "Feature", "properties": about, "geometry": self.atlas.shapes[place.code]}
        collection = {"type": "FeatureCollection", "features": [feature]}
        return json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    def _row(self, place: Place) -> Row:
        counts = self.atlas.of(code for code, _ in place.areas)[-1]
        crimes, asb = split(counts, self.atlas.types)
        facts = rate_in(self.atlas, place)
        month = self.atlas.newest
        return Row(
            name=place.name,
            link=f"{self.below}{linked(self.names[place.code])}.html",
            crimes=shown(crimes, f"{self.below}place-crimes", place.code, month),
            asb=shown(asb, f"{self.below}place-asb", place.code, month),
            rate=shown(facts, f"{self.below}place-rate", place.code, month) if facts is not None else None,
        )

    def _index(self) -> dict[str, Any]:
        rows = {place.code: self._row(place) for place in self.atlas.places}
        rates = {place.code: rate_in(self.atlas, place) for place in self.atlas.places}
        bounds = steps(self._basis())
        step = {code: step_of(float(rate), bounds) for code, rate in rates.items() if rate is not None}

        def link(code: str) -> tuple[str, str]:
            row, rate = rows.get(code), rates.get(code)
            if row is None:
                return f"{self.below}index.html", code
            return row.link, f"{row.name}: {rate if rate is not None else 'not known'} crimes for each 1,000 people"

        words = (
            f"Crimes for each 1,000 people in {MONTH.in_words(self.atlas.newest)}, by neighbourhood, as in the table"
        )
        named = sorted(self.authorities.items(), key=lambda each: each[::-1])
        return {
            "rows": [*rows.values()],
            "map": force_map(self.atlas.drawn, step, link, words) if self.atlas.drawn else None,
            "bounds": bounds if step else [],
            "shaded": bool(step),
            "authorities": [(name, f"{linked(self.names[code])}.html") for code, name in named],
        }

    def _basis(self) -> list[float]:
        """Return the rates that the classes of a year are made of: those of the months before it, else its first."""
        year = self.atlas.newest[:4]
        there = [place for place, out in enumerate(self.atlas.out) if out]
        before = [place for place in there if self.atlas.months[place][:4] < year][-12:] or there[:1]
        return [
            1000 * split(self.atlas.of(code for code, _ in each.areas)[place], self.atlas.types)[0] / each.population
            for each in self.atlas.places
            if each.population
            for place in before
        ]
