"""A portal that holds releases of ours is no blank sheet to a machine that knows nothing of them."""

from __future__ import annotations

import hashlib
import shutil
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import ExitStatus
from tests.lib.little_force import FEB, JAN, STREET, crime, publish, record
from tests.lib.wrong_portal import PACKAGE, WrongPortal, http, refusal, success

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.lib.product import Product, Said


class Held:
    """What the portal holds: files by name; ``package`` changes what is said of the dataset."""

    def __init__(self, files: dict[str, bytes], **package: object) -> None:
        self.files, self.package, self.asked = files, package, list[str]()

    def speak(self, action: str) -> Iterable[bytes]:
        self.asked.append(action)
        if action in self.files:
            return http(self.files[action])
        if action == "user_show":
            return success({"id": "u1"})
        if action != "package_show" or not self.files:
            return refusal({"__type": "Not Found Error"}, 404)
        resources = [
            {
                "id": f"r{place}",
                "name": name,
                "url": f"http://x/{name}",
                "url_type": "upload",
                "size": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
            for place, (name, content) in enumerate(self.files.items())
        ]
        return success({**PACKAGE, "title": "Crime", "resources": resources, **self.package})


@pytest.fixture
def files(force: Product) -> dict[str, bytes]:
    """Give what was public, after the machine and all that it knew has gone."""
    record(force, JAN, crime(JAN, 50, restricted="Y"))
    publish(force, STREET)
    found = {
        path.name: path.read_bytes() for month in (JAN, FEB) for path in (force.published / STREET).glob(f"*{month}.*")
    }
    shutil.rmtree(force.private)
    shutil.rmtree(force.published)
    record(force, JAN, crime(JAN, 50))  # the restriction is forgotten
    return found


def run(force: Product, address: str, *words: str) -> Said:
    portal = {
        "PIPELINE_CKAN_URL": address,
        "PIPELINE_CKAN_TOKEN": "t" * 40,
        "PIPELINE_CKAN_ORGANISATION": "example-police",
    }
    return force.run("--as-of", "2024-04-01", *words, status=None, **portal)


@pytest.mark.parametrize("command", ["publish", "plan"])
def test_a_portal_of_ours_that_nobody_remembers_stops_the_run(
    force: Product, files: dict[str, bytes], command: str
) -> None:
    with closing(WrongPortal(Held(files).speak)) as portal:
        for _ in range(2):
            said = run(force, portal.address, command, STREET)
            assert said.status == ExitStatus.STORAGE, said.text
            assert f"memory-lost: data/private: the portal holds releases of {STREET}, and" in said.text
    assert not force.published.exists()


def test_the_memory_is_rebuilt_of_what_the_portal_holds(force: Product, files: dict[str, bytes]) -> None:
    with closing(WrongPortal(Held(files).speak)) as portal:
        said = run(force, portal.address, "recover")
        assert said.status == 0, said.text
        assert f"recovered: {STREET}: 2 months" in said.out
        again = run(force, portal.address, "recover")
        assert (again.status, again.out.startswith("nothing is left to recover")) == (0, True)
    assert "WAITS recovered: 2024-01" in publish(force, STREET, status=5).out
    assert len(force.csv(STREET, JAN)) == len(files[f"{STREET}-{JAN}.csv"].splitlines()) - 1


def test_a_file_that_is_not_as_the_portal_states_rebuilds_nothing(force: Product, files: dict[str, bytes]) -> None:
    held = Held(files)
    stated = hashlib.sha256(b"other").hexdigest()
    name = f"{STREET}-{JAN}.csv"
    resource = {"id": "r", "name": name, "url": f"http://x/{name}", "url_type": "upload", "sha256": stated, "size": 9}
    parquet = {**resource, "name": f"{STREET}-{JAN}.parquet", "url": f"http://x/{STREET}-{JAN}.parquet"}
    held.package = {"resources": [resource, parquet]}
    with closing(WrongPortal(held.speak)) as portal:
        said = run(force, portal.address, "recover")
    assert "memory-lost" in said.text
    assert not (force.private / "state" / f"{STREET}.json").exists()


@pytest.mark.parametrize("junk", [b"", b"no Parquet"])
def test_a_parquet_that_is_none_is_a_fault_of_storage_also_where_its_sha256_is_as_stated(
    force: Product, files: dict[str, bytes], junk: bytes
) -> None:
    with closing(WrongPortal(Held({**files, f"{STREET}-{JAN}.parquet": junk}).speak)) as portal:
        said = run(force, portal.address, "recover")
    assert (said.status, "a public file is not as it was released" in said.text) == (ExitStatus.STORAGE, True)


@pytest.mark.parametrize(
    "package",
    [
        {"resources": []},
        {"organization": {"id": "e2", "name": "another-police"}},
        {"private": True},
        {"state": "deleted"},
        {"title": "SAMPLE DATA Crime"},
    ],
)
def test_what_is_not_ours_or_not_public_is_no_memory(
    force: Product, files: dict[str, bytes], package: dict[str, object]
) -> None:
    with closing(WrongPortal(Held(files, **package).speak)) as portal:
        assert "memory-lost" not in run(force, portal.address, "publish", STREET).text
    assert force.csv(STREET, JAN)


def test_a_portal_that_could_not_be_asked_is_asked_before_it_is_written_to(
    force: Product, files: dict[str, bytes]
) -> None:
    with closing(WrongPortal(lambda _: ())) as silent:
        said = run(force, silent.address, "publish", STREET)
    assert said.status == ExitStatus.PORTAL, said.text
    assert force.csv(STREET, JAN)  # the catalogue goes out all the same
    held = Held(files)
    with closing(WrongPortal(held.speak)) as portal:
        assert "memory-lost" in run(force, portal.address, "publish", STREET).text
    assert {*held.asked} <= {"user_show", "package_show"}


def test_a_portal_that_answers_only_later_in_the_run_is_not_written_to(force: Product, files: dict[str, bytes]) -> None:
    held, calls = Held(files), list[str]()

    def slow(action: str) -> Iterable[bytes]:
        calls.append(action)
        return held.speak(action) if "user_show" in calls else ()  # the first question of publishing

    with closing(WrongPortal(slow)) as portal:
        said = run(force, portal.address, "publish", STREET)
    assert f"memory-lost: data/private: the portal holds releases of {STREET}, and" in said.out
    assert force.csv(STREET, JAN)
    assert {*calls} == {"user_show", "package_show"}


def test_a_portal_that_cannot_be_asked_keeps_no_catalogue_from_being_remembered(force: Product) -> None:
    publish(force, STREET)
    shutil.rmtree(force.private / "state")
    with closing(WrongPortal(lambda _: ())) as silent:
        said = run(force, silent.address, "recover")
        assert said.status == 0, said.text
        assert f"recovered: {STREET}: 2 months" in said.out
        assert run(force, silent.address, "recover").status == ExitStatus.PORTAL
