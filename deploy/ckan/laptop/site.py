"""CKAN itself: its configuration, its commands, its server."""

from laptop.api import answers
from laptop.command import run
from laptop.folder import Folder, State, write_private
from laptop.install import Installed
from laptop.service import Service, plain_environment

SITE_ID = "default"  # also the name of the administrator that CKAN makes for itself
MAX_RESOURCE_MEGABYTES = 2048
PLUGINS = "datastore datatables_view text_view"

_CONFIGURATION = """\
[DEFAULT]
debug = false

[app:main]
use = egg:ckan
config.mode = strict
SECRET_KEY = {session}
WTF_CSRF_SECRET_KEY = string:{forms}
api_token.jwt.encode.secret = string:{tokens}
api_token.jwt.decode.secret = string:{tokens}
ckan.site_id = {site_id}
ckan.site_title = CKAN on this machine
ckan.site_url = {address}
ckan.plugins = {plugins}
ckan.views.default_views = datatables_view text_view
ckan.storage_path = {storage}
ckan.max_resource_size = {megabytes}
ckan.locale_default = en_GB
ckan.auth.create_unowned_dataset = false
ckan.auth.create_dataset_if_not_in_organization = false
ckan.auth.user_create_groups = false
ckan.auth.user_create_organizations = false
ckan.auth.create_user_via_api = false
ckan.auth.create_user_via_web = false
sqlalchemy.url = postgresql://ckan:{writer}@127.0.0.1:{postgresql}/ckan
ckan.datastore.write_url = postgresql://ckan:{writer}@127.0.0.1:{postgresql}/datastore
ckan.datastore.read_url = postgresql://datastore_reader:{reader}@127.0.0.1:{postgresql}/datastore
ckan.redis.url = redis://:{redis_password}@127.0.0.1:{redis}/0
solr_url = http://127.0.0.1:{solr}/solr/ckan

[loggers]
keys = root, ckan

[handlers]
keys = console

[formatters]
keys = generic

[logger_root]
level = WARNING
handlers = console

[logger_ckan]
level = INFO
handlers = console
qualname = ckan
propagate = 0

[handler_console]
class = StreamHandler
args = (sys.stderr,)
level = NOTSET
formatter = generic

[formatter_generic]
format = %(asctime)s %(levelname)-5.5s [%(name)s] %(message)s
"""


def configure(folder: Folder, state: State) -> None:
    """`ckan.ini` says what the state says: ports, secrets, address."""
    passwords = {
        "session": state.secret("session"),
        "forms": state.secret("forms"),
        "tokens": state.secret("tokens"),
        "writer": state.secret("writer"),
        "reader": state.secret("reader"),
        "redis_password": state.secret("redis"),
    }
    ports = {name: str(state.ports[name]) for name in ("postgresql", "redis", "solr")}
    text = _CONFIGURATION
    for name, value in {
        **passwords,
        **ports,
        "site_id": SITE_ID,
        "address": state.address,
        "plugins": PLUGINS,
        "storage": str(folder.root / "storage").replace("%", "%%"),
        "megabytes": str(MAX_RESOURCE_MEGABYTES),
    }.items():
        text = text.replace(f"{{{name}}}", value)
    write_private(folder.root / "ckan.ini", text)


def command(folder: Folder, installed: Installed, *words: str) -> str:
    """What CKAN's own command printed; its complaints are in the log `prepare`."""
    return run(
        "ckan",
        [str(installed.ckan), "--config", str(folder.root / "ckan.ini"), *words],
        log=folder.log("prepare"),
        environment=_environment(),
    )


def service(folder: Folder, state: State, installed: Installed) -> Service:
    """CKAN's own server, answering several requests at once, without its debugger."""
    place = ["--host", "127.0.0.1", "--port", str(state.ports["ckan"])]
    switches = ["--threaded", "--disable-reloader", "--disable-debugger"]
    return Service(
        name="ckan",
        command=[str(installed.ckan), "--config", str(folder.root / "ckan.ini"), "run", *place, *switches],
        answers=lambda: answers(f"{state.address}/api/3/action/status_show"),
        environment=_environment(),
    )


def _environment() -> dict[str, str]:
    # One arena: threads would else keep memory that they no longer use.
    return plain_environment() | {"MALLOC_ARENA_MAX": "1", "PYTHONUNBUFFERED": "1"}
