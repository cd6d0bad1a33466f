"""Between us and a real CKAN anything may break at any moment: nothing is doubled, half public, or believed unseen."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import PortalError
from pipeline.publish.ckan.session import Patience
from pipeline.publish.plan import make_plan
from tests.lib import ROOT
from tests.lib.faulty_proxy import Fault, Spoil, answer
from tests.lib.publications import MONTHS, actions, make_publication, make_release, publish

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipeline.model.release import Publication
    from pipeline.publish.ckan.portal import CkanPortal
    from tests.lib.faulty_proxy import FaultyProxy
    from tests.lib.real_portal import RealCkan

    Connect = Callable[..., CkanPortal]

PAGE = answer(200, "<html>Sign in</html>", Content_Type="text/html")
HASTY = Patience(connect=1, read=0.4, work=0.4, tries=2, pause=0.01, longest=0.05)

PASSING = {
    "the upload breaks off": Fault(Spoil.DROP_MID_UPLOAD),
    "the answer is lost": Fault(Spoil.LOSE_ANSWER),
    "the answer is cut": Fault(Spoil.CUT_ANSWER),
    "500 before the work": Fault(Spoil.ANSWER_INSTEAD, answer(500, "{}")),
    "502 after the work": Fault(Spoil.ANSWER_AFTER, answer(502, "<html>")),
    "503 before the work": Fault(Spoil.ANSWER_INSTEAD, answer(503, Retry_After="1")),
    "429": Fault(Spoil.ANSWER_INSTEAD, answer(429, Retry_After="1")),
    "a page before the work": Fault(Spoil.ANSWER_INSTEAD, PAGE),
    "a page after the work": Fault(Spoil.ANSWER_AFTER, PAGE),
}


@pytest.fixture
def publication(tmp_path: Path, name: str) -> Publication:
    return make_publication(name, [make_release(tmp_path, name, MONTHS[0], content="x" * 300_000)])


def check_whole(ckan: RealCkan, publication: Publication, portal: CkanPortal) -> None:
    """A visitor finds every file once, and there is nothing left to write."""
    resources = ckan.as_owner_of("").call("package_show", id=publication.name)["resources"]
    files = [file for release in publication.releases for file in release.files]
    assert [resource["sha256"] for resource in resources] == [file.sha256 for file in files]
    assert not publish(portal, publication).writes


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_a_fault_that_passes_is_outlasted(
    real_ckan: RealCkan, connect: Connect, proxy: FaultyProxy, publication: Publication, fault: Fault
) -> None:
    for action in ("user_show", "package_show", "license_list", "package_create", "package_revise"):
        proxy.spoil(action, fault)
    if fault.answer != PAGE:  # a page in a file's place is bytes that differ: a test of its own
        for file in publication.releases[0].files:
            proxy.spoil(file.name, fault)
    publish(connect(proxy.address), publication)
    check_whole(real_ckan, publication, connect())
    after_the_work = fault.spoil in {Spoil.LOSE_ANSWER, Spoil.CUT_ANSWER, Spoil.ANSWER_AFTER}
    assert proxy.count("package_create") == (1 if after_the_work else 2)


@pytest.mark.parametrize("spoil", [Spoil.LOSE_ANSWER, Spoil.ANSWER_INSTEAD])
def test_somebody_elses_change_while_we_do_not_know_is_not_overwritten(
    real_ckan: RealCkan, connect: Connect, proxy: FaultyProxy, publication: Publication, *, tmp_path: Path, spoil: Spoil
) -> None:
    publish(connect(), publication)
    changed = replace(publication, releases=(make_release(tmp_path, publication.name, MONTHS[0], content="new"),))

    def edit() -> None:
        real_ckan.call("package_patch", id=publication.name, title="edited")

    portal = connect(proxy.address)
    proxy.spoil("package_revise", Fault(spoil, answer(503)))
    plan = make_plan(portal.name, [changed], portal.look([changed]))
    proxy.spoil("package_show", Fault(Spoil.PASS))
    proxy.spoil("package_show", Fault(Spoil.PASS, before=edit))
    with pytest.raises(PortalError, match="changed-meanwhile"):
        portal.apply(plan, [changed])
    assert proxy.count("package_revise") == 1
    assert real_ckan.call("package_show", id=publication.name)["title"] == "edited"


def test_the_portals_own_wait_is_respected_up_to_a_limit(
    connect: Connect, proxy: FaultyProxy, publication: Publication
) -> None:
    waits: list[float] = []
    proxy.spoil("user_show", Fault(Spoil.ANSWER_INSTEAD, answer(503, Retry_After="7")))
    proxy.spoil("user_show", Fault(Spoil.ANSWER_INSTEAD, answer(429, Retry_After="86400")))
    proxy.spoil("user_show", Fault(Spoil.ANSWER_INSTEAD, answer(503, Retry_After="Wed, 21 Oct 2026 07:28:00 GMT")))
    connect(proxy.address, sleep=waits.append, patience=Patience()).look([publication])
    assert waits == [7, 20, 4]


ENDURING = {
    "portal-busy": Fault(Spoil.ANSWER_INSTEAD, answer(503)),
    "portal-failing": Fault(Spoil.ANSWER_INSTEAD, answer(502)),
    "portal-unreachable": Fault(Spoil.DROP_MID_UPLOAD),
    "portal-timeout": Fault(Spoil.LATE_ANSWER),
    "not-a-portal": Fault(Spoil.ANSWER_INSTEAD, PAGE),
}


@pytest.mark.parametrize(("code", "fault"), ENDURING.items(), ids=ENDURING)
@pytest.mark.parametrize("action", ["user_show", "package_revise"])
def test_a_fault_that_stays_is_one_error_and_the_next_run_finishes(
    real_ckan: RealCkan,
    connect: Connect,
    proxy: FaultyProxy,
    publication: Publication,
    *,
    anybody: Callable[[str], int],
    code: str,
    fault: Fault,
    action: str,
) -> None:
    proxy.spoil(action, fault, times=HASTY.tries)
    if fault.spoil is Spoil.LATE_ANSWER:  # the portal does the work, but no look comes back in time either
        proxy.spoil("package_show", Fault(Spoil.PASS))
        proxy.spoil("package_show", Fault(Spoil.PASS))
        proxy.spoil("package_show", fault, times=HASTY.tries)
    with pytest.raises(PortalError, match=code) as raised:
        publish(connect(proxy.address, patience=HASTY), publication)
    assert raised.value.transient == (code != "not-a-portal")
    assert raised.value.__context__ is None
    assert real_ckan.token.reveal() not in repr(raised.value)
    assert anybody(publication.name) == (404 if action == "user_show" else 403)
    proxy.release.set()
    publish(connect(), publication)
    check_whole(real_ckan, publication, connect())


def test_a_portal_that_is_not_there(connect: Connect, publication: Publication) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
    with pytest.raises(PortalError, match="portal-unreachable") as raised:
        publish(connect(address), publication)
    assert address in str(raised.value)


def test_a_late_answer_to_finished_work_is_not_asked_for_twice(
    real_ckan: RealCkan, connect: Connect, proxy: FaultyProxy, publication: Publication
) -> None:
    proxy.spoil("package_revise", Fault(Spoil.LATE_ANSWER))
    publish(connect(proxy.address, patience=replace(HASTY, read=3, work=1, tries=4)), publication)
    assert proxy.count("package_revise") == 2  # the files, then showing it to everybody
    check_whole(real_ckan, publication, connect())


@pytest.mark.parametrize("public", [True, False])
def test_bytes_that_come_back_otherwise_are_sent_again_by_the_next_run(
    real_ckan: RealCkan,
    connect: Connect,
    proxy: FaultyProxy,
    publication: Publication,
    *,
    anybody: Callable[[str], int],
    tmp_path: Path,
    public: bool,
) -> None:
    if public:
        old = make_release(tmp_path, publication.name, MONTHS[0], content="old")
        publish(connect(), replace(publication, releases=(old,)))
        new = make_release(tmp_path, publication.name, MONTHS[0], content="new")
        publication = replace(publication, releases=(new,))
    name = publication.releases[0].files[1].name
    proxy.spoil(name, Fault(Spoil.CHANGE_ANSWER) if public else Fault(Spoil.ANSWER_INSTEAD, PAGE))
    with pytest.raises(PortalError, match="readback-differs") as raised:
        publish(connect(proxy.address), publication)
    assert name in raised.value.message
    assert anybody(publication.name) == (200 if public else 403)
    assert actions(publish(connect(), publication))[name] == "UPDATE"
    check_whole(real_ckan, publication, connect())


KILLED = """
import sys
from pathlib import Path
from tests.lib.publications import make_publication, make_release, publish
from pipeline.publish.ckan.portal import CkanPortal
from pipeline.model.source import Secret
name = {name!r}
portal = CkanPortal({address!r}, Secret(sys.stdin.readline().strip()), organisation={organisation!r})
publish(portal, make_publication(name, [make_release(Path({folder!r}), name, "2024-01", content="x" * 300_000)]))
"""


@pytest.mark.parametrize("moment", ["in the middle of the files", "before it is shown to everybody"])
def test_a_killed_run_is_finished_by_the_next_one(
    real_ckan: RealCkan,
    connect: Connect,
    proxy: FaultyProxy,
    publication: Publication,
    *,
    anybody: Callable[[str], int],
    tmp_path: Path,
    moment: str,
) -> None:
    if moment.startswith("before"):
        proxy.spoil("package_revise", Fault(Spoil.PASS))
    proxy.spoil("package_revise", Fault(Spoil.STALL_MID_UPLOAD))
    script = KILLED.format(
        name=publication.name,
        address=proxy.address,
        organisation=real_ckan.organisation,
        folder=str(tmp_path),
    )
    killed = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, cwd=ROOT, env=dict(os.environ))
    assert killed.stdin is not None
    killed.stdin.write(f"{real_ckan.token.reveal()}\n".encode())
    killed.stdin.close()
    assert proxy.stalled.wait(30)
    killed.send_signal(signal.SIGKILL)
    assert killed.wait(30) == -signal.SIGKILL
    proxy.release.set()
    assert anybody(publication.name) == 403
    held = connect().look([publication])[publication.name]
    files = {file.name: file.sha256 for file in publication.releases[0].files}
    assert {name: held.files.get(name) for name in files} == (
        files if moment.startswith("before") else dict.fromkeys(files)
    )
    before = len(proxy.calls)
    plan = publish(connect(proxy.address), publication)
    assert plan.writes
    downloads = [call.action for call in proxy.calls[before:] if call.action in files]
    assert sorted(downloads) == sorted(files)  # checked again, though they were there already
    check_whole(real_ckan, publication, connect())


def test_two_runs_at_once_publish_once(real_ckan: RealCkan, connect: Connect, publication: Publication) -> None:
    portals = [connect(), connect()]
    errors: list[PortalError] = []

    def run(portal: CkanPortal) -> None:
        try:
            publish(portal, publication)
        except PortalError as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(portal,)) for portal in portals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [error.code for error in errors] in ([], ["changed-meanwhile"])
    publish(connect(), publication)
    check_whole(real_ckan, publication, connect())
