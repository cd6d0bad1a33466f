"""What ends a run: another run, a signal, a portal, the settings, lost state, too little memory, a fault of ours."""

from __future__ import annotations

import fcntl
import json
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.errors import ExitStatus, PortalError
from pipeline.publish.catalogue.groups import PAGE_FOLDERS
from tests.lib import ROOT
from tests.lib.product import DATASETS, Product, change_csv, contents, tree
from tests.lib.small_tree import AS_OF, small_tree


def test_busy_while_another_run_holds_the_lock(product: Product) -> None:
    before = tree(product.folder)
    with (product.private / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for words in (["publish"], ["plan"], ["sample"], ["sample", "--clear"]):
            said = product.run(*words, status=ExitStatus.BUSY)
            assert said.err.startswith("busy: ")
        assert product.run("accounts", "street-crime", "--month", "2024-01").status == 0
    assert tree(product.folder) == before
    assert product.run("publish", "--quiet").status == 0


def test_a_publish_waits_for_somebody_who_plans(product: Product) -> None:
    with (product.private / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        assert product.run("plan", "--quiet").status == 0  # any number may plan at once
        process = product.start("publish")
        assert process.stderr is not None
        assert process.stderr.readline() == "a plan is being made here: waiting for its end, 60 seconds at most\n"
        fcntl.flock(lock, fcntl.LOCK_UN)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "waiting" not in err


def test_a_publish_does_not_wait_for_ever_for_a_plan(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.storage.lock.PATIENCE", 0.3)
    with (product.private / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        said = product.run("publish")
    assert said.status == ExitStatus.BUSY
    assert said.err.count("waiting for its end") == 1
    assert "busy: " in said.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_by_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    product = Product.with_sample(tmp_path)
    process = product.start("publish")
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("building spend-over-500"):
            process.send_signal(number)
            break
    out, err = process.communicate(timeout=60)
    assert process.returncode == ExitStatus.INTERRUPTED
    assert "interrupted: stopped; the last good release is untouched" in err
    assert "Traceback" not in err + out
    assert not (product.published / "index.html").exists()
    assert product.run("publish", "--quiet").status == 0


def test_a_portal_that_cannot_be_reached(small: Product) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    token = "a-secret-token-0123456789abcdef"  # noqa: S105 - it opens nothing
    began = time.monotonic()
    said = small.run(
        "--as-of",
        AS_OF,
        "publish",
        "--quiet",
        PIPELINE_CKAN_URL=address,
        PIPELINE_CKAN_TOKEN=token,
        status=ExitStatus.PORTAL,
    )
    assert "portal-unreachable" in said.out
    assert token not in said.text
    assert f"open {Path('data') / 'published' / 'index.html'}" in said.out  # the catalogue is there all the same
    assert time.monotonic() - began < 60


def test_the_sample_has_its_own_key_whatever_the_settings_name(product: Product) -> None:
    other = small_tree(product.folder / "other")
    before = tree(product.data)
    assert product.publish(PIPELINE_KEY_FILE=str(other.key_file)) == {}
    assert tree(product.data) == before
    other.key_file.chmod(0o644)  # a key that is named must be right all the same
    assert product.run("publish", PIPELINE_KEY_FILE=str(other.key_file)).status == ExitStatus.SETTINGS


def test_each_dataset_is_published_under_its_own_licence(tmp_path: Path) -> None:
    product = Product.with_sample(tmp_path)
    text = product.settings.read_text(encoding="utf-8")
    licence = 'id = "CC-BY-4.0"\nckan = "cc-by-4.0"\ntitle = "Creative Commons Attribution 4.0"\n'
    address = "https://creativecommons.org/licenses/by/4.0/"
    own = f'[licences.cc-by-4]\n{licence}url = "{address}"\n[datasets.engagement-events]\nlicence = "cc-by-4"\n'
    product.settings.write_text(f"{text}\n{own}", encoding="utf-8")
    product.publish("engagement-events", "spend-over-500", "--month", "2024-01")
    for dataset, name, words in (
        ("engagement-events", "CC-BY-4.0", "Creative Commons Attribution 4.0"),
        ("spend-over-500", "OGL-UK-3.0", "Open Government Licence"),
    ):
        facts = json.loads((product.published / dataset / "datapackage.json").read_bytes())
        assert [each["name"] for each in facts["licenses"]] == [name]
        assert words in facts["attribution"]
        parquet = pq.read_schema(product.published / dataset / f"{dataset}-2024-01.parquet").metadata
        assert words in parquet[b"licence"].decode()
        assert words in parquet[b"attribution"].decode()


def test_sample_data_never_goes_to_the_portal_of_the_settings(product: Product) -> None:
    said = product.run(
        "publish", "--quiet", PIPELINE_CKAN_URL="https://ckan.example.org", PIPELINE_CKAN_TOKEN="t" * 40, status=0
    )
    assert "sample data is never sent to the portal that the settings name" in said.out


def test_a_folder_that_cannot_be_written_is_a_storage_failure(product: Product) -> None:
    """A file stands where a folder must be: not even the superuser can write there."""
    subprocess.run(["rm", "-r", str(product.private / "state")], check=True)
    (product.private / "state").write_text("", encoding="utf-8")
    said = product.run("publish", status=ExitStatus.STORAGE)
    assert "not-writable: " in said.text
    assert "let the user of this run write in the folder data/private/state" in " ".join(said.text.split())


@pytest.mark.parametrize("port", ["65536", "99999", "99999999", "0"])
def test_a_port_that_cannot_be_is_a_mistake_in_the_settings(product: Product, port: str) -> None:
    said = product.run(
        "plan", PIPELINE_CKAN_URL=f"https://127.0.0.1:{port}", PIPELINE_CKAN_TOKEN="t" * 40, status=ExitStatus.SETTINGS
    )
    assert "PIPELINE_CKAN_URL" in said.text
    assert "a port is 65535 at most" in " ".join(said.text.split())


@pytest.mark.parametrize("key", ["decisions", "approvals"])
def test_a_file_of_decisions_in_a_folder_that_does_not_exist_is_said_so(product: Product, key: str) -> None:
    text = product.settings.read_text(encoding="utf-8")
    product.settings.write_text(
        re.sub(r"\[review\]\n(approvals = .*\n)?", f'[review]\n{key} = "nowhere/decisions.toml"\n', text), "utf-8"
    )
    said = product.run("plan", status=ExitStatus.SETTINGS)
    assert "make the folder " in said.text
    assert "nowhere, or correct this line" in " ".join(said.text.split())
    assert "--settings FILE" not in said.text


def test_what_happens_to_columns_is_said_in_words(product: Product) -> None:
    for dataset in ("street-crime", "spend-over-500", "engagement-events"):
        said = product.run("datasets", dataset).out
        assert not re.search(r"\b[A-Z][a-z]+[A-Z][a-z]+\b", said.replace("VALUE", "")), said
    assert "  event_id -> event_id: publishes a keyed pseudonym of a reference (the same record keeps" in said


def test_an_address_without_a_token_stops_a_run_before_anything_is_built(small: Product) -> None:
    small.crimes("2024-01").write_bytes(small.crimes("2024-02").read_bytes())
    for command in ("publish", "plan"):
        before = tree(small.folder)
        said = small.run(
            "--as-of", AS_OF, command, PIPELINE_CKAN_URL="https://ckan.example.org", status=ExitStatus.SETTINGS
        )
        assert said.err.startswith("missing-setting: PIPELINE_CKAN_TOKEN: ")
        assert said.out == ""
        assert tree(small.folder) == before
    assert (
        small.run("accounts", "street-crime", "--month", "2024-01", PIPELINE_CKAN_URL="https://a.example").status == 0
    )


def test_all_that_can_be_known_before_anything_is_read_is_said_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = small_tree(tmp_path)
    product.key_file.unlink()
    shutil.copytree(ROOT / "schemas", tmp_path / "schemas")
    (tmp_path / "schemas" / "crime" / "street-crime.json").write_text("{", encoding="utf-8")
    monkeypatch.setattr("pipeline.build.run_context.SCHEMAS", tmp_path / "schemas")
    before = tree(product.data)
    portal = {"PIPELINE_CKAN_URL": "https://ckan.example.org"}
    said = product.run(
        "publish",
        PIPELINE_ENGAGEMENT_DATABASE="nosuch://reader:pa55@db.example.org/events",
        **portal,
        status=ExitStatus.SETTINGS,
    )
    for mistake in (
        "missing-setting: PIPELINE_CKAN_TOKEN: ",
        "key-missing: ",
        "crime/street-crime.json, line 1: this is no JSON: ",
        "the address cannot be used: no driver for its kind of database is installed",
    ):
        assert said.err.count(mistake) == 1, mistake
    assert "pa55" not in said.text
    assert said.out == ""
    assert tree(product.data) == before


def test_a_bad_file_of_the_laptops_portal_stops_a_run_before_anything_is_built(tmp_path: Path) -> None:
    product = Product.with_sample(tmp_path)
    (product.folder / ".portal").mkdir()
    (product.folder / ".portal" / "env").write_text("PIPELINE_CKAN_URL=http://127.0.0.1:1\n", encoding="utf-8")
    before = tree(product.folder)
    said = product.run("publish", PIPELINE_CKAN_URL="https://ckan.example.org", PIPELINE_CKAN_TOKEN="t" * 40)
    assert (said.status, said.err.split(":")[0]) == (ExitStatus.SETTINGS, "bad-portal-file")
    assert tree(product.folder) == before


def test_a_fault_of_ours_in_one_portal_does_not_stop_the_others(
    small: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("Mrs Vanterpoole-Squibb")

    small.crimes("2024-02").write_bytes(small.crimes("2024-02").read_bytes().replace(b",Y\n", b",N\n", 1) + b"\n")
    monkeypatch.setattr("pipeline.publish.catalogue.portal.StaticCatalogue.look", fail)
    monkeypatch.setattr("pipeline.publish.ckan.portal.CkanPortal.look", fail)
    portal = {"PIPELINE_CKAN_URL": "https://ckan.example.org", "PIPELINE_CKAN_TOKEN": "t" * 40}
    for command in ("plan", "publish"):
        said = small.run("--as-of", AS_OF, command, "--quiet", **portal, status=ExitStatus.BUG)
        assert said.out.count("bug: ValueError at ") == 4  # the catalogue as a whole, CKAN for each dataset
        assert "Vanterpoole" not in said.text
    last = (small.private / "journal.jsonl").read_text(encoding="utf-8").splitlines()[-1]
    assert json.loads(last)["errors"] == ["bug"] * 4


@pytest.mark.parametrize(("code", "tried"), [("bad-token", 1), ("upload-too-large", 3), ("portal-timeout", 3)])
def test_what_a_portal_answers_to_everything_is_asked_once(
    small: Product, monkeypatch: pytest.MonkeyPatch, code: str, tried: int
) -> None:
    calls: list[str] = []

    def refuse(*_: object) -> None:
        calls.append(code)
        raise PortalError(code, "the portal says no", where="https://ckan.example.org")

    monkeypatch.setattr("pipeline.publish.ckan.portal.CkanPortal.look", lambda *_: {})
    monkeypatch.setattr("pipeline.publish.ckan.portal.CkanPortal.apply", refuse)
    portal = {"PIPELINE_CKAN_URL": "https://ckan.example.org", "PIPELINE_CKAN_TOKEN": "t" * 40}
    said = small.run("--as-of", AS_OF, "publish", "--quiet", **portal, status=ExitStatus.PORTAL)
    assert len(calls) == said.out.count(f"{code}: ") == tried


def test_a_dataset_whose_state_is_lost_stays_as_it_is_and_the_others_are_published(product: Product) -> None:
    before = contents(product.published)
    (product.private / "state" / "street-crime.json").write_text("{", encoding="utf-8")
    change_csv(product.reference / "neighbourhoods.csv", lambda rows: rows[:-1])
    text = product.settings.read_text(encoding="utf-8").replace("opendata@", "data@")
    product.settings.write_text(text, encoding="utf-8")
    said = product.run("publish", "--quiet", status=ExitStatus.STORAGE)
    assert said.out.count("bad-state") == 1
    after = contents(product.published)
    for name in ("engagement-events", "spend-over-500"):
        assert after[f"{name}/datapackage.json"] != before[f"{name}/datapackage.json"]
    own = {name: sha256 for name, sha256 in before.items() if name.startswith("street-crime/")}
    assert own.items() <= after.items()
    assert 'href="street-crime/' in (product.published / "index.html").read_text(encoding="utf-8")


def test_an_unknown_fault_shows_where_but_never_what(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("Mrs Vanterpoole-Squibb")

    monkeypatch.setattr("pipeline.run.publish._ran", fail)
    said = product.run("publish", status=ExitStatus.BUG)
    assert re.match(r"bug: ValueError at .*test_exit_statuses\.py:[0-9]+\n  to do: please report this line\n", said.err)
    assert "Vanterpoole" not in said.text
    assert "Traceback" not in said.text


def test_too_little_memory_is_said_so(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("pipeline.run.publish._ran", fail)
    said = product.run("publish", status=ExitStatus.STORAGE)
    assert said.err.startswith("out-of-memory: ")
    assert "to do: " in said.err


def test_too_little_memory_for_a_portal_is_no_fault_of_ours(small: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("pipeline.publish.catalogue.portal.StaticCatalogue.look", fail)
    said = small.run("--as-of", AS_OF, "publish", "--quiet", status=ExitStatus.STORAGE)
    assert "out-of-memory: " in said.out
    assert "bug: " not in said.out


@pytest.mark.parametrize("command", ["publish", "inspect"])
def test_output_that_nobody_reads_to_its_end_is_no_fault(product: Product, command: str) -> None:
    process = product.start(command, "--quiet" if command == "publish" else str(product.crimes("2024-01")))
    assert process.stdout is not None
    process.stdout.close()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert err == ""


def test_state_that_cannot_be_understood_is_refused_and_left_alone(product: Product) -> None:
    files = contents(product.published)
    floor = product.state("spend-over-500")["floors"]["payee"]
    register_name = f"state/spend-over-500/{floor}.arrow"
    for name in ("state/street-crime.json", register_name, "origin.json", "quarantine/street-crime/2024-01.json"):
        path = product.private / name
        kept = path.read_bytes()
        path.write_bytes(kept[:-20])
        said = product.run("quarantine", "street-crime") if "quarantine" in name else product.run("publish")
        assert said.status == ExitStatus.STORAGE, (name, said.text)
        assert "bad-state" in said.text
        assert path.read_bytes() == kept[:-20]
        path.write_bytes(kept)
        now = contents(product.published)
        pages = tuple(f"{name}/" for name in PAGE_FOLDERS)
        assert {file: text for file, text in now.items() if "/" in file and not file.startswith(pages)} == {
            file: text for file, text in files.items() if "/" in file and not file.startswith(pages)
        }
    product.publish()
    assert contents(product.published) == files


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_register_that_is_lost_is_read_again_or_stops_its_dataset(product: Product, dataset: str) -> None:
    before = contents(product.published)
    parts = product.state(dataset)
    sources = {sha256 for each in parts["registers"].values() for sha256 in each.values()}
    assert sources
    for register in sorted((product.private / "state" / dataset).iterdir()):
        kept = register.read_bytes()
        register.unlink()
        said = product.run("publish", "--quiet", dataset)
        again = register.stem in sources - {*parts["floors"].values()}
        assert said.status == (0 if again else ExitStatus.STORAGE), said.text
        assert ("read again" in said.out, "bad-state" in said.out) == (again, not again)
        assert register.exists() == again
        register.write_bytes(kept)
    product.publish()
    assert contents(product.published) == before
