"""Every command and option as somebody types it, and the exit status of every kind of failure, really provoked."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from product import DATASETS, MONTHS, ROOT, Product, change_csv, contents, tree
from small_tree import AS_OF, KEY, small_tree

from pipeline import __version__
from pipeline.errors import EXIT_MEANINGS, ExitStatus, PortalError

COMMANDS = ("publish", "plan", "preview", "sample", "key", "datasets", "quarantine", "accounts", "review")


@pytest.fixture
def product(tmp_path: Path) -> Product:
    return Product.with_published_sample(tmp_path)


# --- help -----------------------------------------------------------------------------------------------------------


def test_help_names_every_command_and_every_exit_status(tmp_path: Path) -> None:
    said = Product.empty(tmp_path).run("--help")
    assert said.status == 0
    for command in COMMANDS:
        assert re.search(rf"^    {command} ", said.out, re.MULTILINE), command
    for status, meaning in EXIT_MEANINGS.items():
        assert re.search(rf"^ +{status.value}  {re.escape(meaning)}$", said.out, re.MULTILINE)
    assert set(EXIT_MEANINGS) == set(ExitStatus)
    assert len({status.value for status in ExitStatus}) == len(ExitStatus)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_its_own_help(tmp_path: Path, command: str) -> None:
    said = Product.empty(tmp_path).run(command, "--help")
    assert said.status == 0
    assert re.match(rf"usage: pipeline .*\b{command} \[-h\]", said.out), said.out


def test_version(tmp_path: Path) -> None:
    said = Product.empty(tmp_path).run("--version")
    assert (said.status, said.out) == (0, f"{__version__}\n")


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("publich",),
        ("publish", "street-crimes"),
        ("plan", "street-crimes"),
        ("publish", "--month", "2024-13"),
        ("publish", "--month", "01/2024"),
        ("--as-of", "10/04/2024", "publish"),
        ("--as-of", "2024-02-30", "publish"),
        ("--as-of", "2024-4-1", "publish"),
        ("--as-of", " 2024-04-01", "plan"),
        ("publish", "--month", "2024-1"),
        ("publish", "--month", "0024-01"),
        ("accounts", "street-crimes", "--month", "2024-01"),
        ("quarantine", "--reveal"),
        ("plan", "--settings", "x"),
        ("--month", "2024-01", "plan"),
        ("plan", "--qiet"),
        ("quarantine", "street-crimes"),
        ("quarantine", "street-crime", "--reveal"),
        ("datasets", "street-crimes"),
        ("key", "old"),
        ("sample", "--rows", "many"),
        ("sample", "--rows", "3"),
        ("sample", "--rows", "300", "--clear"),
        ("--settings", "nowhere.toml", "publish"),
    ],
)
def test_a_command_line_that_cannot_be_carried_out_changes_nothing(product: Product, words: tuple[str, ...]) -> None:
    before = tree(product.folder)
    said = product.run(*words)
    assert said.status == ExitStatus.SETTINGS, said.text
    assert said.out == ""
    assert re.match(r"(bad-command|unknown-dataset|not-a-terminal|bad-setting|no-settings-file): ", said.err)
    assert "to do: " in said.err
    assert "Traceback" not in said.err
    assert tree(product.folder) == before


def test_a_wrong_dataset_is_answered_with_the_names_there_are(product: Product) -> None:
    said = product.run("publish", "street-crimes")
    assert "unknown-dataset: the command line: there is no dataset `street-crimes`" in said.err
    assert ", ".join(DATASETS) in said.err


# --- datasets, accounts, quarantine ---------------------------------------------------------------------------------


def test_datasets_lists_them_and_shows_the_fate_of_every_column(product: Product) -> None:
    said = product.run("datasets")
    assert said.status == 0
    assert [line.split()[0] for line in said.out.splitlines()] == list(DATASETS)
    shown = product.run("datasets", "street-crime").out
    assert "victim_surname" in shown
    assert "withheld (identifies)" in shown
    assert "crime_reference -> Crime ID" in shown
    assert "restricted" in product.run("datasets", "street-crime").out


@pytest.mark.parametrize("dataset", DATASETS)
def test_accounts_add_up_as_text_and_as_json(product: Product, dataset: str) -> None:
    for month in (*MONTHS, "none"):
        said = product.run("accounts", dataset, "--month", month, "--json")
        assert said.status == 0, said.text
        facts = json.loads(said.out)
        assert {type(facts[name]) for name in ("read", "published", "quarantined", "withheld")} == {int}
        assert facts["read"] == facts["published"] + facts["quarantined"] + facts["withheld"]
        for outcome in ("published", "quarantined", "withheld"):
            reasons = [each for each in facts["reasons"] if each["outcome"] == outcome]
            assert sum(each["rows"] for each in reasons) == facts[outcome]
            assert all(set(each) == {"feed", "outcome", "reason", "rows"} for each in reasons)
        if month != "none":
            assert facts["published"] == len(product.csv(dataset, month))
        text = product.run("accounts", dataset, "--month", month).out
        assert f"read {facts['read']:,} = published {facts['published']:,}" in text


def test_all_rows_of_all_files_are_in_the_accounts_once(product: Product) -> None:
    for dataset, feeds in (("street-crime", 2), ("spend-over-500", 1)):
        months = product.state(dataset)["months"]
        receipts = product.state(dataset)["receipts"]
        assert len(receipts) == feeds
        read = sum(receipt["rows"] for files in receipts.values() for receipt in files.values())
        assert sum(account[3] for month in months.values() for account in month["accounts"]) == read


def test_a_month_that_was_never_built_has_no_accounts(product: Product) -> None:
    said = product.run("accounts", "street-crime", "--month", "2019-01")
    assert said.status == ExitStatus.INPUT
    assert "no-such-month" in said.err


def test_quarantine_says_where_and_why_and_never_what(product: Product) -> None:
    said = product.run("quarantine", "street-crime", "--month", "2024-01")
    assert said.status == 0
    assert "2024-01  crime/recorded-crime/2024-01.csv, row " in said.out
    assert "Violent crime" not in said.out
    line = r"2024-01  [a-z-]+/[a-z-]+/2024-01\.csv, row [0-9,]+(, column `[a-z_]+`)?: [a-z-]+: .+"
    assert all(re.fullmatch(line, each) for each in said.out.splitlines())
    bad = json.loads(product.run("accounts", "street-crime", "--month", "2024-01", "--json").out)["quarantined"]
    rows = {re.split(", column|: ", each)[0] for each in said.out.splitlines()}
    assert len(rows) == bad
    assert product.run("quarantine", "engagement-events", "--month", "2024-01").out == "no row is in quarantine\n"


def on_a_terminal(product: Product, *words: str, answer: str = "", **environ: str) -> tuple[int, str]:
    """Return how a command ended on a terminal of its own, and everything that stood there."""
    number, terminal = pty.openpty()
    command = [sys.executable, "-m", "pipeline", *words]
    environment = product.environment(PYTHONPATH=str(ROOT), **environ)
    process = subprocess.Popen(
        command, cwd=product.folder, env=environment, stdin=terminal, stdout=terminal, stderr=terminal
    )
    os.close(terminal)
    if answer:
        os.write(number, f"{answer}\n".encode())
    shown = b""
    while True:
        try:
            piece = os.read(number, 65536)
        except OSError:  # the other end has closed
            break
        if not piece:
            break
        shown += piece
    os.close(number)
    return process.wait(60), shown.decode()


def test_cells_are_revealed_on_a_terminal_and_only_while_the_file_is_the_same(product: Product) -> None:
    before = tree(product.folder)
    status, shown = on_a_terminal(product, "quarantine", "street-crime", "--month", "2024-01", "--reveal")
    assert status == 0, shown
    assert "'Violent crime'" in shown
    assert "column `recorded_on`: bad-date: '31/02/2024 10:00'" in shown
    assert "victim" not in shown
    assert tree(product.folder) == before  # nothing of it is kept

    piped = product.run("quarantine", "street-crime", "--reveal")
    assert piped.status == ExitStatus.SETTINGS
    assert "not-a-terminal" in piped.err
    assert "Violent crime" not in piped.text

    change_csv(product.crimes("2024-01"), lambda rows: rows[1:])
    said = product.run_on_screen("quarantine", "street-crime", "--month", "2024-01", "--reveal")
    assert said.status == ExitStatus.INPUT
    assert "file-changed" in said.err
    assert "Violent crime" not in said.text


def test_bad_cells_of_a_workbook_and_of_a_database_are_revealed_too(product: Product) -> None:
    said = product.run_on_screen("quarantine", "spend-over-500", "--month", "2024-02", "--reveal")
    assert said.status == 0, said.text
    assert "column `Payment Method`: unknown-code: '99X'" in said.out
    said = product.run_on_screen("quarantine", "engagement-events", "--reveal")
    assert said.status == 0, said.text
    assert "'99X'" in said.out


# --- keys -----------------------------------------------------------------------------------------------------------


def test_a_key_is_made_once_and_never_replaced(tmp_path: Path) -> None:
    product = Product.empty(tmp_path)
    made = product.run("key", "new")
    assert made.status == 0, made.text
    assert "Back this up now, and here is why" in made.out
    text = product.key_file.read_text(encoding="ascii")
    assert re.fullmatch(r"[0-9a-f]{64}\n", text)
    assert text.strip() not in made.text
    assert stat.S_IMODE(product.key_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(product.key_file.parent.stat().st_mode) & 0o077 == 0
    shown = product.run("key", "fingerprint")
    assert shown.out.strip() in made.out
    again = product.run("key", "new")
    assert again.status == ExitStatus.SETTINGS
    assert "key-exists" in again.err
    assert product.key_file.read_text(encoding="ascii") == text


def test_a_key_goes_where_the_settings_or_the_users_folder_say(tmp_path: Path) -> None:
    product = Product.empty(tmp_path)
    for number, environ in enumerate(
        ({"XDG_DATA_HOME": str(tmp_path / "xdg")}, {"PIPELINE_KEY_FILE": str(tmp_path / "there" / "our.key")})
    ):
        assert product.run("key", "new", **environ).status == 0
        assert sum(1 for _ in tmp_path.rglob("*.key")) == number + 1


@pytest.mark.parametrize("command", ["publish", "plan"])
@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda path: path.unlink(), "key-missing"),
        (lambda path: path.chmod(0o644), "key-exposed"),
        (lambda path: path.chmod(0o640), "key-exposed"),
        (lambda path: path.write_text("00" * 32), "key-weak"),
        (lambda path: path.write_text(KEY[:62]), "key-not-hex"),
        (lambda path: path.write_text("z" + KEY[1:]), "key-not-hex"),
        (lambda path: path.write_text(""), "key-not-hex"),
        (lambda path: path.write_text(KEY[::-1]), "key-changed"),
    ],
)
def test_a_key_that_is_wrong_stops_the_run_before_anything_is_read(
    small: Product, command: str, spoil: object, code: str
) -> None:
    assert callable(spoil)
    spoil(small.key_file)
    small.crimes("2024-01").write_bytes(b"unreadable \xff")  # were it read, that would be the error
    before = tree(small.folder)
    said = small.run(command)
    assert said.status == ExitStatus.SETTINGS, said.text
    assert said.err.startswith(f"{code}: "), said.err
    assert KEY[:16] not in said.text
    assert said.out == ""
    assert tree(small.folder) == before


@pytest.fixture(scope="module")
def published_small(tmp_path_factory: pytest.TempPathFactory) -> Product:
    product = small_tree(tmp_path_factory.mktemp("small"))
    said = product.run("--as-of", AS_OF, "publish", "--quiet")
    assert said.status == 0, said.text
    return product


@pytest.fixture
def small(published_small: Product, tmp_path: Path) -> Product:
    return Product._copied(published_small.folder, tmp_path)


@pytest.mark.parametrize("command", ["publish", "plan"])
def test_a_missing_key_stops_even_the_first_run_before_an_extract_is_opened(
    tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = small_tree(tmp_path)
    product.key_file.unlink()
    opened: list[Path] = []
    monkeypatch.setattr("pipeline.run.sample_guard.bears_mark", opened.append)
    said = product.run(command)
    assert (said.status, said.err.split(":")[0]) == (ExitStatus.SETTINGS, "key-missing")
    assert opened == []


def test_a_lost_private_state_does_not_let_another_key_in(small: Product) -> None:
    for path in sorted(small.private.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    small.key_file.write_text(KEY[::-1], encoding="ascii")
    said = small.run("publish")
    assert said.status == ExitStatus.SETTINGS
    assert "the public files were made with another key" in said.err


def test_an_unattended_run_never_makes_a_key_and_one_at_a_terminal_asks(tmp_path: Path) -> None:
    product = small_tree(tmp_path)
    product.key_file.unlink()
    said = product.run("publish")
    assert said.status == ExitStatus.SETTINGS
    assert said.err.startswith("key-missing: ")
    assert "pipeline key new" in said.err
    assert not product.key_file.exists()
    assert not product.published.exists()
    status, shown = on_a_terminal(product, "--as-of", AS_OF, "publish", "--quiet", answer="n")
    assert status == ExitStatus.SETTINGS
    assert "Make one at" in shown
    assert not product.key_file.exists()
    status, shown = on_a_terminal(product, "--as-of", AS_OF, "publish", "--quiet", answer="y")
    assert status == 0, shown
    assert "Back this up now, and here is why" in shown
    assert product.key_file.exists()
    assert product.published.exists()


# --- sample and real ------------------------------------------------------------------------------------------------


def test_a_real_file_beside_the_sample_is_refused(product: Product) -> None:
    path = product.crimes("2024-04")
    path.write_bytes(small_tree(product.folder / "other").crimes("2024-01").read_bytes())
    for command in ("publish", "plan"):
        before = tree(product.folder)
        said = product.run(command)
        assert said.status == ExitStatus.INPUT
        assert said.err.startswith("sample-and-real: raw/crime/recorded-crime/2024-04.csv: a real file stands beside")
        assert "`pipeline sample --clear`" in said.err
        assert tree(product.folder) == before


def test_a_real_file_where_something_was_made_from_the_sample_is_refused(product: Product) -> None:
    other = small_tree(product.folder / "other")
    for folder, source in ((product.raw, other.raw), (product.reference, other.reference)):
        subprocess.run(["rm", "-r", str(folder)], check=True)
        source.rename(folder)
    said = product.run("publish")
    assert said.status == ExitStatus.INPUT
    assert "a real file stands beside what was made from the sample" in said.err
    # and even when the private folder was lost: the public files say what they are
    subprocess.run(["rm", "-r", str(product.private)], check=True)
    said = product.run("publish", PIPELINE_KEY_FILE=str(other.key_file))
    assert said.status == ExitStatus.INPUT, said.text
    assert "sample-and-real" in said.err
    cleared = product.run("sample", "--clear")
    assert cleared.status == 0
    assert len(list(product.raw.rglob("*.csv"))) == 4
    assert list(product.published.iterdir()) == []
    settings = {"PIPELINE_KEY_FILE": str(other.key_file), "PIPELINE_SETTINGS": str(other.settings)}
    said = product.run("--as-of", AS_OF, "publish", "--quiet", **settings)
    assert said.status == 0, said.text


@pytest.mark.parametrize("command", ["plan", "publish"])
def test_real_extracts_under_the_example_forces_names_are_remarked_on(tmp_path: Path, command: str) -> None:
    """They reach the laptop's portal only when its address is given outright."""
    product = small_tree(tmp_path)
    (product.folder / ".portal").mkdir()
    env = product.folder / ".portal" / "env"
    token = "a" * 40
    env.write_text(
        f"PIPELINE_CKAN_URL=http://127.0.0.1:9\nPIPELINE_CKAN_TOKEN={token}\nPIPELINE_CKAN_ORGANISATION=example\n"
    )
    env.chmod(0o600)
    said = product.run(command, "engagement-events", PIPELINE_SETTINGS=str(ROOT / "pipeline.toml"))
    assert said.status == 0, said.text
    assert said.out.count("CHECK THE SETTINGS") == 1
    assert "examples/leicestershire.toml" in said.out
    assert "127.0.0.1" not in said.text
    own = product.run(command, "engagement-events")
    assert "CHECK THE SETTINGS" not in own.out


