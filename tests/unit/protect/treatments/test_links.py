"""An address is published when its host is listed and nothing in it could open anything."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest

from pipeline.datasets import declared
from pipeline.protect.treatments import Codes, Link
from pipeline.protect.treatments.listed import LinkOptions
from tests.lib.received import Received

CONTEXT = Received(dataset=declared()["inventory"], files={}).context("2024-03")
LISTED = replace(CONTEXT, options={LinkOptions: LinkOptions(link_hosts=("www.example.org",))})
ADDRESS = Link("web_address").bind("Web Address")
REASONS = Codes("reasons", "withheld-reason").bind("Reasons")


def shown(address: str | None) -> tuple[str | None, bool]:
    made = ADDRESS.apply({"Web Address": pa.array([address], pa.string())}, LISTED)
    assert made.problems == ()
    return made.columns["web_address"].to_pylist()[0], bool(made.quality["links_withheld"][0])


@pytest.mark.parametrize(
    "address", ["https://www.example.org", "https://www.example.org/", "https://www.example.org/a%20b/c.csv"]
)
def test_an_address_of_a_listed_host_is_shown(address: str) -> None:
    assert shown(address) == (address, False)


@pytest.mark.parametrize(
    "address",
    [
        *("http://www.example.org/", "https://example.org/", "https://www.example.org.elsewhere.example/"),
        *("https://www.example.org:8443/", "https://me:secret@www.example.org/", "https://WWW.example.org/"),
        *("https://www.example.org/a?key=1", "https://www.example.org/#part", "see https://www.example.org/"),
    ],
)
def test_any_other_address_is_left_blank_and_counted(address: str) -> None:
    assert shown(address) == (None, True)


def test_no_address_is_none_that_was_left_blank() -> None:
    assert shown(None) == (None, False)


def test_without_a_list_of_hosts_no_address_is_shown() -> None:
    bare = replace(CONTEXT, options={LinkOptions: LinkOptions()})
    made = ADDRESS.apply({"Web Address": pa.array(["https://www.example.org/"])}, bare)
    assert made.columns["web_address"].to_pylist() == [None]


@pytest.mark.parametrize(
    ("cell", "published"),
    [
        ("personal", "Personal data"),
        ("safety; personal;safety", "Personal data; Safety of people"),
        ("safety;because", None),
        ("safety;", None),
        ("Personal data", None),
    ],
)
def test_codes_are_published_as_labels_once_each_in_the_order_of_their_list(cell: str, published: str | None) -> None:
    made = REASONS.apply({"Reasons": pa.array([cell])}, CONTEXT)
    assert made.columns["reasons"].to_pylist() == [published]
    assert [each.code for each in made.problems] == ["unknown-code"] * (published is None)
