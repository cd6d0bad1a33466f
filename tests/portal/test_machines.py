"""What other programs read of the whole catalogue, with every declared dataset, by the standards' own checks."""

from __future__ import annotations

import csv
import json
import re
import shutil
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import duckdb
import pyshacl
import pytest
from csvw import CSVW
from rdflib import URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, DCTERMS, RDF

from pipeline.datasets import declared
from pipeline.model.periods import MONTH
from pipeline.publish.catalogue.ownership import MARKER
from tests.lib import ROOT
from tests.lib.linked import parsed
from tests.lib.product import Product, contents, read_csv, tree
from tests.lib.small_tree import AS_OF, small_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rdflib import Graph

SHAPES = Path(__file__).parents[1] / "unit" / "metadata" / "dcat-ap"

SITE = "https://data.example.org/police/"
ATOM, MAP = "{http://www.w3.org/2005/Atom}", "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Product:
    made = small_tree(tmp_path_factory.mktemp("machines"), declared(), made=True)
    made.run("--as-of", AS_OF, "publish", "--quiet", status=0)
    return made


def graph(product: Product, name: str = "catalogue.jsonld") -> Graph:
    return parsed(product.published / name)


def violations(found: Graph, shapes: str) -> str:
    """Return what a validator finds wrong, "" where nothing is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the library's own parts
        right, _, said = pyshacl.validate(
            found,
            shacl_graph=str(SHAPES / f"dcat-ap-3.0.1-{shapes}.ttl"),
            do_owl_imports=False,
            inference="none",
            advanced=True,
        )
    return "" if right else said


def test_the_catalogue_lists_every_dataset_and_what_is_held_without_a_file(product: Product) -> None:
    found = graph(product)
    assert len({*found.subjects(DCAT.distribution)}) == len(declared())
    (month,) = product.state("inventory")["months"]
    held = {row["title"]: row for row in product.csv("inventory", month) if row["status"] != "Published"}
    bare = {*found.subjects(RDF.type, DCAT.Dataset)} - {*found.subjects(DCAT.distribution)}
    titles = {str(found.value(each, DCTERMS.title)): str(found.value(each, DCTERMS.description)) for each in bare}
    assert titles.keys() == held.keys()
    for title, said in titles.items():
        row = held[title]
        assert row["status"] in said
        assert row["reasons"] in said
        assert MONTH.said(row["planned_for"]) in said
    assert titles["Custody records"] == ("Held and not published: Personal data; Identity of victims protected by law.")
    page = (product.published / "about" / "inventory.html").read_text(encoding="utf-8")
    for each in bare:
        assert f'id="{str(each).partition("#")[2]}"' in page
        assert found.value(each, DCAT.contactPoint)


def test_the_page_of_the_inventory_lists_what_the_dataset_does(product: Product) -> None:
    (month,) = product.state("inventory")["months"]
    rows = [{**row, "snapshot": ""} for row in product.csv("inventory", month)]
    on_page = [{"snapshot": "", **row} for row in read_csv(product.published / "about" / "inventory.csv")]
    own = {"inventory", "inventory-exceptions"}
    assert [row for row in on_page if row["dataset"] not in own] == sorted(
        (row for row in rows if row["dataset"] not in own), key=lambda row: row["title"].casefold()
    )


@pytest.mark.parametrize("shapes", ["shapes", "range"])
@pytest.mark.parametrize("file", ["catalogue.jsonld", "catalogue.ttl"])
def test_the_catalogue_violates_no_shape_of_dcat_ap(product: Product, file: str, shapes: str) -> None:
    assert violations(graph(product, file), shapes) == ""


@pytest.mark.parametrize(
    ("shapes", "subject", "lost"),
    [("shapes", DCAT.Dataset, DCTERMS.title), ("range", DCTERMS.LicenseDocument, RDF.type)],
)
def test_the_shapes_find_what_is_lost(product: Product, shapes: str, subject: URIRef, lost: URIRef) -> None:
    found = graph(product)
    for each in [*found.subjects(RDF.type, subject)]:
        found.remove((each, lost, None))
    assert violations(found, shapes)


def test_turtle_and_json_ld_are_the_same_graph(product: Product) -> None:
    assert isomorphic(graph(product), graph(product, "catalogue.ttl"))


@pytest.mark.parametrize("name", [*declared()])
def test_every_csv_file_is_as_its_description_says(product: Product, name: str) -> None:
    folder = product.published / name
    assert found_wrong(folder) == []
    described = json.loads((folder / "csv-metadata.json").read_bytes())
    tables = {each["url"]: each["tableSchema"]["columns"] for each in described["tables"]}
    assert {path for path in tables if "/" not in path} == {path.name for path in folder.glob(f"{name}-*.csv")}
    for path, columns in tables.items():  # the validator does not look at the header
        with (folder / path).open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        assert [each["titles"] for each in columns] == header
        assert [unquote(each["name"]) for each in columns] == header


@pytest.mark.parametrize(
    ("before", "after"),
    [("2024-02-", "2024-13-"), (",true,", ",yes,"), ("Beat meeting", "Nothing listed"), ("\n", "\n,\n")],
)
def test_the_validator_finds_what_is_not_as_described(
    product: Product, tmp_path: Path, before: str, after: str
) -> None:
    folder = shutil.copytree(product.published / "engagement-events", tmp_path / "copy")
    path = folder / "engagement-events-2024-02.csv"
    text = path.read_text(encoding="utf-8")
    header, rows = text.partition("\n")[0], text.partition("\n")[2]
    assert before in rows
    path.write_text(f"{header}\n{rows.replace(before, after, 1)}", encoding="utf-8")
    assert found_wrong(folder)


def found_wrong(folder: Path) -> list[str]:
    """Return what a validator of CSV on the Web finds wrong with the files of a dataset."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")  # they are what it finds
        try:
            described = CSVW(str(folder / "csv-metadata.json"), validate=True)
            return [] if described.is_valid else [str(each.message) for each in described.warnings]
        except ValueError as error:
            return [str(error)]