def test_the_sample_is_never_published_as_a_real_forces(product: Product) -> None:
    before = tree(product.folder)
    said = product.run("publish", PIPELINE_SETTINGS=str(ROOT / "examples" / "leicestershire.toml"))
    assert (said.status, said.err.split(":")[0]) == (ExitStatus.SETTINGS, "wrong-force")
    assert "`pipeline sample --clear`" in said.err
    assert tree(product.folder) == before


def test_a_file_of_the_sample_where_real_ones_were_received_is_refused(small: Product, tmp_path: Path) -> None:
    sample = Product.with_sample(tmp_path / "sample")
    small.crimes("2024-03").write_bytes(sample.crimes("2024-03").read_bytes())
    files = contents(small.published)
    said = small.run("publish")
    assert said.status == ExitStatus.INPUT
    assert "sample-and-real" in said.err
    for folder in (small.raw, small.reference):  # and when nothing real lies there any more
        subprocess.run(["rm", "-r", str(folder)], check=True)
    (sample.data / "raw").rename(small.raw)
    (sample.data / "reference").rename(small.reference)
    said = small.run("publish")
    assert said.status == ExitStatus.INPUT
    assert "a file of the sample stands where real extracts were received" in said.err
    assert contents(small.published) == files


def test_no_sample_is_made_where_real_extracts_are(tmp_path: Path) -> None:
    product = small_tree(tmp_path)
    before = tree(product.data)
    said = product.run("sample")
    assert said.status == ExitStatus.INPUT
    assert "sample-and-real" in said.err
    assert tree(product.data) == before
    # the reference data alone is real too: a first `make publish` must not write over it
    subprocess.run(["rm", "-r", str(product.raw)], check=True)
    before = tree(product.data)
    said = product.run("publish", "--sample-when-empty")
    assert said.status == ExitStatus.INPUT, said.text
    assert "nothing-received" in said.err
    product.settings.write_bytes((ROOT / "pipeline.toml").read_bytes())
    assert product.run("publish", "--sample-when-empty").status == ExitStatus.INPUT
    after = tree(product.data)
    assert {name: facts for name, facts in after.items() if name.startswith(("raw", "reference"))} == {
        name: facts for name, facts in before.items() if name.startswith(("raw", "reference"))
    }


