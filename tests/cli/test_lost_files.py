"""A file of the private store that was lost or damaged keeps nobody exposed."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.lib.little_force import FEB, JAN, MAR, STREET, call, crime, little_force, publish, record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.lib.product import Product

#: A crime of each month, which is restricted by the file of another one.
_NUMBER = 900
_ANOTHER = "-1.300000,52.700000,On or near Elder Row,E01034000,X,12\n"


@pytest.fixture
def force(tmp_path: Path) -> Product:
    made = little_force(tmp_path / "force")
    call(made, MAR)
    for month in (FEB, MAR):
        record(made, month, crime(month, _NUMBER))
    publish(made, STREET)
    return made


def restrict(force: Product) -> None:
    """Have the records of January say that a crime of each later month is restricted."""
    named = (crime(month, _NUMBER)["crime_reference"] for month in (FEB, MAR))
    record(
        force,
        JAN,
        *(crime(JAN, number, crime_reference=each, restricted="Y") for number, each in enumerate(named, _NUMBER)),
    )


def released(force: Product, month: str) -> Path:
    folder: str = force.state(STREET)["months"][month]["released"]["folder"]
    return force.private / "releases" / STREET / folder


def as_it_is(_force: Product) -> None:
    """Leave the extracts as they are."""


def gone(force: Product) -> None:
    """Take the extracts of February away."""
    for path in (force.crimes(FEB), force.incidents(FEB)):
        path.unlink()
    publish(force, STREET, "2024-04-02")


def stopped(force: Product) -> None:
    """Make a file of another month one that nobody can read."""
    force.incidents(JAN).write_text("nonsense\n", encoding="utf-8")


def deleted(path: Path) -> None:
    path.unlink()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def cut_after_a_row(path: Path) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


_FILES = {"csv": f"{STREET}-{FEB}.csv", "parquet": f"{STREET}-{FEB}.parquet", "keys": "references.parquet"}


@pytest.mark.parametrize("how", [as_it_is, gone, stopped])
@pytest.mark.parametrize(
    ("name", "hurt"),
    [
        *((name, hurt) for name in _FILES for hurt in (deleted, cut)),
        ("csv", cut_after_a_row),
    ],
)
def test_a_damaged_release_is_made_again_or_named_and_the_others_are_protected(
    force: Product, name: str, hurt: Callable[[Path], None], how: Callable[[Product], None]
) -> None:
    how(force)
    before = {month: len(force.csv(STREET, month)) for month in (FEB, MAR)}
    public = force.published / STREET / _FILES[name]
    for path in (released(force, FEB) / _FILES[name], *([public] if public.exists() else [])):
        hurt(path)
    restrict(force)
    said = force.run("--as-of", "2024-04-03", "publish", STREET)
    assert len(force.csv(STREET, MAR)) == before[MAR] - 1
    if how is as_it_is:
        assert said.status == 0, said.text
        assert len(force.csv(STREET, FEB)) == before[FEB] - 1
    else:
        assert said.status == 8, said.text
        assert f"{_FILES[name]}: a file of a release is not there as it was built" in said.text
        assert "to do: put the extracts of the month back into data/raw" in said.text


@pytest.mark.parametrize("how", [as_it_is, gone, stopped])
def test_a_lost_folder_of_a_release_is_made_again_or_named_and_the_others_are_protected(
    force: Product, how: Callable[[Product], None]
) -> None:
    how(force)
    before = {month: len(force.csv(STREET, month)) for month in (FEB, MAR)}
    shutil.rmtree(released(force, FEB))
    restrict(force)
    said = force.run("--as-of", "2024-04-03", "publish", STREET)
    assert len(force.csv(STREET, MAR)) == before[MAR] - 1
    if how is as_it_is:
        assert said.status == 0, said.text
        assert len(force.csv(STREET, FEB)) == before[FEB] - 1
    else:
        assert said.status == 8, said.text
        assert "a file of a release is not there as it was built" in said.text


@pytest.mark.parametrize("how", [as_it_is, gone, stopped])
@pytest.mark.parametrize("hurt", [deleted, cut_after_a_row])
def test_a_lost_list_of_points_keeps_nobody_exposed_and_its_months_can_be_snapped_anew(
    force: Product, hurt: Callable[[Path], None], how: Callable[[Product], None]
) -> None:
    how(force) if how is gone else None
    before = {month: len(force.csv(STREET, month)) for month in (FEB, MAR)}
    points = force.reference / "map-points.csv"
    points.write_text(points.read_text(encoding="utf-8") + _ANOTHER, encoding="utf-8")
    publish(force, STREET, "2024-04-02", status=5)
    older = force.state(STREET)["months"][MAR]["released"]["points"]
    hurt(force.private / "points" / older / "map-points.csv")
    restrict(force)
    how(force) if how is stopped else None
    said = force.run("--as-of", "2024-04-03", "publish", STREET, status=8)
    assert f"`pipeline approve {STREET} --all --finding resnap`" in said.text
    assert {month: len(force.csv(STREET, month)) + 1 for month in (FEB, MAR)} == before
    if how is stopped:
        call(force, JAN)
    force.decide("approve", STREET, "--all", "--finding", "resnap")
    publish(force, STREET, "2024-04-04")
    assert force.state(STREET)["months"][MAR]["released"]["points"] != older
