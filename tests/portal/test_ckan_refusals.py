"""Everything that a CKAN can refuse is one clear error, and nothing is written, brought back or shown."""

from __future__ import annotations

import secrets
import ssl
import subprocess
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import ExitStatus, PortalError
from pipeline.model.source import Secret
from pipeline.publish.plan import make_plan
from tests.lib.faulty_proxy import Fault, Spoil, answer
from tests.lib.publications import MONTHS, actions, make_publication, make_release, publish
from tests.lib.real_portal import unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pipeline.model.release import Publication
    from pipeline.publish.ckan.portal import CkanPortal
    from tests.lib.faulty_proxy import FaultyProxy
    from tests.lib.real_portal import RealCkan

    Connect = Callable[..., CkanPortal]


@pytest.fixture
def publication(tmp_path: Path, name: str) -> Publication:
    return make_publication(name, [make_release(tmp_path, name, MONTHS[0])])


def refused(code: str, portal: CkanPortal, *publications: Publication) -> PortalError:
    """Return the error with ``code`` that publishing raises; it reads well and hides the token."""
    with pytest.raises(PortalError) as raised:
        publish(portal, *publications)
    error = raised.value
    assert error.code == code, str(error)
    assert error.status is ExitStatus.PORTAL
    assert error.where
    assert error.fix
    assert error.__cause__ is None
    assert error.__context__ is None
    assert portal.token.reveal() not in f"{error}{error!r}{portal!r}{vars(error)}"
    return error


@pytest.mark.parametrize("token", ["eyJhbGciOiJIUzI1NiJ9.nonsense.of-ours", "two\nlines", "\u2019quoted\u2019"])
def test_a_token_that_the_portal_does_not_know(connect: Connect, publication: Publication, token: str) -> None:
    error = refused("bad-token", connect(token=Secret(token)), publication)
    assert "PIPELINE_CKAN_TOKEN" in error.fix


def test_an_organisation_that_is_not_there(real_ckan: RealCkan, connect: Connect, publication: Publication) -> None:
    error = refused("no-organisation", connect(organisation="no-such-organisation"), publication)
    assert "`no-such-organisation`" in error.message
    assert real_ckan.answer("package_show", id=publication.name).status_code == 404


@pytest.fixture
def other_organisation(administrator: RealCkan) -> Iterator[str]:
    made = f"test-{secrets.token_hex(6)}"
    administrator.call("organization_create", name=made, title="Another force")
    yield made
    administrator.call("organization_delete", id=made)


def test_an_organisation_in_which_the_user_is_no_editor(
    connect: Connect, publication: Publication, other_organisation: str
) -> None:
    error = refused("may-not-publish", connect(organisation=other_organisation), publication)
    assert other_organisation in error.message


@pytest.mark.parametrize("private", [True, False])
def test_a_name_that_another_organisation_has_taken(
    administrator: RealCkan, connect: Connect, publication: Publication, other_organisation: str, *, private: bool
) -> None:
    theirs = {"name": publication.name, "owner_org": other_organisation, "private": private, "license_id": "uk-ogl"}
    before = administrator.call("package_create", **theirs)
    refused("dataset-name-taken", connect(), publication)
    assert administrator.call("package_show", id=publication.name) == before
    administrator.call("package_delete", id=publication.name)
    if private:
        refused("dataset-name-taken", connect(), publication)
    administrator.call("dataset_purge", id=publication.name)


@pytest.mark.parametrize(
    ("licence", "problem"),
    [
        ("no-such-licence", "is not in its list"),
        ("notspecified", "is not marked as open"),
        ("cc-by", "stands for another licence"),
    ],
)
def test_a_licence_that_the_portal_lists_otherwise(
    real_ckan: RealCkan, connect: Connect, publication: Publication, licence: str, problem: str
) -> None:
    error = refused("no-licence", connect(), replace(publication, licence_ckan=licence))
    assert problem in error.message
    assert real_ckan.answer("package_show", id=publication.name).status_code == 404


