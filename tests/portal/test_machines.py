"""What other programs read of the whole catalogue, with every declared dataset, by the standards' own checks."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pyshacl
import pytest
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, DCTERMS, RDF

from pipeline.datasets import declared
from tests.lib.linked import parsed
from tests.lib.small_tree import AS_OF, small_tree

if TYPE_CHECKING:
    from rdflib import Graph, URIRef

    from tests.lib.product import Product

SHAPES = Path(__file__).parents[1] / "unit" / "metadata" / "dcat-ap"


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


def test_the_catalogue_lists_every_dataset(product: Product) -> None:
    assert len([*graph(product).subjects(RDF.type, DCAT.Dataset)]) == len(declared())


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
