"""What the pages of the catalogue say, to people and to machines."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from rdflib import Literal
from rdflib.compare import isomorphic
from rdflib.namespace import FOAF

from pipeline.model.wording import FIGURES
from tests.lib.catalogue_example import (
    MONTHS,
    Place,
    make_publication,
    make_release,
    make_site,
)
from tests.lib.linked import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.model.release import Publication


_HOSTILE = "<script>alert(1)</script>\"' onload='x' {{ 7 * 7 }} </title> &amp;"


def test_hostile_text_is_only_text(place: Place) -> None:
    plain = make_publication([make_release(place.store, "2024-01")])
    facts: dict[str, Any] = {
        field.name: _HOSTILE
        for field in dataclasses.fields(plain)
        if isinstance(getattr(plain, field.name), str) and field.name not in ("name", "theme")
    }
    facts |= dict.fromkeys(("licence_url", "spatial_uri", "site"), f"https://example.org/{_HOSTILE}/")
    facts["columns"] = tuple(column._replace(name=_HOSTILE, description=_HOSTILE) for column in plain.columns)
    facts["changes"] = tuple(change._replace(reason=_HOSTILE, change=_HOSTILE) for change in plain.changes)
    facts["held"] = tuple(held._replace(reason=_HOSTILE) for held in plain.held)
    facts |= {"withheld": ((_HOSTILE, _HOSTILE),), "statements": (_HOSTILE,), "tags": (_HOSTILE,)}
    place.publish([dataclasses.replace(plain, **facts)])
    for page in place.public.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "<script>" not in text
        assert "' onload='" not in text
        assert "{{ 7 * 7 }}" in text
        assert text.count("</title>") == 1 + text.count('<title id="chart-title">')
        ours = text.count('<script src="assets/') + text.count('<script src="../assets/')  # the search's, the rows'
        assert text.count("</script>") == text.count('<script type="application/ld+json">') + ours
    turtle, linked = (parsed(place.public / f"catalogue.{kind}") for kind in ("ttl", "jsonld"))
    assert isomorphic(turtle, linked)
    assert Literal(_HOSTILE) in turtle.objects(None, FOAF.name)


def test_the_page_says_everything_that_the_publication_says(place: Place) -> None:
    publication = make_site(place.store)[0]
    place.publish([publication])
    text = (place.public / publication.name / "index.html").read_text(encoding="utf-8")
    for said in (
        publication.description,
        publication.attribution,
        publication.licence_url,
        publication.contact_email,
        publication.foi_email,
        publication.version,
        publication.key_series,
        publication.spatial_name,
        *publication.statements,
        *(column.description for column in publication.columns),
        *(word for pair in publication.withheld for word in pair),
        *(held.reason for held in publication.held),
        *(file.sha256 for release in publication.releases for file in release.files),
        "December 2023",
        "10 April 2024",
        "31 May 2024",
        "codelists/crime-type.csv",
        "datapackage.json",
        "schema.json",
        "SAMPLE DATA",
        "Found a person in this data?",
        "unlisted offence codes",
    ):
        assert said.replace("'", "&#39;") in text, said


def page_of(place: Place, *publications: Publication) -> str:
    """Return the pages of the first publication, all of them being published: what it is, and its files."""
    place.publish(publications)
    folder = place.public / publications[0].name
    return "".join((folder / name).read_text(encoding="utf-8") for name in ("index.html", "files.html"))


def test_words_between_backticks_are_code(place: Place) -> None:
    column = make_publication([]).columns[0]
    texts = ("Who was paid; `REDACTED OTHER` & <b> where not.", "A lone ` stays.", "`a` and `b`, a third ` too.")
    columns = tuple(column._replace(name=f"c{number}", description=text) for number, text in enumerate(texts))
    page = page_of(place, make_publication([make_release(place.store, "2024-01")], columns=columns))
    assert "Who was paid; <code>REDACTED OTHER</code> &amp; &lt;b&gt; where not.</td>" in page
    assert "A lone ` stays.</td>" in page
    assert "<code>a</code> and <code>b</code>, a third ` too.</td>" in page


def test_a_month_that_is_not_over_says_so_until_it_is(place: Place) -> None:
    releases = [make_release(place.store, month) for month in MONTHS]
    on_the_20th = make_publication(releases, as_of=dt.date(2024, 3, 20))
    said = "so far: this month is not over yet"
    page = page_of(place, on_the_20th)
    assert page.count(said) == 1
    assert "March<span" in page.partition(said)[0].rpartition("<tr>")[2]
    assert said in page_of(place, dataclasses.replace(on_the_20th, as_of=dt.date(2024, 3, 31)))
    assert said not in page_of(place, dataclasses.replace(on_the_20th, as_of=dt.date(2024, 4, 1)))


def test_a_month_that_can_be_downloaded_is_not_missing(place: Place) -> None:
    releases = [make_release(place.store, month) for month in MONTHS]
    page_of(place, make_publication(releases, missing=()))
    gap = dataclasses.replace(make_publication([releases[0], releases[2]]), missing=("2023-12", "2024-02"))
    page = page_of(place, gap)
    assert "kept from an earlier release" in page
    listed = page.partition("<h3>Months missing</h3>")[2].partition("<h3>")[0]
    assert "December 2023" in listed
    assert "February 2024" not in listed


def test_quality_figures_and_changes_are_in_words(place: Place) -> None:
    release = dataclasses.replace(make_release(place.store, "2024-01"), quality={"shared_reference": 3, "odd_one": 1})
    page = page_of(place, make_publication([release]))
    assert "shared_reference" not in page
    assert FIGURES["shared_reference"].title in page
    assert FIGURES["shared_reference"].sentence in page
    assert ">odd one</th>" in page
    assert '<time datetime="2024-04-10">10 April 2024</time></th>' in page


def test_the_catalogue_for_machines_has_what_dcat_ap_asks_for(place: Place) -> None:
    publications = make_site(place.store)
    place.publish(publications)
    catalogue = json.loads((place.public / "catalogue.jsonld").read_bytes())
    assert catalogue["dct:description"]
    assert catalogue["dct:publisher"] == {"@type": "foaf:Agent", "foaf:name": "Example Police"}
    out = [each for each in catalogue["dcat:dataset"] if "dcat:distribution" in each]
    themes = {each["dct:identifier"]: each["dcat:theme"]["@id"].rpartition("/")[2] for each in out}
    assert themes == {"street-crime": "JUST", "spend-over-500": "GOVE", "engagement-events": "JUST"}
    crime = next(each for each in catalogue["dcat:dataset"] if each["dct:identifier"] == "street-crime")
    assert crime["dct:issued"] == {"@type": "xsd:date", "@value": "2024-04-10"}
    sizes = {file.name: file.bytes for release in publications[0].releases for file in release.files}
    for each in crime["dcat:distribution"]:
        assert each["dcat:accessURL"] == each["dcat:downloadURL"]
        assert each["dcat:byteSize"]["@value"] == str(sizes[each["dct:title"]])
        assert each["dct:conformsTo"]["@id"].startswith("https://")
        assert each["dct:rights"] == {"@type": "dct:RightsStatement", "rdfs:label": publications[0].attribution}
    used = {word.partition(":")[0] for word in _words(catalogue) if ":" in word}
    assert used <= set(catalogue["@context"])


def _words(linked: object) -> Iterator[str]:
    """Yield every name of a property and of a class below ``linked``."""
    if isinstance(linked, list):
        for each in linked:
            yield from _words(each)
    elif isinstance(linked, dict):
        for key, value in linked.items():
            if key == "@type":
                yield value
            elif key != "@context":
                yield key
                yield from _words(value)


def test_only_sample_data_is_marked_as_such(place: Place) -> None:
    place.publish(make_site(place.store, sample=False))
    assert not [path for path in place.public.rglob("*.*") if b"SAMPLE" in path.read_bytes()]
    place.publish(make_site(place.store, sample=True))
    pages = [path.read_text(encoding="utf-8") for path in place.public.rglob("*.html")]
    assert len(pages) == 16
    assert all("<title>SAMPLE DATA: " in page and "<strong>SAMPLE DATA.</strong>" in page for page in pages)
    assert "SAMPLE DATA" in (place.public / "catalogue.jsonld").read_text(encoding="utf-8")


def test_facts_for_machines_are_json_and_name_every_file(place: Place) -> None:
    publication = make_site(place.store)[0]
    place.publish([publication])
    page = (place.public / publication.name / "index.html").read_text(encoding="utf-8")
    linked = json.loads(page.partition('<script type="application/ld+json">')[2].partition("</script>")[0])
    names = {file.name for release in publication.releases for file in release.files}
    assert {each["contentUrl"] for each in linked["distribution"]} == names
    assert linked["temporalCoverage"] == "2024-01/2024-03"
    assert linked["license"] == publication.licence_url
    catalogue = json.loads((place.public / "catalogue.jsonld").read_bytes())
    distributions = catalogue["dcat:dataset"][0]["dcat:distribution"]
    assert {each["dcat:downloadURL"]["@id"] for each in distributions} == {f"street-crime/{name}" for name in names}
    assert all(each["dct:license"]["@id"] == publication.licence_url for each in distributions)