def test_a_deleted_dataset_is_not_brought_back(real_ckan: RealCkan, connect: Connect, publication: Publication) -> None:
    publish(connect(), publication)
    real_ckan.call("package_delete", id=publication.name)
    refused("dataset-deleted", connect(), publication)
    assert real_ckan.call("package_show", id=publication.name)["state"] == "deleted"


def test_a_hidden_dataset_is_not_shown_again(
    real_ckan: RealCkan, connect: Connect, publication: Publication, anybody: Callable[[str], int]
) -> None:
    publish(connect(), publication)
    real_ckan.call("package_patch", id=publication.name, private=True)
    refused("dataset-hidden", connect(), publication)
    assert anybody(publication.name) == 403


def test_a_dataset_that_somebody_changed_since_the_plan(
    real_ckan: RealCkan, connect: Connect, publication: Publication, tmp_path: Path
) -> None:
    portal = connect()
    publish(portal, publication)
    changed = replace(publication, releases=(make_release(tmp_path, publication.name, MONTHS[0], content="new"),))
    plan = make_plan(portal.name, [changed], portal.look([changed]))
    edited = real_ckan.call("package_patch", id=publication.name, notes="edited")
    with pytest.raises(PortalError, match="changed-meanwhile") as raised:
        portal.apply(plan, [changed])
    assert raised.value.transient
    assert real_ckan.call("package_show", id=publication.name) == edited
    publish(portal, changed)


def test_a_dataset_that_somebody_changes_at_the_last_moment(
    real_ckan: RealCkan, connect: Connect, proxy: FaultyProxy, publication: Publication, tmp_path: Path
) -> None:
    publish(connect(), publication)
    changed = replace(publication, releases=(make_release(tmp_path, publication.name, MONTHS[0], content="new"),))

    def edit() -> None:
        real_ckan.call("package_patch", id=publication.name, notes="edited")

    proxy.spoil("package_revise", Fault(Spoil.PASS, before=edit))
    refused("changed-meanwhile", connect(proxy.address), changed)
    shown = real_ckan.call("package_show", id=publication.name)
    assert shown["notes"] == "edited"
    old = {file.sha256 for file in publication.releases[0].files}
    assert {resource["sha256"] for resource in shown["resources"]} == old


def test_a_dataset_that_appeared_since_the_plan(
    real_ckan: RealCkan, connect: Connect, publication: Publication
) -> None:
    portal = connect()
    plan = make_plan(portal.name, [publication], portal.look([publication]))
    made = real_ckan.call("package_create", name=publication.name, owner_org=real_ckan.organisation)
    with pytest.raises(PortalError, match="changed-meanwhile"):
        portal.apply(plan, [publication])
    assert real_ckan.call("package_show", id=publication.name)["resources"] == made["resources"] == []


def test_fields_that_the_portal_does_not_accept_are_named_without_their_values(
    connect: Connect, publication: Publication, anybody: Callable[[str], int]
) -> None:
    error = refused("portal-refused", connect(), replace(publication, version="v" * 101, contact_email="not one"))
    assert "version" in error.message
    assert "maintainer_email" in error.message
    assert "not one" not in str(error)
    assert anybody(publication.name) == 403


def test_a_file_that_is_larger_than_the_portal_accepts(
    connect: Connect, proxy: FaultyProxy, publication: Publication
) -> None:
    proxy.spoil("package_revise", Fault(Spoil.ANSWER_INSTEAD, answer(413, "<html>")))
    error = refused("upload-too-large", connect(proxy.address), publication)
    assert "ckan.max_resource_size" in error.fix
    publish(connect(), publication)