def test_a_force_may_have_nothing_but_a_database_elsewhere(small: Product) -> None:
    elsewhere = small.folder / "engagement.sqlite"
    small.events.rename(elsewhere)
    address = {"PIPELINE_ENGAGEMENT_DATABASE": f"sqlite:///{elsewhere}"}
    shutil.rmtree(small.raw)
    said = small.run("publish", **address)
    assert said.status == ExitStatus.INPUT  # files were received before, and none is there
    assert "nothing-received" in said.err
    shutil.rmtree(small.private)
    shutil.rmtree(small.published)
    for _ in range(2):
        said = small.run("publish", "--quiet", **address)
        assert said.status == 0, said.text
    assert "nothing changed: nothing was written" in said.out
    assert [path.name for path in small.published.iterdir() if path.is_dir()] == ["engagement-events"]


def test_no_sample_is_made_under_a_forces_own_settings(tmp_path: Path) -> None:
    product = Product.empty(tmp_path)
    product.settings.write_bytes((ROOT / "examples" / "leicestershire.toml").read_bytes())
    for words in (["publish", "--sample-when-empty"], ["plan"]):
        said = product.run(*words)
        assert said.status == ExitStatus.INPUT
        assert "nothing-received" in said.err
        assert not product.raw.exists()


def test_clear_removes_the_sample_and_what_was_made_from_it_and_nothing_else(product: Product) -> None:
    kept = {
        product.raw / "README.md": "what goes in",
        product.published / "README.md": "public",
    }
    for path, text in kept.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert product.run("publish", "--quiet").status == 0
    said = product.run("sample", "--clear")
    assert said.status == 0
    left = {path for path in product.data.rglob("*") if path.is_file()}
    assert left - {product.private / "lock"} == set(kept)
    before = tree(product.data)
    assert product.run("sample", "--clear").status == 0
    assert tree(product.data) == before


