"""CKAN in a virtual environment of its own, and Solr's jars: installed once, again only when a pin changes."""

import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from laptop.command import run
from laptop.failure import step
from laptop.folder import Folder, alone, write_private

HERE = Path(__file__).resolve().parent.parent
_REQUIREMENTS = (HERE / "requirements-build.txt", HERE / "requirements.txt")
_POM = HERE / "pom.xml"


@dataclass(frozen=True)
class Installed:
    """Where the installed parts are, and the stamp of CKAN's version."""

    root: Path
    stamp: str

    @property
    def python(self) -> Path:
        """The Python that has CKAN."""
        return self.root / "venv" / "bin" / "python"

    @property
    def ckan(self) -> Path:
        """The command of CKAN."""
        return self.root / "venv" / "bin" / "ckan"

    @property
    def jars(self) -> Path:
        """The folder of Solr's jars."""
        return self.root / "jars"

    @property
    def schema(self) -> Path:
        """The search schema that CKAN ships."""
        return next((self.root / "venv" / "lib").glob("python*/site-packages/ckan/config/solr/schema.xml"))


def jars_needed(root: Path) -> bool:
    """Whether Maven has to fetch the jars."""
    return not _is_stamped(root / "jars", _stamp(_POM))


def install(folder: Folder, root: Path) -> Installed:
    """CKAN and Solr's jars are installed as pinned; nothing is touched when they were."""
    stamp = _stamp(*_REQUIREMENTS)
    venv_stamp = f"{stamp} {root}"  # a virtual environment knows its own address: moved, it is made anew
    with alone(root):
        for place, wanted, fill in (
            (root / "venv", venv_stamp, _install_ckan),
            (root / "jars", _stamp(_POM), _install_jars),
        ):
            if not _is_stamped(place, wanted):
                shutil.rmtree(place, ignore_errors=True)
                fill(folder, place)
                write_private(place / "installed", wanted)
    return Installed(root, stamp)


def _install_ckan(folder: Folder, venv: Path) -> None:
    step("Installing CKAN (half a minute)")
    log, environment = folder.log("install"), dict(_environment())
    run("ckan", [sys.executable, "-m", "venv", str(venv)], log=log, environment=environment)
    # The two packages without wheels are built with our pinned tools, not with whatever is newest today.
    # The lists are complete, and psycopg2-binary stands in for psycopg2: so no dependency is followed.
    options = ["--quiet", "--require-hashes", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
    for requirements in _REQUIREMENTS:
        command = [str(venv / "bin" / "python"), "-m", "pip", "install", *options, "-r", str(requirements)]
        run("ckan", command, log=log, environment=environment)


def _install_jars(folder: Folder, jars: Path) -> None:
    step("Fetching Solr")
    project = jars.parent / "solr"
    project.mkdir(exist_ok=True)
    shutil.copy(_POM, project)  # Maven may write beside it
    command = ["mvn", "--quiet", "--batch-mode", f"--file={project / _POM.name}", "dependency:copy-dependencies"]
    options = [f"-DoutputDirectory={jars}", "-DincludeScope=runtime"]
    run("solr", [*command, *options], log=folder.log("install"), environment=dict(_environment()))


def _environment() -> Iterator[tuple[str, str]]:
    """The person's environment (proxies, certificates, mirrors), less what would make pip use another Python."""
    for name, value in os.environ.items():
        if name != "VIRTUAL_ENV" and not name.startswith("PYTHON"):
            yield name, value


def _stamp(*files: Path) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _is_stamped(place: Path, wanted: str) -> bool:
    stamp = place / "installed"
    python = place / "bin" / "python"  # a link; to nothing, when the Python that it was made from is gone
    whole = python.exists() or not python.is_symlink()
    return whole and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted
