"""Whom a protection reaches: however a key is written, whatever else is wrong with the row, and for how long."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.lib.little_force import (
    FEB,
    JAN,
    MAR,
    NAME,
    SPEND,
    STREET,
    TYPES,
    call,
    crime,
    incident,
    pay,
    payee,
    payees,
    public,
    publish,
    record,
)
from tests.lib.product import contents

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lib.little_force import Cell
    from tests.lib.product import Product

OTHER, PERSONAL = "REDACTED OTHER", "REDACTED PERSONAL DATA"


def listed(force: Product, text: str) -> Path:
    path = force.reference / "supplier-types.csv"
    path.write_text(text, encoding="utf-8")
    return path


# --- payees ----------------------------------------------------------------------------------------------------------


def test_a_payee_is_protected_however_its_number_is_written(force: Product) -> None:
    sound = ["s77001", "S 77001", "\uff3377001", "'S77001", "00S77001", "S77001.0"]
    damaged = ["S77001\u200b", "\tS77001", "S77001\n"]
    pay(force, JAN, payee("S77001", "PROT"), payee("0020003", "IND", "Wren Exampleson"))
    others = [payee(each, name=f"Robin {place} Ltd") for place, each in enumerate([*sound, *damaged])]
    numbers = [payee(each, name=f"Wren {each} Ltd") for each in (20003, "20003", (20003, "0000000"), "0020003.0")]
    pay(force, FEB, *others, *numbers)
    said = publish(force, SPEND)
    assert payees(force, FEB) == [OTHER] * len(sound) + [PERSONAL] * len(numbers)
    assert force.accounts(SPEND, FEB)["damaged-key"] == len(damaged)
    assert "keys-written-differently: expenditure/ledger/2024-02.xlsx, rows 6, 7, 8" in said.out


def test_a_list_saved_by_a_spreadsheet_protects_as_before(force: Product) -> None:
    pay(force, JAN, payee("0020003", name="Wren Exampleson"), payee("0020004"))
    listed(force, f"{TYPES}0020003,IND\n0020004,PROT\n")
    publish(force, SPEND)
    assert payees(force, JAN) == [OTHER, PERSONAL]
    listed(force, f"{TYPES}20003,IND\n'20004.0,PROT\n")
    publish(force, SPEND, "2024-04-02")
    assert payees(force, JAN) == [OTHER, PERSONAL]


def test_lines_of_the_list_that_match_no_payee_are_said_in_every_run(force: Product) -> None:
    listed(force, f"{TYPES}S10001,ORG\nS404,PROT\nS405,IND\n")
    for day in ("2024-04-01", "2024-04-02"):
        said = publish(force, SPEND, day)
        assert "reference/supplier-types.csv, rows 3, 4: no ledger ever held such a supplier number" in said.out


@pytest.mark.parametrize(
    "changed",
    [f"{TYPES}S2,IND\n", TYPES, f"{TYPES}S1,\nS2,IND\n", f"{TYPES},PROT\nS2,IND\n", f"{TYPES}S1,IND\nS2,IND\n", None],
    ids=["without its line", "header only", "without a type", "without a number", "less protected", "gone"],
)
def test_a_list_that_protects_less_waits_and_the_payee_stays_protected(force: Product, changed: str | None) -> None:
    lines = [payee("S1"), payee("S2", name="Wren Exampleson"), payee("S3", "", "Plain Firm Ltd")]
    for month in (JAN, FEB):
        pay(force, month, *lines)
    path = listed(force, f"{TYPES}S1,PROT\nS2,IND\nS3,ORG\n")
    publish(force, SPEND)
    before = ["Plain Firm Ltd", OTHER, PERSONAL]
    assert payees(force, JAN) == before
    path.unlink() if changed is None else path.write_text(f"{changed}S3,ORG\n", encoding="utf-8")
    pay(force, JAN, *lines, {})  # built again
    for day in ("2024-04-02", "2024-04-03"):
        said = publish(force, SPEND, day, status=5)
        assert "WAITS protection-weakened: 2024-01 to 2024-02" in said.out
        assert ("reference/supplier-types.csv is missing" in said.out) == (changed is None)
        assert payees(force, JAN) == payees(force, FEB) == before
    force.decide("approve", SPEND, "--all")
    publish(force, SPEND, "2024-04-04")
    assert payees(force, JAN) != before
    assert "Plain Firm Ltd" in payees(force, JAN)  # a list that has gone is no reason to publish less


@pytest.mark.parametrize("content", [b"", b"supplier_number,supplier_type\nS1,PR", b"\xff\xfeS\x001\x00"])
def test_a_damaged_list_stops_and_the_payee_stays_protected(force: Product, content: bytes) -> None:
    pay(force, JAN, payee("S1"))
    path = listed(force, f"{TYPES}S1,PROT\n")
    publish(force, SPEND)
    path.write_bytes(content)
    pay(force, JAN, payee("S1"), {})
    said = publish(force, SPEND, "2024-04-02", status=3)
    assert "STOPPED: bad-reference: reference/supplier-types.csv" in said.out
    assert payees(force, JAN) == [OTHER]


@pytest.mark.parametrize("kind", ["prot", "PR OT", "\uff30\uff32\uff2f\uff34", "PROT\u200b", "Ind", "XYZ", "#N/A"])
def test_a_type_that_is_none_never_loses_against_one_that_does_not_protect(force: Product, kind: str) -> None:
    pay(force, JAN, payee("S1", kind), payee("S1", "ORG"))
    pay(force, FEB, payee("S1", "ORG"))
    publish(force, SPEND)
    assert payees(force, JAN) == payees(force, FEB) == []
    assert force.accounts(SPEND, FEB)["payee-needs-review"] == 1


def test_a_protected_payee_that_comes_back_under_another_number_is_held(force: Product) -> None:
    pay(force, JAN, payee("S1", "PROT"))
    publish(force, SPEND)
    pay(force, JAN, payee("S2", "ORG"))  # the ledger is corrected: nobody is protected by a number any more
    pay(force, FEB, payee("S3", "SOLE", "ROBIN  SAFEHOUSE."))
    for day in ("2024-04-02", "2024-04-03"):
        said = publish(force, SPEND, day, status=5)
        assert "WAITS protection-weakened" in said.out
        assert payees(force, JAN) == payees(force, FEB) == []
    force.decide("approve", SPEND, "--all")
    publish(force, SPEND, "2024-04-04")
    assert payees(force, JAN) == [NAME]


def test_a_line_of_the_list_settles_a_name_beside_a_protected_one_only_with_an_approval(force: Product) -> None:
    pay(force, JAN, payee("S1", "PROT"), payee("S2"))
    publish(force, SPEND)
    listed(force, f"{TYPES}S2,ORG\n")
    assert "WAITS name-also-protected" in publish(force, SPEND, "2024-04-02", status=5).out
    assert payees(force, JAN) == [OTHER]
    force.decide("approve", SPEND, "--all")
    publish(force, SPEND, "2024-04-03")
    assert payees(force, JAN) == [OTHER, NAME]


@pytest.mark.parametrize(
    "cells",
    [
        {"Net_Amount": "0.01"},
        {"Account_Code": "10000"},
        {"Payment_Date": "no day"},
        {"Body": ""},
        {"Transaction_No": ""},
    ],
)
def test_a_line_that_is_not_published_protects_its_payee_also_when_its_ledger_has_gone(
    force: Product, cells: dict[str, str]
) -> None:
    pay(force, JAN, payee("S1", "PROT", **cells))
    pay(force, FEB, payee("S1"))
    publish(force, SPEND)
    assert (payees(force, JAN), payees(force, FEB)) == ([], [OTHER])
    force.ledger(JAN).unlink()
    pay(force, FEB, payee("S1"), {})
    publish(force, SPEND, "2024-04-02")
    assert payees(force, FEB) == [OTHER]


def test_a_payee_protected_by_name_alone_leaves_a_month_whose_ledger_has_gone(force: Product) -> None:
    pay(force, JAN, payee("S1"))
    publish(force, SPEND)
    assert payees(force, JAN) == [NAME]
    force.ledger(JAN).unlink()
    pay(force, FEB, payee("", "PROT", "ROBIN SAFEHOUSE"))
    publish(force, SPEND, "2024-04-02")
    assert payees(force, JAN) == []
    assert force.accounts(SPEND, JAN) == {"payee-needs-review": 1, "published": 1}


# --- excluded accounts -----------------------------------------------------------------------------------------------

ACCOUNTS = "prefix,code,reason\n990,excluded-tax,Tax\n"


def own_accounts(force: Product) -> Path:
    path = force.reference / "our-accounts.csv"
    path.write_text(f"{ACCOUNTS}100,excluded-pay,Pay\n", encoding="utf-8")
    text = force.settings.read_text(encoding="utf-8")
    before = '# excluded_accounts = "our-excluded-accounts.csv"'
    assert before in text
    force.settings.write_text(text.replace(before, 'excluded_accounts = "data/reference/our-accounts.csv"'), "utf-8")
    return path


def test_an_account_taken_from_the_list_of_excluded_ones_stays_excluded_until_somebody_decides(force: Product) -> None:
    path = own_accounts(force)
    pay(force, JAN, payee("S1", name="Pay Ltd", Account_Code="10000"))
    publish(force, SPEND)
    for text in (ACCOUNTS, f"{ACCOUNTS}10001,excluded-pay,Pay\n"):  # gone, and shorter
        path.write_text(text, encoding="utf-8")
        said = publish(force, SPEND, "2024-04-02", status=5)
        assert "1 of the excluded accounts would be less protected than in what is public" in said.out
        assert payees(force, JAN) == []
    path.write_text(ACCOUNTS, encoding="utf-8")
    publish(force, SPEND, "2024-04-03", status=5)
    force.decide("approve", SPEND, "--all")
    publish(force, SPEND, "2024-04-04")
    assert payees(force, JAN) == ["Pay Ltd"]


def test_a_beginning_that_a_shorter_one_covers_is_no_weaker_without_its_line(force: Product) -> None:
    path = own_accounts(force)
    whole = path.read_text(encoding="utf-8")
    path.write_text(f"{whole}10001,excluded-pay,Pay\n", encoding="utf-8")
    publish(force, SPEND)
    path.write_text(whole, encoding="utf-8")
    publish(force, SPEND, "2024-04-02")


@pytest.mark.parametrize("account", ["010000", "10 000", "\uff11\uff10000", "'10000", (10000, "0000000")])
def test_an_account_that_is_an_excluded_one_but_for_its_writing_waits_for_review(force: Product, account: Cell) -> None:
    pay(force, JAN, payee("S1", name="Pay Ltd") | {"Account Code": account})
    assert "WAITS account-by-folding: 2024-01" in publish(force, SPEND, status=5).out
    assert force.accounts(SPEND, JAN)["account-needs-review"] == 1
    assert payees(force, JAN) == []
    force.decide("approve", SPEND, "--all")
    publish(force, SPEND, "2024-04-02")
    assert payees(force, JAN) == ["Pay Ltd"]


# --- restricted records ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["Y", "yes", "", "Y\u200b", "\uff39", "n"])
def test_a_mark_that_is_not_n_keeps_its_record_back_from_a_later_file(force: Product, mark: str) -> None:
    publish(force, STREET)
    assert (public(force, JAN, "Shoplifting"), public(force, JAN, "Anti")) == (3, 3)
    record(force, FEB, crime(JAN, 1, crime_reference="24*0100001\u200b", restricted=mark))
    call(force, FEB, incident(JAN, 1, incident_number="i01 -1", restricted=mark))
    publish(force, STREET, "2024-04-02")
    assert (public(force, JAN, "Shoplifting"), public(force, JAN, "Anti")) == (2, 2)


def test_what_a_file_restricted_stays_restricted_when_the_file_is_taken_back_or_rejected(force: Product) -> None:
    publish(force, STREET)
    record(force, MAR, crime(JAN, 1, restricted="Y"))
    call(force, MAR, incident(JAN, 1, restricted="Y"))
    publish(force, STREET, "2024-04-02")
    for folder in ("recorded-crime", "asb-incidents"):
        force.decide("forget", f"crime/{folder}/{MAR}.csv")
    record(force, JAN, good=4)  # built again
    publish(force, STREET, "2024-04-03", status=5)  # the month that was taken back waits to be withdrawn
    assert (public(force, JAN, "Shoplifting"), public(force, JAN, "Anti")) == (3, 2)
    for kind in (force.crimes, force.incidents):
        kind(MAR).unlink()
    force.decide("approve", STREET, MAR)
    said = publish(force, STREET, "2024-04-04", status=5)  # what it protected is asked about
    assert "WAITS protection-weakened" in said.text
    assert (public(force, JAN, "Shoplifting"), public(force, JAN, "Anti")) == (3, 2)


def test_an_incident_leaves_a_month_whose_extracts_have_gone(force: Product) -> None:
    publish(force, STREET)
    for kind in (force.crimes, force.incidents):
        kind(JAN).unlink()
    call(force, FEB, incident(JAN, 1, restricted="Y", incident_number="I01 - 1"))
    publish(force, STREET, "2024-04-02")
    assert (public(force, JAN, "Shoplifting"), public(force, JAN, "Anti")) == (3, 2)
    said = force.run("accounts", STREET, "--month", JAN, "--json")
    kept = {(each["feed"], each["reason"]): each["rows"] for each in json.loads(said.out)["reasons"]}
    assert kept[("asb-incidents", "restricted")] == 1
    assert kept[("recorded-crime", "published")] == 3


@pytest.mark.parametrize("harm", ["cut", "NUL", "empty"])
def test_a_file_that_was_damaged_later_restricts_as_before(force: Product, harm: str) -> None:
    record(force, FEB, crime(JAN, 1, restricted="Y"))
    publish(force, STREET)
    assert public(force, JAN, "Shoplifting") == 2
    whole = force.crimes(FEB).read_bytes()
    force.crimes(FEB).write_bytes({"cut": whole[:-30], "NUL": b"\0" * 99, "empty": b""}[harm])
    record(force, JAN, good=4)
    publish(force, STREET, "2024-04-02", status=3)
    assert public(force, JAN, "Shoplifting") == 2


def test_a_restriction_in_a_file_that_stops_its_dataset_is_carried_out_at_once(force: Product) -> None:
    publish(force, STREET)
    bad = [crime(FEB, number, recorded_on="2024-13-01") for number in range(30)]
    record(force, FEB, *bad, crime(JAN, 1, restricted="Y", recorded_on="no day"))
    said = publish(force, STREET, "2024-04-02", status=3)
    assert "too-many-bad" in said.out
    assert public(force, JAN, "Shoplifting") == 2


# --- memory, day, decisions ------------------------------------------------------------------------------------------


def test_a_public_folder_without_its_memory_stops_the_run_until_it_is_recovered(force: Product) -> None:
    record(force, FEB, crime(JAN, 1, restricted="Y"))
    publish(force, STREET)
    force.crimes(FEB).unlink()  # the memory alone knows of the restriction now
    files = contents(force.published)
    (force.private / "state" / f"{STREET}.json").unlink()
    said = force.run("--as-of", "2024-04-02", "publish", "--quiet", STREET, status=8)
    assert "memory-lost" in said.text
    assert "pipeline recover" in said.text
    assert contents(force.published) == files
    said = force.run("recover", status=0)
    assert "what is forgotten" in said.out
    publish(force, STREET, "2024-04-02", status=5)
    assert public(force, JAN, "Shoplifting") == 2
    assert "nothing is left to recover" in force.run("recover").out


def test_a_day_that_has_not_come_is_refused(force: Product) -> None:
    said = force.run("--as-of", "2099-12-31", "publish", "--quiet", STREET, status=2)
    assert "day-ahead" in said.text
    assert not force.published.exists()


@pytest.mark.parametrize("words", [("approve", STREET, "--all"), ("reject", STREET, JAN), ("forget", "crime/x.csv")])
def test_a_decision_about_nothing_is_refused(force: Product, words: tuple[str, ...]) -> None:
    publish(force, STREET)
    said = force.run(*words, "--role", "Head of Finance", "--reason", "Checked.", status=3)
    assert "nothing-waits" in said.text


def test_a_protected_payee_whose_type_is_unknown_still_protects_its_transaction(force: Product) -> None:
    table = listed(force, "supplier_number,supplier_type\nS77,PROT\n")
    first = payee("S77", "ind ", "Robin Safehouse", Transaction_No="T1", Line_No="1")
    pay(force, JAN, first, payee("S88", "ORG", "Quill Ltd", Transaction_No="t1", Line_No="2"))
    publish(force, SPEND)
    assert payees(force, JAN) == [OTHER, OTHER]
    table.unlink()  # what it protected stays protected
    pay(force, FEB, payee("S99", "ORG", "Acme Ltd", Transaction_No="T2"))
    publish(force, SPEND, status=5)
    assert set(payees(force, JAN)) == {OTHER}


def test_a_night_that_stopped_forgets_no_restriction_of_a_file_that_comes_back(force: Product) -> None:
    record(force, FEB, crime(FEB, 77, restricted="Y"))
    record(force, JAN)
    publish(force, STREET)
    right = force.crimes(FEB).read_bytes()
    force.crimes(JAN).write_text("junk\n1\n", encoding="utf-8")
    record(force, FEB)  # without the restricted one
    publish(force, STREET, status=3)
    force.decide("approve", STREET, "--all")
    publish(force, STREET, status=3)
    force.crimes(FEB).write_bytes(right)
    record(force, JAN, good=4)
    publish(force, STREET)
    assert sum(row["Crime ID"] != "" for row in force.csv(STREET, FEB)) == 3
