"""The portal in containers, where there is an engine: the same editor, the same three lines, CKAN's own images."""

import hashlib
import os
import shutil
import subprocess
import sys

from laptop import publisher, site
from laptop.command import run
from laptop.failure import step
from laptop.folder import Folder, State, write_private
from laptop.install import HERE
from laptop.service import choose_port, is_free, plain_environment

_ENGINE_SECONDS = 20
_SECRETS = {
    "SUPERUSER_PASSWORD": "superuser",
    "WRITER_PASSWORD": "writer",
    "READER_PASSWORD": "reader",
    "SESSION_SECRET": "session",
    "FORMS_SECRET": "forms",
    "TOKENS_SECRET": "tokens",
}


def engine_works() -> bool:
    """Whether an engine runs here that this user may use, and compose with it."""
    if shutil.which("docker") is None:
        return False
    for question in (["docker", "info"], ["docker", "compose", "version"]):
        try:
            asked = subprocess.run(question, capture_output=True, timeout=_ENGINE_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return False
        if asked.returncode != 0:
            return False
    return True


def bring_up(folder: Folder, state: State) -> None:
    """The portal answers and its editor may publish, whatever part of it ran before."""
    if state.ports and publisher.may_publish(state):
        step("The portal runs already")
        return
    take_down(folder, state)
    if not is_free(state.ports.setdefault("ckan", choose_port(taken=[]))):
        state.ports["ckan"] = choose_port(taken=[])
    _configure(folder, state)
    folder.remember(state)
    try:
        step("Starting the containers (the first time, their images are fetched)")
        _compose(folder, "up", "--detach", "--wait")
        _appoint(folder, state)
    except BaseException:
        take_down(folder, state)
        raise


def _configure(folder: Folder, state: State) -> None:
    values = {name: state.secret(secret) for name, secret in _SECRETS.items()} | {
        "ADDRESS": state.address,
        "PORT": str(state.ports["ckan"]),
        "SITE_ID": site.SITE_ID,
        "PLUGINS": site.PLUGINS,
        "MAX_RESOURCE_MEGABYTES": str(site.MAX_RESOURCE_MEGABYTES),
    }
    write_private(folder.root / "compose.env", "".join(f"{name}={value}\n" for name, value in values.items()))


def _appoint(folder: Folder, state: State) -> None:
    if state.indexed not in {"", state.address}:
        step("Indexing anew: the address has changed")
        _ckan(folder, "search-index", "rebuild")
    state.indexed = state.address
    if not publisher.may_publish(state):
        step("Making the organisation and its editor")
        publisher.appoint(state, _ckan(folder, "user", "token", "add", site.SITE_ID, "setup"))
    folder.remember(state)


def _ckan(folder: Folder, *words: str) -> str:
    return _compose(folder, "exec", "--no-TTY", "ckan", "ckan", *words)


def _compose(folder: Folder, *words: str) -> str:
    project = f"portal-{hashlib.sha256(str(folder.root).encode()).hexdigest()[:8]}"
    files = [f"--file={HERE / 'compose.yaml'}", f"--env-file={folder.root / 'compose.env'}"]
    return run(
        "containers",
        ["docker", "compose", f"--project-name={project}", *files, *words],
        log=folder.log("containers"),
        environment=plain_environment() | {name: value for name, value in os.environ.items() if _is_engines(name)},
    )


def _is_engines(name: str) -> bool:
    """Whether a variable tells docker where its engine is; others would win over those of our file."""
    return name.startswith("DOCKER_") or name == "XDG_RUNTIME_DIR"


def take_down(folder: Folder, state: State) -> bool:
    """No container of this portal runs any more; true when there were some."""
    if not state.ports or not (folder.root / "compose.env").exists():
        return False
    ran = bool(_compose(folder, "ps", "--quiet").strip())
    _compose(folder, "stop")
    return ran


def describe(folder: Folder, state: State) -> bool:
    """What compose knows of the containers has been printed; true when the portal can be used."""
    sys.stdout.write(_compose(folder, "ps", "--all"))
    return publisher.may_publish(state)


def delete(folder: Folder, state: State) -> None:
    """Containers and volumes are gone."""
    if state.ports:
        _compose(folder, "down", "--volumes")
    (folder.root / "compose.env").unlink(missing_ok=True)
