"""Release packages of contracts: what the Open Contracting Data Standard 1.1 asks of the members that are used."""

from __future__ import annotations

import datetime as dt
import json
import re
from decimal import Decimal
from typing import Any

import pyarrow as pa

from pipeline.codelists import CODELISTS, CodeLists
from pipeline.distribute.ocds import ContractingPackage
from pipeline.extract.reference import References
from pipeline.model.distribution import Particulars
from pipeline.protect.treatments.numbers import ContractOptions

BODIES = {"OPCC": "Commissioner for Example", "FORCE": "Chief Constable of Example"}
FILE = ContractingPackage(settings=ContractOptions)
#: The closed code lists of the standard, and what each member must be (release schema 1.1.5).
METHODS, CONTRACTS = {"open", "selective", "limited", "direct"}, {"pending", "active", "cancelled", "terminated"}
MOMENT, OCID = re.compile(r"\d{4}-\d\d-\d\dT00:00:00Z"), re.compile(r"ocds-[a-z0-9]{6}-\S+")
LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
ROW: dict[str, Any] = {
    "snapshot": "2024-03",
    "contract_reference": "C-1",
    "ocid": "ocds-ab12cd-C-1",
    "body": BODIES["FORCE"],
    "title": "Locks",
    "description": None,
    "supplier_name": "Acme Locks Ltd",
    "company_number": "01234567",
    "is_sme": True,
    "is_vcse": False,
    "procedure": "Call-off from a framework",
    "start_date": dt.date(2023, 4, 1),
    "end_date": None,
    "extension_end": dt.date(2028, 3, 31),
    "review_date": None,
    "annual_value": None,
    "total_value": Decimal("10000.01"),
    "copy_required": True,
    "status": "Live",
    "redaction": None,
}


def particulars(**options: str) -> Particulars:
    return Particulars(
        name="contracts-2024-03.ocds.json",
        dataset="contracts",
        period="2024-03",
        title="Contracts",
        publisher="Example Police",
        force="example",
        force_name="Example Police",
        bodies=BODIES,
        licence_url=LICENCE,
        attribution="",
        sample=False,
        codelists=CodeLists(CODELISTS, {}),
        references=References({}),
        options={ContractOptions: ContractOptions(ocid_prefix="ocds-ab12cd", **options)},
    )


def package(*rows: dict[str, Any], **options: str) -> dict[str, Any]:
    table = pa.Table.from_pylist([{**ROW, **row} for row in rows])
    found: dict[str, Any] = json.loads(FILE.content(table, particulars(**options)))
    check(found)
    return found


def check(found: dict[str, Any]) -> None:
    """Hold a package to the schema: what must be there, what each member is, and nothing that is blank."""
    assert set(found) == {"uri", "version", "publishedDate", "publisher", "license", "releases"}
    assert found["version"] == "1.1"
    assert MOMENT.fullmatch(found["publishedDate"])
    for release in found["releases"]:
        assert OCID.fullmatch(release["ocid"])
        assert release["id"].startswith(release["ocid"])
        assert (release["tag"], release["initiationType"], release["language"]) == (["contract"], "tender", "en")
        ids = [party["id"] for party in release["parties"]]
        assert len(set(ids)) == len(ids)
        assert release["buyer"]["id"] in ids
        (award,), (contract,) = release["awards"], release["contracts"]
        assert {each["id"] for each in award.get("suppliers", [])} <= set(ids)
        assert award["status"] in {"active", "cancelled"}
        assert contract["status"] in CONTRACTS
        assert contract["awardID"] == award["id"]
        assert release["tender"].get("procurementMethod", "open") in METHODS
        assert all(map(MOMENT.fullmatch, (release["date"], *contract["period"].values())))
    assert not [each for each in every(found) if each in (None, "", [], {})]


def every(value: Any) -> list[Any]:  # noqa: ANN401 - whatever JSON holds
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value, *(each for one in inside for each in every(one))]