def test_a_withdrawn_month_is_no_table(product: Product, tmp_path: Path) -> None:
    fewer = Product._copied(product.folder, tmp_path)
    for path in (fewer.crimes("2024-01"), fewer.incidents("2024-01")):
        fewer.decide("forget", path.relative_to(fewer.raw).as_posix())
    fewer.run("--as-of", AS_OF, "publish", "--quiet", "street-crime", status=5)
    fewer.decide("approve", "street-crime", "2024-01", "--finding", "withdrawn")
    fewer.run("--as-of", AS_OF, "publish", "--quiet", "street-crime", status=0)
    described = json.loads((fewer.published / "street-crime" / "csv-metadata.json").read_bytes())
    assert {"street-crime-2024-01.csv"} < {path.name for path in (fewer.published / "street-crime").glob("*.csv")}
    assert [each["url"] for each in described["tables"]][:1] == ["street-crime-2024-02.csv"]
    assert found_wrong(fewer.published / "street-crime") == []


def test_the_guide_to_the_files_gives_the_same_answer_in_each_language(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(product.published)
    guide = (ROOT / "docs" / "use-the-files.md").read_text(encoding="utf-8")
    blocks = {kind: re.findall(rf"```{kind}\n(.*?)```", guide, re.DOTALL) for kind in ("sql", "python")}
    assert [len(each) for each in blocks.values()] == [2, 2]
    answers = []
    for block in blocks["sql"]:
        with duckdb.connect() as database:
            answers.append(database.execute(block).fetchall())
    for block in blocks["python"]:
        names: dict[str, Any] = {}
        exec(block, names)  # noqa: S102 - the page's own lines
        answers.append([*names["answer"].items()])
    assert {len(each) for each in answers} == {len(answers[0])} != {0}
    assert all(dict(each) == dict(answers[0]) for each in answers)
    assert len({tuple(pounds for _, pounds in each) for each in answers}) == 1


def test_the_guide_names_the_columns_of_the_map(product: Product) -> None:
    shapes = json.loads((product.published / "neighbourhoods" / "neighbourhoods-all.geojson").read_bytes())
    assert all("neighbourhood_code" in each["properties"] for each in shapes["features"])
    months = product.csv("street-crime", "2024-01")
    assert {"Longitude", "Latitude"} <= months[0].keys()


@pytest.fixture(scope="module")
def served(product: Product, tmp_path_factory: pytest.TempPathFactory) -> Product:
    """Return the same product after its settings were told where it is served."""
    folder = tmp_path_factory.mktemp("served")
    copied = Product._copied(product.folder, folder)
    at(copied, f'url = "{SITE.rstrip("/")}"')
    return copied


def at(product: Product, line: str) -> None:
    """Publish with another ``line`` about the site; no dataset is built."""
    text = product.settings.read_text(encoding="utf-8").partition("\n[site]\n")[0]
    product.settings.write_text(f"{text}\n[site]\n{line}\n", encoding="utf-8")
    assert product.publish(PIPELINE_AS_OF=AS_OF) == {}


def addresses(served: Product) -> Iterator[str]:
    """Yield every address below the site that is told to machines."""
    catalogue = parsed(served.published / "catalogue.ttl", "https://wrong.example/")
    yield from (str(each) for each in {*catalogue.subjects(), *catalogue.objects()} if isinstance(each, URIRef))
    feed = ET.parse(served.published / "feeds" / "releases.atom")  # noqa: S314 - ours
    yield from (each.attrib["href"] for each in feed.iter(f"{ATOM}link"))
    for name in declared():
        facts = schema_org(served, name)
        yield from (facts["@id"], facts["url"], facts["isPartOf"]["url"], facts["identifier"])
        yield from (each["contentUrl"] for each in facts["distribution"])
        package = json.loads((served.published / name / "datapackage.json").read_bytes())
        yield from (package["id"], package["homepage"], *(each["url"] for each in package["resources"]))
    yield from lastmod(served)


def schema_org(product: Product, name: str) -> dict[str, Any]:
    page = (product.published / name / "index.html").read_text(encoding="utf-8")
    text = page.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    facts: dict[str, Any] = json.loads(text)
    return facts


def lastmod(product: Product) -> dict[str, str]:
    """Return the day of each page in the sitemap, "" where it has none."""
    found = ET.parse(product.published / "sitemap.xml").getroot()  # noqa: S314 - ours
    return {each.findtext(f"{MAP}loc", ""): each.findtext(f"{MAP}lastmod", "") for each in found}


def test_every_address_is_whole_and_leads_to_a_file(served: Product) -> None:
    found = {*addresses(served)}
    assert not [each for each in found if "wrong.example" in each or "://" not in each.replace("mailto:", "://")]
    ours = [each.removeprefix(SITE).partition("#")[0] for each in found if each.startswith("https://data.example.org")]
    assert len(ours) > 100
    assert [each for each in ours if "//" in each or not (served.published / unquote(each)).exists()] == []


def test_the_sitemap_lists_every_page_but_those_of_single_payees(served: Product) -> None:
    pages = {path.relative_to(served.published).as_posix() for path in served.published.rglob("*.html")}
    days = lastmod(served)
    listed = {unquote(each.removeprefix(SITE)) for each in days}
    assert pages - listed == {page for page in pages if page.startswith("money/payees/")} != set()
    assert listed <= pages
    undated = {each.removeprefix(SITE) for each, day in days.items() if not day}
    assert {"about/accessibility.html"} <= undated
    folders = {"index.html", "search.html", "changes", "themes", "places", "sheets", "money", *declared()}
    assert not {each.partition("/")[0] for each in undated} & folders
    assert days[f"{SITE}street-crime/index.html"] == AS_OF


def test_where_it_is_served_changes_pages_and_metadata_only(product: Product, served: Product) -> None:
    before, after = contents(product.published), contents(served.published)
    changed = {name for name in after if after[name] != before.get(name)}
    kinds = {name.rpartition("/")[2] for name in changed} - {MARKER}
    assert kinds == {
        *("index.html", "datapackage.json", "catalogue.jsonld", "catalogue.ttl"),
        *("releases.atom", "sitemap.xml"),
    }
    assert not [name for name in changed if name.startswith(("money/", "places/", "changes/"))]


def test_an_address_with_a_stroke_at_its_end_is_the_same(served: Product, tmp_path: Path) -> None:
    again = Product._copied(served.folder, tmp_path)
    before = tree(again.published)
    at(again, f'url = "{SITE}"')
    assert tree(again.published) == before


def test_without_an_address_everything_is_as_before(product: Product, served: Product, tmp_path: Path) -> None:
    again = Product._copied(served.folder, tmp_path)
    at(again, "")
    assert contents(again.published) == contents(product.published)


def test_a_sitemap_of_somebody_else_stays_theirs(product: Product, tmp_path: Path) -> None:
    again = Product._copied(product.folder, tmp_path)
    (again.published / "sitemap.xml").write_text("mine", encoding="utf-8")
    said = again.run("--as-of", AS_OF, "publish", "--quiet")
    assert "foreign-files" in said.text
    assert (again.published / "sitemap.xml").read_text(encoding="utf-8") == "mine"


def test_search_engines_are_told_what_a_dataset_is(product: Product, served: Product) -> None:
    for each in (product, served):
        facts = schema_org(each, "street-crime")
        assert facts["isAccessibleForFree"] is True
        assert facts["temporalCoverage"] == "2024-01/2024-02"
        assert facts["spatialCoverage"]["name"]
        assert facts["license"].startswith("https://www.nationalarchives.gov.uk/")
        assert facts["isPartOf"]["@type"] == "DataCatalog"
        assert {file["encodingFormat"] for file in facts["distribution"]} == {
            "text/csv",
            "application/vnd.apache.parquet",
            "application/zip",
        }
    facts = schema_org(product, "street-crime")
    assert (facts["url"], facts["isPartOf"]["url"]) == ("index.html", "../index.html")
    assert "sitemap.xml" not in contents(product.published)