def test_files_that_were_replaced_before_the_portal_stopped_are_named_and_sent_again(
    real_ckan: RealCkan, connect: Connect, proxy: FaultyProxy, publication: Publication, tmp_path: Path
) -> None:
    storage = real_ckan.folder / "storage" / "resources"
    if not storage.exists():
        unavailable("the portal's own files are only within reach where it was started without containers")
    publish(connect(), publication)
    resource = real_ckan.call("package_show", id=publication.name)["resources"][0]
    ident = resource["id"]

    def replace_first() -> None:  # what CKAN does when the second of two files is too large
        (storage / ident[:3] / ident[3:6] / ident[6:]).write_bytes(b"new")

    new = make_release(tmp_path, publication.name, MONTHS[0], content="new")
    proxy.spoil("package_revise", Fault(Spoil.ANSWER_INSTEAD, answer(413), before=replace_first))
    error = refused("upload-too-large", connect(proxy.address), replace(publication, releases=(new,)))
    assert f"replaced before it stopped: {new.files[0].name}" in error.message
    old = make_release(tmp_path, publication.name, MONTHS[0])
    plan = publish(connect(), replace(publication, releases=(old,)))
    assert actions(plan)[old.files[0].name] == "UPDATE"


@pytest.mark.parametrize("damage", ["missing", "shorter"])
def test_a_release_that_is_not_on_disk_as_it_was_built(
    connect: Connect, publication: Publication, anybody: Callable[[str], int], damage: str
) -> None:
    path = publication.releases[0].files[0].path
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(b"x")
    refused("release-file-differs", connect(), publication)
    assert anybody(publication.name) == 403


def test_a_dataset_that_fails_does_not_stop_the_others(
    real_ckan: RealCkan, connect: Connect, publication: Publication, tmp_path: Path
) -> None:
    second = f"{publication.name}-b"
    other = make_publication(second, [make_release(tmp_path, second, MONTHS[0])])
    refused("no-licence", connect(), replace(publication, licence_ckan="none"), other)
    assert len(real_ckan.as_owner_of("").call("package_show", id=second)["resources"]) == 2
    real_ckan.call("package_delete", id=second)


def test_a_plan_for_another_portal_is_not_carried_out(connect: Connect, publication: Publication) -> None:
    with pytest.raises(ValueError, match="another portal"):
        connect().apply(make_plan("catalogue", [publication], {}), [publication])


def test_an_address_that_leads_elsewhere_gets_no_token_there(
    connect: Connect, proxy: FaultyProxy, publication: Publication
) -> None:
    proxy.spoil("user_show", Fault(Spoil.ANSWER_INSTEAD, answer(301, Location="https://elsewhere.example/api")))
    error = refused("portal-redirects", connect(proxy.address), publication)
    assert "https://elsewhere.example" in error.message
    assert len(proxy.calls) == 1


def test_a_download_that_is_redirected_takes_no_token_along(
    connect: Connect, proxy: FaultyProxy, real_ckan: RealCkan, publication: Publication
) -> None:
    class Store(BaseHTTPRequestHandler):
        heads: list[str] = []  # noqa: RUF012 - one store, one test

        def do_GET(self) -> None:
            self.heads.append(str(self.headers))
            name = self.path.rpartition("/")[2]
            body = next(f.path for f in publication.releases[0].files if f.name == name).read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with serving(HTTPServer(("127.0.0.1", 0), Store)) as port:
        for file in publication.releases[0].files:
            there = answer(302, Location=f"http://127.0.0.1:{port}/{file.name}")
            proxy.spoil(file.name, Fault(Spoil.ANSWER_INSTEAD, there))
        publish(connect(proxy.address), publication)
    assert len(Store.heads) == 2
    assert not any(real_ckan.token.reveal() in head for head in Store.heads)
    sent = [call.head for call in proxy.calls]
    assert all(real_ckan.token.reveal() in head for head in sent)
    assert all("User-Agent: police-open-data/" in head for head in sent)


def test_a_certificate_that_nobody_trusts(connect: Connect, publication: Publication, tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    subprocess.run([*made, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    server = QuietServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with serving(server) as port:
        refused("portal-certificate", connect(f"https://127.0.0.1:{port}"), publication)


class QuietServer(HTTPServer):
    """A server that does not complain when its caller refuses the handshake."""

    def handle_error(self, *_: object) -> None:
        """Say nothing."""


class serving:  # noqa: N801 - it reads as what it does
    """Serve while inside; gives the port."""

    def __init__(self, server: HTTPServer) -> None:
        self.server = server
        self.thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> int:
        self.thread.start()
        return int(self.server.server_address[1])

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