def test_clear_touches_nothing_real(small: Product) -> None:
    before = tree(small.data)
    said = small.run("sample", "--clear")
    assert said.status == ExitStatus.INPUT
    assert tree(small.data) == before
    subprocess.run(["rm", "-r", str(small.private)], check=True)  # it was lost: the public files are still real
    files = contents(small.data)
    said = small.run("sample", "--clear")
    assert said.status == ExitStatus.INPUT
    assert {name: text for name, text in contents(small.data).items() if name != "private/lock"} == files


def test_the_sample_is_made_when_nothing_was_ever_received_and_made_again_when_it_was_deleted(tmp_path: Path) -> None:
    product = Product.empty(tmp_path)
    (product.raw).mkdir(parents=True)
    (product.raw / "README.md").write_text("what goes in", encoding="utf-8")
    said = product.run("publish")
    assert said.status == ExitStatus.INPUT
    assert said.err.startswith("nothing-received: ")
    said = product.run("publish", "--sample-when-empty", "--quiet")
    assert said.status == 0, said.text
    assert "nothing was ever received: making the sample" in said.err
    assert not product.key_file.exists()  # the sample has a key of its own
    files = contents(product.published)
    subprocess.run(["rm", "-r", str(product.raw)], check=True)
    said = product.run("publish", "--sample-when-empty", "--quiet")
    assert said.status == 0, said.text
    assert product.crimes("2024-01").exists()
    assert contents(product.published) == files


