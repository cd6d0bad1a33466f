"""PostgreSQL: a cluster of the portal's own, and in it the two databases of CKAN."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from laptop.command import run
from laptop.failure import PortalError, step
from laptop.folder import Folder, State, write_private
from laptop.service import Service, plain_environment

_VERSIONS = Path("/usr/lib/postgresql")  # where Debian keeps one folder per version
_OUTSIDE = Path("/var/tmp")  # noqa: S108 - kept over a restart, and reached by every user; the cluster is 0700
_SERVER_USER = "postgres"
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "synchronous_commit": "off",  # a crash may lose the last half second, never the consistency
    "shared_buffers": "32MB",
    "max_connections": "60",
    "jit": "off",
}
_DATABASES = """
SELECT format('CREATE ROLE %I LOGIN', role) FROM (VALUES ('ckan'), ('datastore_reader')) AS wanted(role)
 WHERE role NOT IN (SELECT rolname FROM pg_roles) \\gexec
ALTER ROLE ckan PASSWORD '{writer}';
ALTER ROLE datastore_reader PASSWORD '{reader}';
SELECT format('CREATE DATABASE %I OWNER ckan', name) FROM (VALUES ('ckan'), ('datastore')) AS wanted(name)
 WHERE name NOT IN (SELECT datname FROM pg_database) \\gexec
"""


def newest_tools() -> Path | None:
    """The folder with initdb and postgres of the newest version here, or None."""
    found = [folder for folder in _VERSIONS.glob("*/bin") if (folder / "initdb").exists()]
    if found:
        return max(found, key=lambda folder: float(folder.parent.name))
    initdb = shutil.which("initdb")
    return None if initdb is None else Path(initdb).resolve().parent


@dataclass(frozen=True)
class Cluster:
    """A cluster that exists: its programs, its place, and the user who runs it (None: the current one)."""

    tools: Path
    home: Path
    user: str | None

    @property
    def data(self) -> Path:
        """The data directory of PostgreSQL."""
        return self.home / "data"


def cluster(folder: Folder, state: State) -> Cluster:
    """The portal's cluster, made when there is none yet.

    Raises:
        PortalError: it is gone, it belongs to somebody else, or the version that wrote it is not here any more.
    """
    if not state.cluster:
        state.cluster = str(_place(folder))
        folder.remember(state)
    home = Path(state.cluster)
    if not home.is_dir():
        raise PortalError("postgresql", f"the database in {home} is gone; remove the portal and start anew")
    owner = pwd.getpwuid(home.stat().st_uid).pw_name
    found = Cluster(_tools_for(home), home, owner if os.geteuid() == 0 else None)
    if not found.data.exists():
        _initialise(folder, state, found)
    return found


def _place(folder: Folder) -> Path:
    """An empty folder that only the user who will run PostgreSQL can read: PostgreSQL refuses to run as root."""
    home = folder.root / "postgresql"
    if os.geteuid() != 0:
        home.mkdir(mode=0o700, exist_ok=True)
        return home
    try:
        server = pwd.getpwnam(_SERVER_USER)
    except KeyError:
        raise PortalError("postgresql", f"refuses to run as root, and there is no user {_SERVER_USER}") from None
    reached = subprocess.run(["test", "-x", folder.root], user=server.pw_uid, group=server.pw_gid, check=False)
    if reached.returncode == 0:
        home.mkdir(mode=0o700, exist_ok=True)
    else:
        home = Path(tempfile.mkdtemp(prefix="ckan-portal-", dir=_OUTSIDE))
        (home / "belongs-to").write_text(f"{folder.root}\n", encoding="utf-8")
    os.chown(home, server.pw_uid, server.pw_gid)
    return home


def _tools_for(home: Path) -> Path:
    tools, written_by = newest_tools(), home / "data" / "PG_VERSION"
    if written_by.exists():
        version = written_by.read_text(encoding="utf-8").strip()
        if (_VERSIONS / version).is_dir():
            return _VERSIONS / version / "bin"
        if _VERSIONS.is_dir():
            raise PortalError("postgresql", f"the database was written by version {version}, which is not here")
    if tools is None:
        raise PortalError("postgresql", "initdb is not on this machine")
    return tools


def _initialise(folder: Folder, state: State, new: Cluster) -> None:
    step("Making the database")
    draft, password = new.home / "data.new", new.home / "password"
    shutil.rmtree(draft, ignore_errors=True)
    write_private(password, state.secret("superuser") + "\n")
    if new.user is not None:
        shutil.chown(password, new.user)
    options = ["--username=postgres", "--auth=scram-sha-256", f"--pwfile={password}", "--encoding=UTF8", "--locale=C"]
    try:
        run(
            "postgresql",
            [str(new.tools / "initdb"), f"--pgdata={draft}", "--no-instructions", *options],
            log=folder.log("postgresql"),
            environment=plain_environment(),
            user=new.user,
        )
    finally:
        password.unlink()
    draft.rename(new.data)


def service(state: State, of: Cluster) -> Service:
    """The server of this cluster, on the loopback address only and without a socket file."""
    port = str(state.ports["postgresql"])
    settings = [f"{name}={value}" for name, value in (_SETTINGS | {"port": port}).items()]
    ready = [str(of.tools / "pg_isready"), "--quiet", "--host=127.0.0.1", f"--port={port}"]
    return Service(
        name="postgresql",
        command=[
            str(of.tools / "postgres"),
            "-D",
            str(of.data),
            *(word for setting in settings for word in ("-c", setting)),
        ],
        answers=lambda: subprocess.run(ready, check=False, cwd="/").returncode == 0,
        user=of.user,
        # Its children outlive a killed server for a moment and hold its memory: then it ends, and is tried again.
        tries=3,
        stop_with=signal.SIGINT,
    )


def psql(folder: Folder, state: State, of: Cluster, script: str) -> None:
    """The script has been run by the superuser, to its end and without an error."""
    options = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--username=postgres", "--dbname=postgres"]
    place = ["--host=127.0.0.1", f"--port={state.ports['postgresql']}"]
    run(
        "postgresql",
        [str(of.tools / "psql"), *options, *place],
        log=folder.log("prepare"),
        environment=plain_environment() | {"PGPASSWORD": state.secret("superuser")},
        text=script,
    )


def make_databases(folder: Folder, state: State, of: Cluster) -> None:
    """The databases `ckan` and `datastore` and their two roles exist, with the passwords of the state."""
    psql(folder, state, of, _DATABASES.format(writer=state.secret("writer"), reader=state.secret("reader")))


def delete(folder: Folder, state: State) -> None:
    """The cluster is gone, also when it lies outside the portal's folder."""
    home = Path(state.cluster) if state.cluster else folder.root / "postgresql"
    if home.parent == _OUTSIDE and home.name.startswith("ckan-portal-"):
        shutil.rmtree(home, ignore_errors=True)
