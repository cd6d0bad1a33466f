"""The portal from packages: PostgreSQL, Redis, Solr and CKAN as processes of this machine."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from laptop import database, packages, publisher, redis, site, solr
from laptop.failure import step
from laptop.folder import Folder, State
from laptop.install import Installed, install, jars_needed
from laptop.service import Service, choose_port, is_free, running, start, stop, wait

_BEHIND = ("postgresql", "redis", "solr")
SERVICES = (*_BEHIND, "ckan")
_MADE = ("log", "run", "install", "postgresql", "solr", "storage")
_MADE_FILES = ("env", "state.json", "ckan.ini", "redis.conf", "lock")


def bring_up(folder: Folder, state: State) -> None:
    """The portal answers and its editor may publish, whatever part of it ran before."""
    if is_up(folder, state):
        step("The portal runs already")
        return
    place = Path(state.install)
    packages.ensure(folder, jars_needed=jars_needed(place))
    installed = install(folder, place)
    try:
        _start_all(folder, state, installed)
        if not publisher.may_publish(state):
            _appoint(folder, state, installed)
    except BaseException:
        take_down(folder)
        raise


def is_up(folder: Folder, state: State) -> bool:
    """Whether all parts run and the editor may publish."""
    return all(running(folder, name) for name in SERVICES) and publisher.may_publish(state)


def _start_all(folder: Folder, state: State, installed: Installed) -> None:
    stop(folder, "ckan")  # it may hang, or know the parts behind it by ports that are theirs no more
    _choose_ports(folder, state)
    cluster = database.cluster(folder, state)
    behind = (
        database.service(state, cluster),
        redis.service(folder, state),
        solr.service(folder, state, installed),
    )
    site.configure(folder, state)
    folder.remember(state)
    _start_each(folder, behind)
    if state.prepared != installed.stamp:
        _prepare(folder, state, installed, cluster)
    if state.indexed != state.address:
        _index(folder, state, installed)
    _start_each(folder, [site.service(folder, state, installed)])


def _choose_ports(folder: Folder, state: State) -> None:
    """Each part that does not run has a port that is free: the one it had, if it can."""
    for name in SERVICES:
        port = state.ports.get(name)
        if port is None or (running(folder, name) is None and not is_free(port)):
            state.ports[name] = choose_port(taken=list(state.ports.values()))


def _start_each(folder: Folder, services: Sequence[Service]) -> None:
    for service in services:
        if running(folder, service.name) is None:
            step(f"Starting {service.name}")
            start(folder, service)
    for service in services:
        wait(folder, service)


def _prepare(folder: Folder, state: State, installed: Installed, cluster: database.Cluster) -> None:
    """The databases hold the tables of this version of CKAN."""
    step("Preparing CKAN's tables")
    if not state.prepared:
        state.indexed = state.address  # nothing is published yet, so the index holds no address
    database.make_databases(folder, state, cluster)
    site.command(folder, installed, "db", "init")
    database.psql(folder, state, cluster, site.command(folder, installed, "datastore", "set-permissions"))
    state.prepared = installed.stamp
    folder.remember(state)


def _index(folder: Folder, state: State, installed: Installed) -> None:
    """The search index, from which CKAN answers, gives files their present address: a port may have changed."""
    step("Indexing anew: the address has changed")
    site.command(folder, installed, "search-index", "rebuild")
    state.indexed = state.address
    folder.remember(state)


def _appoint(folder: Folder, state: State, installed: Installed) -> None:
    step("Making the organisation and its editor")
    publisher.appoint(state, site.command(folder, installed, "user", "token", "add", site.SITE_ID, "setup"))
    folder.remember(state)


def take_down(folder: Folder) -> bool:
    """Nothing that this portal started runs any more; true when something did."""
    stopped = [name for name in reversed(SERVICES) if stop(folder, name)]
    return bool(stopped)


def describe(folder: Folder, state: State) -> bool:
    """Each part and whether it runs has been printed; true when the portal can be used."""
    for name in SERVICES:
        pid = running(folder, name)
        print(f"{name:<11} {'stopped' if pid is None else f'process {pid}, port {state.ports[name]}'}")
    return is_up(folder, state)


def delete(folder: Folder, state: State) -> None:
    """All that a start made is gone, data included; what others put into the folder is not."""
    database.delete(folder, state)
    for name in _MADE:
        shutil.rmtree(folder.root / name, ignore_errors=True)
    for name in _MADE_FILES:
        (folder.root / name).unlink(missing_ok=True)
    if not any(folder.root.iterdir()):
        folder.root.rmdir()