def test_an_empty_folder_after_something_real_is_an_error(small: Product) -> None:
    files = contents(small.published)
    subprocess.run(["rm", "-r", str(small.raw)], check=True)
    small.raw.mkdir()
    (small.raw / "README.md").write_text("what goes in", encoding="utf-8")
    for words in (["publish"], ["publish", "--sample-when-empty"], ["plan"]):
        said = small.run(*words)
        assert said.status == ExitStatus.INPUT, words
        assert "nothing-received" in said.err
    assert contents(small.published) == files


def test_rows_scale_the_sample(tmp_path: Path) -> None:
    product = Product.empty(tmp_path)
    said = product.run("sample", "--rows", "300")
    assert said.status == 0
    assert "raw/crime/recorded-crime/2024-01.csv: 300 rows" in said.out
    assert product.crimes("2024-02").read_bytes().count(b"SAMPLE*") >= 290


def test_a_longer_history_is_published_whole(tmp_path: Path) -> None:
    product = Product.empty(tmp_path)
    said = product.run("sample", "--rows", "200", "--months", "6")
    assert said.status == 0, said.text
    assert "raw/crime/recorded-crime/2023-10.csv: 200 rows" in said.out
    six = ("2023-10", "2023-11", "2023-12", *MONTHS)
    assert product.publish() == dict.fromkeys(DATASETS, six)
    for other in ("--faults", "--clear"):
        refused = product.run("sample", "--months", "6", other)
        assert refused.status == ExitStatus.SETTINGS
        assert product.crimes("2023-10").is_file()


