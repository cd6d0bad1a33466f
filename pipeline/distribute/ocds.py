"""Release packages of the Open Contracting Data Standard 1.1, one release for each contract."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, ClassVar

from pipeline.distribute.json_file import JsonFile
from pipeline.model.distribution import FileFormat

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from pipeline.model.distribution import Particulars

    Row = Mapping[str, Any]

_STANDARD = "https://standard.open-contracting.org/1.1/en/"
#: The register of companies, as the list of organisation identifiers calls it (org-id.guide).
_COMPANIES = "GB-COH"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractingPackage(JsonFile):
    """The contracts of a register as a release package, where the settings have the registered prefix.

    ``settings`` is their class: its `ocid_prefix` is "" where none was registered, and packages stand below its
    `package_base`.  Suppliers that are not named are left out, and so is whatever is blank.
    """

    settings: type[Any]

    format: ClassVar[FileFormat] = FileFormat(
        "ocds.json",
        "OCDS",
        "application/json",
        _STANDARD,
        use="For programs that read the Open Contracting Data Standard.",
    )

    @property
    def options(self) -> tuple[type[Any], ...]:  # type: ignore[override] # the settings that this one is told
        """The settings of contracts."""
        return (self.settings,)

    def is_made(self, options: Mapping[type[Any], Any]) -> bool:
        """Return whether the prefix is there without which a contract has no identifier."""
        return bool(options[self.settings].ocid_prefix)

    def document(self, rows: pa.Table, particulars: Particulars) -> Mapping[str, Any]:
        """Return the package; contracts stand by reference, suppliers in the order of their rows."""
        options = particulars.options[self.settings]
        urn = f"urn:ocds-package:{options.ocid_prefix}:{particulars.period}"
        contracts = sorted(rows.to_pylist(), key=lambda row: row["contract_reference"])
        releases = groupby(contracts, lambda row: row["contract_reference"])
        return {
            "uri": options.package_base + particulars.name if options.package_base else urn,
            "version": "1.1",
            "publishedDate": _moment(f"{particulars.period}-01"),
            "publisher": {"name": particulars.publisher},
            "license": particulars.licence_url,
            "releases": [_release([*of_one], particulars) for _, of_one in releases],
        }


def _release(rows: Sequence[Row], particulars: Particulars) -> dict[str, Any]:
    """Return the release of one contract, whose rows differ in their suppliers."""
    row = rows[0]
    reference, name = row["contract_reference"], row["body"]
    # an earlier snapshot names a body as it was called then
    code = next((code for code, label in particulars.bodies.items() if label == name), _slug(name))
    buyer = {"id": f"body-{code.lower()}", "name": name}
    suppliers = _suppliers(rows)
    title, description, procedure = (
        next((row[column] for row in rows if row[column]), None) for column in ("title", "description", "procedure")
    )
    value = None if row["total_value"] is None else {"amount": float(row["total_value"]), "currency": "GBP"}
    status = particulars.codelists.read("contract-status").mapping("label", "ocds_status").get(row["status"])
    methods = particulars.codelists.read("contract-procedure").mapping("label", "ocds_method")
    award = {
        "id": f"{reference}-award",
        "title": title,
        "status": "cancelled" if status == "cancelled" else "active",
        "value": value,
        "suppliers": [{"id": each["id"], "name": each["name"]} for each in suppliers.values()],
    }
    contract = {
        "id": reference,
        "awardID": award["id"],
        "title": title,
        "description": description,
        "status": status,
        "period": _filled(
            {
                "startDate": _moment(row["start_date"]),
                "endDate": _moment(row["end_date"]),
                "maxExtentDate": _moment(row["extension_end"]),
            }
        ),
        "value": value,
    }
    tender = {"id": reference, "procurementMethod": methods.get(procedure or ""), "procurementMethodDetails": procedure}
    return {
        "ocid": row["ocid"],
        "id": f"{row['ocid']}-{particulars.period}",
        "date": _moment(f"{particulars.period}-01"),
        "tag": ["contract"],
        "initiationType": "tender",
        "language": "en",
        "parties": [{**buyer, "roles": ["buyer"]}, *suppliers.values()],
        "buyer": buyer,
        "tender": _filled(tender),
        "awards": [_filled(award)],
        "contracts": [_filled(contract)],
    }


def _supplier(row: Row) -> dict[str, Any]:
    """Return a supplier who is named, else nothing."""
    name, number = row["supplier_name"], row["company_number"]
    if not name or row["redaction"]:
        return {}
    identifier = {"scheme": _COMPANIES, "id": number, "legalName": name} if number else None
    details = {"scale": "sme" if row["is_sme"] else None, "vcse": True if row["is_vcse"] else None}
    party = {
        "id": f"{_COMPANIES}-{number}" if number else f"name-{_slug(name)}",
        "name": name,
        "identifier": identifier,
        "roles": ["supplier"],
        "details": _filled(details),
    }
    return _filled(party)


def _suppliers(rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """Return the suppliers who are named, by identifier; two whose names only other signs tell apart stay two."""
    found: dict[str, dict[str, Any]] = {}
    for party in filter(None, map(_supplier, rows)):
        if found.get(party["id"], party)["name"] != party["name"]:
            party["id"] += f"-{hashlib.sha256(party['name'].encode()).hexdigest()[:8]}"
        found[party["id"]] = party
    return found


def _slug(name: str) -> str:
    """Return a name in small letters and digits, with hyphens for all else."""
    slug = re.sub(r"[^a-z0-9]+", "-", " ".join(name.split()).casefold()).strip("-")
    return slug or hashlib.sha256(name.encode()).hexdigest()[:8]


def _moment(day: object) -> str | None:
    return f"{day}T00:00:00Z" if day else None


def _filled(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts without what is blank."""
    return {name: fact for name, fact in facts.items() if fact not in (None, "", [], {})}
