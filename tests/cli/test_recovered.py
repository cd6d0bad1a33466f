"""After the private memory was lost: nothing goes out until a person has looked at it, in whatever run it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lib.little_force import FEB, JAN, MAR, STREET, call, crime, little_force, publish, record

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lib.product import Product


@pytest.fixture
def force(tmp_path: Path) -> Product:
    """Return a force whose memory was lost and rebuilt, and whose first run found the public rows again."""
    force = little_force(tmp_path / "force")
    publish(force, STREET)
    (force.private / "state" / f"{STREET}.json").unlink()
    assert force.run("recover").status == 0
    return force


def is_public(force: Product, month: str) -> bool:
    return (force.published / STREET / f"{STREET}-{month}.csv").exists()


def test_a_new_month_waits_every_night_until_it_is_approved(force: Product) -> None:
    record(force, MAR)
    call(force, MAR)
    for day in (2, 3, 4):
        said = publish(force, STREET, f"2024-04-0{day}", status=5)
        assert "WAITS recovered: 2024-03" in said.out
        assert not is_public(force, MAR)
    force.decide("approve", STREET, MAR)
    publish(force, STREET, "2024-04-05")
    assert is_public(force, MAR)


def test_a_new_month_that_waits_is_not_let_in_with_another(force: Product) -> None:
    for month in (JAN, FEB):
        record(force, month, crime(month, 77))
    record(force, MAR)
    call(force, MAR)
    publish(force, STREET, "2024-04-02", status=5)
    for month in (JAN, FEB):
        force.decide("approve", STREET, month)
    for day in (3, 4):  # no month is marked any more
        said = publish(force, STREET, f"2024-04-0{day}", status=5)
        assert "WAITS recovered: 2024-03" in said.out
        assert len(force.csv(STREET, JAN)) == 7
        assert not is_public(force, MAR)


def test_a_correction_waits_also_after_the_public_rows_were_built_again(force: Product) -> None:
    for day in (2, 3):
        publish(force, STREET, f"2024-04-0{day}")
    record(force, JAN, crime(JAN, 77))
    for day in (4, 5):
        said = publish(force, STREET, f"2024-04-0{day}", status=5)
        assert "WAITS recovered: 2024-01" in said.out
        assert len(force.csv(STREET, JAN)) == 6
    force.decide("reject", STREET, JAN)
    publish(force, STREET, "2024-04-06")
    record(force, JAN, crime(JAN, 78))
    publish(force, STREET, "2024-04-07", status=5)
    assert len(force.csv(STREET, JAN)) == 6
    force.decide("approve", STREET, JAN)
    publish(force, STREET, "2024-04-08")
    assert len(force.csv(STREET, JAN)) == 7
    record(force, JAN, crime(JAN, 78), crime(JAN, 79))  # it was looked at once
    publish(force, STREET, "2024-04-09")
    assert len(force.csv(STREET, JAN)) == 8


def test_a_protection_of_a_month_whose_accounts_were_lost_makes_up_no_count(tmp_path: Path) -> None:
    force = little_force(tmp_path / "force")
    publish(force, STREET)
    (force.private / "state" / f"{STREET}.json").unlink()
    assert force.run("recover").status == 0
    force.crimes(JAN).unlink()
    record(force, FEB, crime(JAN, 1, restricted="Y"))
    publish(force, STREET, "2024-04-02")
    assert len(force.csv(STREET, JAN)) == 5
    assert force.state(STREET)["months"][JAN]["accounts"] == []


def test_what_waits_is_measured_against_what_is_public_every_night(tmp_path: Path) -> None:
    force = little_force(tmp_path / "force")
    for month in (JAN, FEB):
        record(force, month, *(crime(month, number) for number in range(100, 200)))
    publish(force, STREET)
    (force.private / "state" / f"{STREET}.json").unlink()
    assert force.run("recover").status == 0
    for day, rows in ((2, 80), (3, 80), (4, 45), (5, 45)):  # each time a little less
        record(force, JAN, *(crime(JAN, number) for number in range(100, 100 + rows)))
        said = publish(force, STREET, f"2024-04-0{day}", status=5)
        assert "WAITS recovered: 2024-01" in said.out
        assert ("WAITS shrank: 2024-01" in said.out) is (rows == 45)
        assert len(force.csv(STREET, JAN)) == 106


def test_what_was_let_in_before_the_memory_was_lost_again_waits_again(tmp_path: Path) -> None:
    force = little_force(tmp_path / "force")
    publish(force, STREET)
    (force.private / "state" / f"{STREET}.json").unlink()
    assert force.run("--as-of", "2024-04-02", "recover").status == 0
    record(force, JAN, crime(JAN, 77))
    publish(force, STREET, "2024-04-02", status=5)
    signed = ("--role", "Head of Information Management", "--reason", "Checked.")
    force.run("--as-of", "2024-04-02", "approve", STREET, JAN, *signed, status=0)
    publish(force, STREET, "2024-04-03")
    assert len(force.csv(STREET, JAN)) == 7
    record(force, JAN, crime(JAN, 77, restricted="Y"))
    publish(force, STREET, "2024-04-04")
    assert len(force.csv(STREET, JAN)) == 6
    (force.private / "state" / f"{STREET}.json").unlink()
    assert force.run("--as-of", "2024-04-05", "recover").status == 0
    record(force, JAN, crime(JAN, 77))  # who is restricted is known no more
    said = publish(force, STREET, "2024-04-06", status=5)
    assert "WAITS recovered: 2024-01" in said.out
    assert len(force.csv(STREET, JAN)) == 6


def test_what_was_set_aside_stays_so_when_memory_and_decisions_are_lost_one_after_the_other(force: Product) -> None:
    record(force, MAR)
    call(force, MAR)
    publish(force, STREET, "2024-04-02", status=5)
    force.decide("approve", STREET, MAR)
    publish(force, STREET, "2024-04-03")
    wrong = force.crimes(MAR).read_bytes()
    force.decide("forget", "crime/recorded-crime/2024-03.csv")
    publish(force, STREET, "2024-04-04", status=5)
    (force.private / "state" / f"{STREET}.json").unlink()
    assert force.run("recover").status == 0
    (force.private.parents[1] / "decisions.toml").unlink()
    force.crimes(MAR).write_bytes(wrong)
    said = publish(force, STREET, "2024-04-06", status=5)
    assert "decision-lost" in said.out


def test_the_question_says_that_places_are_snapped_anew(force: Product) -> None:
    record(force, JAN, crime(JAN, 77))
    said = publish(force, STREET, "2024-04-02", status=5)
    assert "snapped by the list of map points of today" in " ".join(said.out.split())
