"""What the tests against a real CKAN share: the portal, a proxy before it, publications, a name for each dataset."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from pipeline.model.source import Secret
from pipeline.publish.ckan.portal import CkanPortal
from pipeline.publish.ckan.session import Patience
from tests.lib import ROOT
from tests.lib.browsing import FLAGS, missing
from tests.lib.catalogue_example import Place
from tests.lib.faulty_proxy import FaultyProxy
from tests.lib.product import Product
from tests.lib.real_portal import RealCkan, unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PORTAL = ROOT / "deploy" / "ckan" / "portal.py"
#: Kept from one session to the next, so that only the first one installs and fills databases.
CACHED = ROOT / ".portal" / "tests"
#: What a test waits for; the portal answers a call within half a second.
QUICK = Patience(connect=2, read=3, work=6, pause=0.01, longest=0.05)


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> Product:
    """Give the published site of a force with 14 months: nobody may change it."""
    product = Product.empty(tmp_path_factory.mktemp("history"))
    product.run("sample", "--months", "14", "--rows", "300", status=0)
    product.run("publish", "--quiet", status=None)
    return product


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        missing("no chromium here" if program is None else "no chromedriver here")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('browser')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    started = webdriver.Chrome(options=options, service=Service(driver))
    yield started
    started.quit()


@pytest.fixture(scope="session")
def real_ckan() -> Iterator[RealCkan]:
    """Give the CKAN of the folder that PIPELINE_TEST_PORTAL names, else one started for this session."""
    given = os.environ.get("PIPELINE_TEST_PORTAL")
    folder = Path(given).resolve() if given else CACHED
    words = [sys.executable, str(PORTAL)]
    place = (
        ["--folder", str(folder)] if given else ["--folder", str(folder), "--install", str(folder.parent / "install")]
    )
    ours = (folder / "state.json").exists() or not (folder / "env").exists()
    if ours:  # a portal of some other kind is only named by its `env`
        started = subprocess.run([*words, "start", *place], capture_output=True, encoding="utf-8", check=False)
        if started.returncode != 0:
            unavailable(f"no real CKAN could be started: {started.stderr}")
    lines = (folder / "env").read_text(encoding="utf-8").splitlines()
    env = dict(line.split("=", 1) for line in lines)
    token = Secret(env["PIPELINE_CKAN_TOKEN"])
    yield RealCkan(env["PIPELINE_CKAN_URL"], token, env["PIPELINE_CKAN_ORGANISATION"], folder)
    if not given:
        subprocess.run([*words, "stop", *place], capture_output=True, check=True)


@pytest.fixture(scope="session")
def administrator(real_ckan: RealCkan) -> RealCkan:
    """Give the portal as its administrator sees it, who can make organisations and users."""
    remembered = json.loads((real_ckan.folder / "state.json").read_text(encoding="utf-8")).get("install")
    places = [Path(place) for place in (remembered, real_ckan.folder / "install", CACHED.parent / "install") if place]
    found = [path for place in places for path in place.glob("**/bin/ckan")]
    settings = real_ckan.folder / "ckan.ini"
    if not (found and settings.exists()):
        unavailable("an administrator's token is only to be had from a portal that was started without containers")
    command = [
        str(found[0]),
        "--config",
        str(settings),
        "user",
        "token",
        "add",
        "default",
        f"test-{secrets.token_hex(4)}",
    ]
    printed = subprocess.run(command, capture_output=True, encoding="utf-8", check=True, cwd="/")
    return real_ckan.as_owner_of(printed.stdout.split()[-1])


@pytest.fixture
def proxy(real_ckan: RealCkan) -> Iterator[FaultyProxy]:
    """Give a proxy before the real portal."""
    made = FaultyProxy(real_ckan.address)
    yield made
    made.close()


@pytest.fixture
def name(real_ckan: RealCkan) -> Iterator[str]:
    """Give a dataset name that nobody else uses; what was published under it is deleted at the end."""
    made = f"test-{secrets.token_hex(6)}"
    yield made
    real_ckan.answer("package_delete", id=made)


@pytest.fixture
def anybody(real_ckan: RealCkan) -> Callable[[str], int]:
    """Give what a visitor's request for a dataset answers with."""
    return lambda dataset: real_ckan.as_owner_of("").answer("package_show", id=dataset).status_code


@pytest.fixture
def connect(real_ckan: RealCkan) -> Iterator[Callable[..., CkanPortal]]:
    """Give what makes an adapter for the real portal, or for a proxy before it; it waits for nothing long."""
    made: list[CkanPortal] = []

    def make(address: str = "", token: Secret[str] | None = None, **options: Any) -> CkanPortal:  # noqa: ANN401 - the adapter's own options
        settings = {"organisation": real_ckan.organisation, "patience": QUICK, **options}
        portal = CkanPortal(address or real_ckan.address, token or real_ckan.token, **settings)
        made.append(portal)
        return portal

    yield make
    for portal in made:
        portal.close()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Give a public folder with its README, and what the catalogue needs beside it."""
    made = Place(tmp_path)
    made.public.mkdir()
    (made.public / "README.md").write_text("What goes in here, and who may see it.\n", encoding="utf-8")
    return made