def test_a_contract_is_a_release_of_what_is_known_of_it() -> None:
    (release,) = package({})["releases"]
    acme = {"id": "GB-COH-01234567", "name": "Acme Locks Ltd"}
    value = {"amount": 10000.01, "currency": "GBP"}
    assert release == {
        "ocid": "ocds-ab12cd-C-1",
        "id": "ocds-ab12cd-C-1-2024-03",
        "date": "2024-03-01T00:00:00Z",
        "tag": ["contract"],
        "initiationType": "tender",
        "language": "en",
        "parties": [
            {"id": "body-force", "name": BODIES["FORCE"], "roles": ["buyer"]},
            {
                **acme,
                "identifier": {"scheme": "GB-COH", "id": "01234567", "legalName": "Acme Locks Ltd"},
                "roles": ["supplier"],
                "details": {"scale": "sme"},
            },
        ],
        "buyer": {"id": "body-force", "name": BODIES["FORCE"]},
        "tender": {
            "id": "C-1",
            "procurementMethod": "limited",
            "procurementMethodDetails": "Call-off from a framework",
        },
        "awards": [{"id": "C-1-award", "title": "Locks", "status": "active", "value": value, "suppliers": [acme]}],
        "contracts": [
            {
                "id": "C-1",
                "awardID": "C-1-award",
                "title": "Locks",
                "status": "active",
                "period": {"startDate": "2023-04-01T00:00:00Z", "maxExtentDate": "2028-03-31T00:00:00Z"},
                "value": value,
            }
        ],
    }


def test_the_package_says_whose_it_is_and_where_it_stands() -> None:
    found = package({})
    assert found["uri"] == "urn:ocds-package:ocds-ab12cd:2024-03"
    assert (found["publisher"], found["license"]) == ({"name": "Example Police"}, LICENCE)
    at = package({}, package_base="https://data.example.org/")["uri"]
    assert at == "https://data.example.org/contracts-2024-03.ocds.json"


def test_only_suppliers_who_are_named_are_there_each_once() -> None:
    found = package(
        {"supplier_name": "REDACTED OTHER", "redaction": "other", "title": None, "company_number": None},
        {"supplier_name": None, "title": None, "company_number": None},
        {"supplier_name": "  Ŵyn & Sons\u00a0(Leics) ", "company_number": None, "is_sme": None, "is_vcse": True},
        {},
        {"is_sme": None},
    )
    (release,) = found["releases"]
    assert [each["id"] for each in release["parties"]] == ["body-force", "name-yn-sons-leics", "GB-COH-01234567"]
    assert release["parties"][1]["details"] == {"vcse": True}
    assert [each["id"] for each in release["awards"][0]["suppliers"]] == ["name-yn-sons-leics", "GB-COH-01234567"]
    assert release["contracts"][0]["title"] == "Locks"


def test_suppliers_whom_only_signs_tell_apart_stay_two() -> None:
    names = ("A & B Ltd", "A-B Ltd", "東京株式会社", "Ελλάς")
    (release,) = package(*({**ROW, "supplier_name": name, "company_number": None} for name in names))["releases"]
    assert {party["name"] for party in release["parties"] if "supplier" in party["roles"]} == {*names}
    assert len({party["id"] for party in release["parties"]}) == len(names) + 1


def test_an_earlier_snapshot_may_name_a_body_as_it_was_called_then() -> None:
    (release,) = package({**ROW, "body": "Chief Officer of Example"})["releases"]
    assert release["buyer"]["name"] == "Chief Officer of Example"


def test_a_contract_without_a_named_supplier_is_there_without_suppliers() -> None:
    hidden = {"supplier_name": "REDACTED OTHER", "redaction": "other"}
    blank = dict.fromkeys(("title", "procedure", "total_value", "company_number", "extension_end"))
    (release,) = package({**hidden, **blank})["releases"]
    assert release["tender"] == {"id": "C-1"}
    assert release["awards"] == [{"id": "C-1-award", "status": "active"}]
    assert [each["roles"] for each in release["parties"]] == [["buyer"]]


def test_releases_stand_by_reference_and_a_cancelled_contract_has_a_cancelled_award() -> None:
    found = package(
        {"contract_reference": "C-2", "ocid": "ocds-ab12cd-C-2", "status": "Cancelled", "body": BODIES["OPCC"]},
        {"status": "Expired"},
    )
    assert [each["contracts"][0]["id"] for each in found["releases"]] == ["C-1", "C-2"]
    assert [each["contracts"][0]["status"] for each in found["releases"]] == ["terminated", "cancelled"]
    assert [each["awards"][0]["status"] for each in found["releases"]] == ["active", "cancelled"]
    assert [each["buyer"]["id"] for each in found["releases"]] == ["body-force", "body-opcc"]


def test_every_label_of_procedures_and_of_statuses_has_its_code() -> None:
    lists = CodeLists(CODELISTS, {})
    for procedure in lists.read("contract-procedure").values():
        for status in lists.read("contract-status").values():
            package({"procedure": procedure, "status": status})


def test_there_is_none_without_the_prefix_that_was_registered() -> None:
    assert FILE.is_made({ContractOptions: ContractOptions(ocid_prefix="ocds-ab12cd")})
    assert not FILE.is_made({ContractOptions: ContractOptions(package_base="https://data.example.org/")})
