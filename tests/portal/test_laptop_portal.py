"""The laptop's portal is a real CKAN that an editor can publish to, and it keeps what it holds."""

import contextlib
import os
import secrets
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.lib import ROOT

PORTAL = ROOT / "deploy" / "ckan" / "portal.py"
NAMES = ["PIPELINE_CKAN_URL", "PIPELINE_CKAN_TOKEN", "PIPELINE_CKAN_ORGANISATION"]
RESTART_SECONDS = 20
REQUEST_SECONDS = 60


@dataclass(frozen=True)
class Portal:
    folder: Path

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, str(PORTAL), command, "--folder", str(self.folder)]
        return subprocess.run(words, capture_output=True, encoding="utf-8", check=False)

    @property
    def env(self) -> dict[str, str]:
        lines = (self.folder / "env").read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)

    def answer(self, action: str, **values: object) -> requests.Response:
        env = self.env
        address = f"{env['PIPELINE_CKAN_URL']}/api/3/action/{action}"
        headers = {"Authorization": env["PIPELINE_CKAN_TOKEN"]}
        return requests.post(address, json=values, headers=headers, timeout=REQUEST_SECONDS)

    def call(self, action: str, **values: object) -> Any:  # noqa: ANN401 - each action has its own shape
        answer = self.answer(action, **values)
        assert answer.ok, f"{action} answered with status {answer.status_code}"
        return answer.json()["result"]


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    given = os.environ.get("PIPELINE_TEST_PORTAL")
    chosen = Portal(Path(given) if given else tmp_path_factory.mktemp("portal"))
    started = chosen.run("start")
    if started.returncode != 0:
        if not given:
            chosen.run("remove")
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(started.stderr)
    yield chosen
    if not given:
        assert chosen.run("remove").returncode == 0


@pytest.fixture
def dataset(portal: Portal) -> Iterator[str]:
    name = f"test-{secrets.token_hex(8)}"
    portal.call("package_create", name=name, owner_org=portal.env["PIPELINE_CKAN_ORGANISATION"], license_id="uk-ogl")
    yield name
    portal.call("package_delete", id=name)
    assert portal.call("package_show", id=name)["state"] == "deleted"


def upload(portal: Portal, dataset: str, content: bytes) -> str:
    """The address of a file that has been added to the dataset."""
    answer = requests.post(
        f"{portal.env['PIPELINE_CKAN_URL']}/api/3/action/resource_create",
        data={"package_id": dataset, "name": "months", "format": "CSV"},
        files={"upload": ("months.csv", content)},
        headers={"Authorization": portal.env["PIPELINE_CKAN_TOKEN"]},
        timeout=REQUEST_SECONDS,
    )
    assert answer.ok
    return str(answer.json()["result"]["id"])


def read_back(portal: Portal, dataset: str, resource: str) -> bytes:
    """What anybody gets who follows the address that the portal shows for the file."""
    shown = portal.call("package_show", id=dataset)["resources"]
    address = next(each["url"] for each in shown if each["id"] == resource)
    assert address.startswith(f"{portal.env['PIPELINE_CKAN_URL']}/")
    return requests.get(address, timeout=REQUEST_SECONDS).content


def test_the_env_file_is_private_and_holds_three_lines(portal: Portal) -> None:
    env = portal.folder / "env"
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert [line.split("=")[0] for line in env.read_text(encoding="utf-8").splitlines()] == NAMES
    assert portal.env["PIPELINE_CKAN_URL"].startswith("http://127.0.0.1:")
    assert portal.env["PIPELINE_CKAN_ORGANISATION"] == "example-police"


def test_it_is_ckan_2_12_and_keeps_tables(portal: Portal) -> None:
    found = portal.call("status_show")
    assert found["ckan_version"].startswith("2.12.")
    assert "datastore" in found["extensions"]
    assert found["site_url"] == portal.env["PIPELINE_CKAN_URL"]


def test_the_tokens_owner_is_an_editor_and_no_administrator(portal: Portal) -> None:
    assert portal.call("user_show")["sysadmin"] is False
    mine = portal.call("organization_list_for_user", permission="create_dataset")
    assert [(each["name"], each["capacity"]) for each in mine] == [("example-police", "editor")]
    assert portal.answer("organization_create", name="another").status_code == 403


def test_an_editor_publishes_a_file_that_anybody_can_read(portal: Portal, dataset: str) -> None:
    resource = upload(portal, dataset, b"Month,Crimes\n2024-01,3\n")
    assert read_back(portal, dataset, resource) == b"Month,Crimes\n2024-01,3\n"


def test_the_portal_can_be_searched(portal: Portal, dataset: str) -> None:
    deadline = time.monotonic() + 10
    while portal.call("package_search", fq=f"name:{dataset}")["count"] == 0:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_a_second_start_changes_nothing_and_prints_the_address_only(portal: Portal) -> None:
    before = portal.env
    began = time.monotonic()
    again = portal.run("start")
    assert again.returncode == 0
    assert time.monotonic() - began < RESTART_SECONDS
    assert again.stdout == f"{before['PIPELINE_CKAN_URL']}\n"
    assert portal.env == before


def test_secrets_are_never_printed(portal: Portal) -> None:
    token = portal.env["PIPELINE_CKAN_TOKEN"]
    for command in ("start", "status"):
        said = portal.run(command)
        assert token not in said.stdout + said.stderr


def test_stop_and_start_keep_files_and_token(portal: Portal, dataset: str) -> None:
    resource, token = upload(portal, dataset, b"a\n1\n"), portal.env["PIPELINE_CKAN_TOKEN"]
    address = portal.env["PIPELINE_CKAN_URL"]
    assert portal.run("stop").returncode == 0
    with pytest.raises(requests.ConnectionError):
        requests.get(address, timeout=REQUEST_SECONDS)
    assert portal.run("status").returncode == 3
    began = time.monotonic()
    assert portal.run("start").returncode == 0
    assert time.monotonic() - began < RESTART_SECONDS
    assert portal.env["PIPELINE_CKAN_TOKEN"] == token
    assert read_back(portal, dataset, resource) == b"a\n1\n"


def test_stop_twice_is_no_error(portal: Portal) -> None:
    with contextlib.ExitStack() as after:
        after.callback(portal.run, "start")
        assert [portal.run("stop").returncode for _ in range(2)] == [0, 0]
