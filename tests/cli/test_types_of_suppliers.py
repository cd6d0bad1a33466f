"""Another type of a supplier, in a ledger or in the force's own list, and the months that it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.lib.product import (
    MONTHS,
    Product,
    sample_lines,
)

if TYPE_CHECKING:
    from pipeline.sample.writing import Line


# --- types of suppliers ---------------------------------------------------------------------------------------------


def supplier_of(product: Product, months: tuple[str, ...]) -> tuple[str, str]:
    """Return number and name of an ordinary company that is paid in exactly these months, and published."""
    paid: dict[tuple[str, str], set[str]] = {}
    for month in MONTHS:
        for line in sample_lines(month):
            if line["Supplier Type"] == "ORG" and str(line["Supplier No"]).startswith("S1"):
                paid.setdefault((str(line["Supplier No"]), str(line["Supplier Name"])), set()).add(month)
    public = [{row["supplier_name"] for row in product.csv("spend-over-500", month)} for month in months]
    named = set.intersection(*public)
    return next(each for each, found in sorted(paid.items()) if found == set(months) and each[1] in named)


def test_a_supplier_who_becomes_a_person_in_one_ledger_is_redacted_in_all(product: Product) -> None:
    number, name = supplier_of(product, ("2024-01",))
    who = {"Supplier No": number, "Supplier Name": name, "Supplier Type": "IND"}
    person: Line = {**who, "Transaction No": 4_000_001, "Line No": 1}
    product.change_ledger("2024-03", lambda lines: [*lines, lines[0] | person])
    assert product.plan() == {
        "spend-over-500": {
            "2024-01": "types of suppliers changed",
            "2024-03": "expenditure/ledger/2024-03.xlsx has changed; types of suppliers changed",
        }
    }
    assert product.publish() == {"spend-over-500": ("2024-01", "2024-03")}
    for month in ("2024-01", "2024-03"):
        assert name not in {row["supplier_name"] for row in product.csv("spend-over-500", month)}
    product.check_settled()


def test_the_forces_own_list_protects_and_settles_but_never_makes_less_protected(product: Product) -> None:
    number, name = supplier_of(product, ("2024-02",))
    listed = product.reference / "supplier-types.csv"
    kept = listed.read_text(encoding="utf-8")
    listed.write_text(f"{kept}{number},PROT\nS-QX90451,ORG\n", encoding="utf-8")
    assert product.plan() == {"spend-over-500": dict.fromkeys(MONTHS, "types of suppliers changed")}
    product.publish()
    rows = product.csv("spend-over-500", "2024-02")
    assert name not in {row["supplier_name"] for row in rows}
    other = [row for row in rows if row["redaction"] == "other"]
    assert other
    assert {(row["department"], row["category"], row["purpose"], row["supplier_id"]) for row in other} == {("",) * 4}
    assert any(row["supplier_name"].startswith("Quirkshank") for row in rows)
    product.check_settled()

    # an individual of the ledgers stays one, whatever the list says
    listed.write_text(f"{kept}S-QX90421,ORG\n", encoding="utf-8")
    said = product.run("publish", "--quiet")
    assert said.status == 5  # nor does anybody else lose a protection before somebody decides
    assert name not in {row["supplier_name"] for row in product.csv("spend-over-500", "2024-02")}
    product.decide("approve", "spend-over-500", "--all")
    product.publish()
    rows = product.csv("spend-over-500", "2024-02")
    assert name in {row["supplier_name"] for row in rows}
    assert not any("YAXLEY" in row["supplier_name"] for row in rows)

    listed.unlink()  # a list that has gone makes nobody less protected, and is asked about
    assert product.publish(status=5) == {}