def test_a_list_of_the_sample_that_somebody_edited_is_kept_and_said(tmp_path: Path) -> None:
    product = Product.empty(tmp_path)
    product.run("sample", "--rows", "200")
    types, points = product.reference / "supplier-types.csv", product.reference / "map-points.csv"
    made = types.read_bytes()
    types.write_bytes(edited := made + b"SAMPLE-1001,ORG\n")
    points.unlink()
    for words in (("sample", "--rows", "300"), ("sample",)):
        said = product.run(*words)
        assert said.status == 0, said.text
        assert types.read_bytes() == edited
        assert "reference/supplier-types.csv: kept as somebody edited it; without the file it is made anew" in said.out
        assert points.stat().st_size > 0
    (product.private / "sample" / "manifest.json").unlink()
    assert "supplier-types.csv: kept" in product.run("sample", "--rows", "200").out  # what nobody made stays
    assert types.read_bytes() == edited
    types.unlink()
    assert "kept" not in product.run("sample", "--rows", "200").text
    assert types.read_bytes() == made
    types.write_bytes(edited)
    shutil.rmtree(product.raw)
    said = product.run("publish", "--quiet", "--sample-when-empty")
    assert "supplier-types.csv: kept" in said.err
    assert types.read_bytes() == edited
    assert product.run("sample", "--clear").status == 0
    assert not types.exists()


# --- the other exit statuses ----------------------------------------------------------------------------------------


