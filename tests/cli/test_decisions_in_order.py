"""What was decided last counts, what was decided once serves once, and a rule that changes is asked of every file."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.lib.little_force import (
    FEB,
    JAN,
    SPEND,
    STREET,
    TYPES,
    call,
    crime,
    incident,
    pay,
    public,
    publish,
    record,
)

if TYPE_CHECKING:
    from tests.lib.product import Product


def named(force: Product) -> list[str]:
    return [row["supplier_name"] for row in force.csv(SPEND, JAN)]


def test_what_was_approved_and_then_rejected_does_not_go_out(force: Product) -> None:
    record(force, JAN, crime(JAN, 50, restricted="Y"))
    publish(force, STREET)
    record(force, JAN, crime(JAN, 50))
    publish(force, STREET, "2024-04-02", status=5)
    force.decide("approve", STREET, "--all")
    force.decide("reject", STREET, "--all")
    publish(force, STREET, "2024-04-03")
    assert public(force, JAN, "Shoplifting") == 3
    force.decide("approve", STREET, JAN)
    publish(force, STREET, "2024-04-04")
    assert public(force, JAN, "Shoplifting") == 4


def test_a_protection_that_is_taken_back_twice_is_asked_about_twice(force: Product) -> None:
    pay(force, JAN, {"Supplier No": "S1", "Supplier Name": "Robin Safehouse", "Supplier Type": "ORG"})
    types = force.reference / "supplier-types.csv"
    for _ in range(2):
        types.write_text(f"{TYPES}S1,IND\n", encoding="utf-8")
        publish(force, SPEND)
        assert "Robin Safehouse" not in named(force)
        types.write_text(f"{TYPES}S1,ORG\n", encoding="utf-8")
        publish(force, SPEND, status=5)
        assert "Robin Safehouse" not in named(force)
        force.decide("approve", SPEND, "--all")
        publish(force, SPEND)
        assert "Robin Safehouse" in named(force)


def test_an_incident_stays_one_when_the_setting_of_its_key_changes(force: Product) -> None:
    night = incident(JAN, 99, received_at="2024-01-31 23:50")
    call(force, JAN, night)
    call(force, FEB, night)
    publish(force, STREET)
    assert public(force, JAN, "Anti") == 4
    text = force.settings.read_text(encoding="utf-8")
    force.settings.write_text(text.replace('incident_key = ["number"]', 'incident_key = ["number", "day"]'), "utf-8")
    publish(force, STREET, "2024-04-02")
    assert public(force, JAN, "Anti") == 4


def test_an_older_backup_of_the_private_memory_is_not_taken_for_the_memory(force: Product) -> None:
    publish(force, STREET)
    backup = force.folder / "backup"
    shutil.copytree(force.private, backup)
    record(force, JAN, crime(JAN, 50, restricted="Y"), crime(JAN, 51))
    publish(force, STREET, "2024-04-02")
    shutil.rmtree(force.private)
    backup.rename(force.private)
    record(force, JAN, crime(JAN, 50), crime(JAN, 51), crime(JAN, 52))
    said = publish(force, STREET, "2024-04-03", status=8)
    assert "memory-lost" in said.text
    assert force.run("recover").status == 0
    publish(force, STREET, "2024-04-03", status=5)
    assert public(force, JAN, "Shoplifting") == 4


@pytest.mark.parametrize("harm", ["", "{}", "[" * 100_000, '{"resources": null}'])
def test_public_months_without_their_data_package_are_no_blank_sheet(force: Product, harm: str) -> None:
    publish(force, STREET)
    package = force.published / STREET / "datapackage.json"
    package.unlink()
    if harm:
        package.write_text(harm, encoding="utf-8")
    (force.private / "state" / f"{STREET}.json").unlink()
    assert "memory-lost" in publish(force, STREET, "2024-04-02", status=8).text
    said = force.run("recover", status=8)
    assert "restore that file" in said.text


@pytest.mark.parametrize("name", ["J Zzquill", "A. B. Qvist", "Zzquill"])
def test_a_cost_centre_or_an_account_that_is_a_redacted_name_is_blank(force: Product, name: str) -> None:
    pay(
        force,
        JAN,
        {"Supplier No": "S1", "Supplier Name": name, "Supplier Type": "PROT"},
        {"Supplier No": "S2", "Cost Centre Name": name, "Account Name": name.upper()},
    )
    publish(force, SPEND)
    text = (force.published / SPEND / f"{SPEND}-{JAN}.csv").read_text(encoding="utf-8")
    assert name.casefold() not in text.casefold()
    assert len(force.csv(SPEND, JAN)) == 3