def test_busy_while_another_run_holds_the_lock(product: Product) -> None:
    before = tree(product.folder)
    with (product.private / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for words in (["publish"], ["plan"], ["sample"], ["sample", "--clear"]):
            said = product.run(*words)
            assert said.status == ExitStatus.BUSY, words
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
    said = small.run("--as-of", AS_OF, "publish", "--quiet", PIPELINE_CKAN_URL=address, PIPELINE_CKAN_TOKEN=token)
    assert said.status == ExitStatus.PORTAL, said.text
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
    said = product.run("publish", "--quiet", PIPELINE_CKAN_URL="https://ckan.example.org", PIPELINE_CKAN_TOKEN="t" * 40)
    assert said.status == 0, said.text
    assert "sample data is never sent to the portal that the settings name" in said.out


def test_a_folder_that_cannot_be_written_is_a_storage_failure(product: Product) -> None:
    """A file stands where a folder must be: not even the superuser can write there."""
    subprocess.run(["rm", "-r", str(product.private / "state")], check=True)
    (product.private / "state").write_text("", encoding="utf-8")
    said = product.run("publish")
    assert said.status == ExitStatus.STORAGE, said.text
    assert "not-writable: " in said.text
    assert "let the user of this run write in the folder data/private/state" in " ".join(said.text.split())


@pytest.mark.parametrize("port", ["65536", "99999", "99999999", "0"])
def test_a_port_that_cannot_be_is_a_mistake_in_the_settings(product: Product, port: str) -> None:
    said = product.run("plan", PIPELINE_CKAN_URL=f"https://127.0.0.1:{port}", PIPELINE_CKAN_TOKEN="t" * 40)
    assert said.status == ExitStatus.SETTINGS, said.text
    assert "PIPELINE_CKAN_URL" in said.text
    assert "a port is 65535 at most" in " ".join(said.text.split())


@pytest.mark.parametrize("key", ["decisions", "approvals"])
def test_a_file_of_decisions_in_a_folder_that_does_not_exist_is_said_so(product: Product, key: str) -> None:
    text = product.settings.read_text(encoding="utf-8")
    product.settings.write_text(
        re.sub(r"\[review\]\n(approvals = .*\n)?", f'[review]\n{key} = "nowhere/decisions.toml"\n', text), "utf-8"
    )
    said = product.run("plan")
    assert said.status == ExitStatus.SETTINGS, said.text
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
        said = small.run("--as-of", AS_OF, command, PIPELINE_CKAN_URL="https://ckan.example.org")
        assert said.status == ExitStatus.SETTINGS, said.text
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
    said = product.run("publish", PIPELINE_ENGAGEMENT_DATABASE="nosuch://reader:pa55@db.example.org/events", **portal)
    assert said.status == ExitStatus.SETTINGS
    for mistake in (
        "missing-setting: PIPELINE_CKAN_TOKEN: ",
        "key-missing: ",
        "schema-refused: street-crime.json: ",
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
        said = small.run("--as-of", AS_OF, command, "--quiet", **portal)
        assert said.status == ExitStatus.BUG, said.text
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
    said = small.run("--as-of", AS_OF, "publish", "--quiet", **portal)
    assert said.status == ExitStatus.PORTAL, said.text
    assert len(calls) == said.out.count(f"{code}: ") == tried


def test_a_dataset_whose_state_is_lost_stays_as_it_is_and_the_others_are_published(product: Product) -> None:
    before = contents(product.published)
    (product.private / "state" / "street-crime.json").write_text("{", encoding="utf-8")
    change_csv(product.reference / "neighbourhoods.csv", lambda rows: rows[:-1])
    text = product.settings.read_text(encoding="utf-8").replace("opendata@", "data@")
    product.settings.write_text(text, encoding="utf-8")
    said = product.run("publish", "--quiet")
    assert said.status == ExitStatus.STORAGE, said.text
    assert said.out.count("bad-state") == 1
    after = contents(product.published)
    for name in ("engagement-events", "spend-over-500"):
        assert after[f"{name}/datapackage.json"] != before[f"{name}/datapackage.json"]
    own = {name: sha256 for name, sha256 in before.items() if name.startswith("street-crime/")}
    assert own.items() <= after.items()
    assert 'href="street-crime/' in (product.published / "index.html").read_text(encoding="utf-8")


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
        assert {file: text for file, text in now.items() if "/" in file} == {
            file: text for file, text in files.items() if "/" in file
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


def test_an_unknown_fault_shows_where_but_never_what(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("Mrs Vanterpoole-Squibb")

    monkeypatch.setattr("pipeline.run.publish._outcomes", fail)
    said = product.run("publish")
    assert said.status == ExitStatus.BUG
    assert re.match(r"bug: ValueError at .*test_commands\.py:[0-9]+\n  to do: please report this line\n", said.err)
    assert "Vanterpoole" not in said.text
    assert "Traceback" not in said.text


def test_too_little_memory_is_said_so(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("pipeline.run.publish._outcomes", fail)
    said = product.run("publish")
    assert said.status == ExitStatus.STORAGE
    assert said.err.startswith("out-of-memory: ")
    assert "to do: " in said.err


def test_too_little_memory_for_a_portal_is_no_fault_of_ours(small: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("pipeline.publish.catalogue.portal.StaticCatalogue.look", fail)
    said = small.run("--as-of", AS_OF, "publish", "--quiet")
    assert said.status == ExitStatus.STORAGE, said.text
    assert "out-of-memory: " in said.out
    assert "bug: " not in said.out


def test_output_that_nobody_reads_to_its_end_is_no_fault(product: Product) -> None:
    process = product.start("publish", "--quiet")
    assert process.stdout is not None
    process.stdout.close()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert err == ""
