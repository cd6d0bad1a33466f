"""Sample and real extracts never mix, and the sample never passes for a force's own."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from pipeline.datasets import declared
from pipeline.errors import ExitStatus
from pipeline.model.periods import Monthly
from pipeline.publish.catalogue.groups import PAGE_FOLDERS
from tests.lib import ROOT
from tests.lib.product import DATASETS, MONTHS, Product, contents, leave_out, tree
from tests.lib.small_tree import AS_OF, small_tree

if TYPE_CHECKING:
    from pathlib import Path


def test_a_real_file_beside_the_sample_is_refused(product: Product) -> None:
    path = product.crimes("2024-04")
    path.write_bytes(small_tree(product.folder / "other").crimes("2024-01").read_bytes())
    for command in ("publish", "plan"):
        before = tree(product.folder)
        said = product.run(command, status=ExitStatus.INPUT)
        assert said.err.startswith("sample-and-real: raw/crime/recorded-crime/2024-04.csv: a real file stands beside")
        assert "`pipeline sample --clear`" in said.err
        assert tree(product.folder) == before


def test_a_real_file_where_something_was_made_from_the_sample_is_refused(product: Product) -> None:
    other = small_tree(product.folder / "other")
    for folder, source in ((product.raw, other.raw), (product.reference, other.reference)):
        subprocess.run(["rm", "-r", str(folder)], check=True)
        source.rename(folder)
    said = product.run("publish", status=ExitStatus.INPUT)
    assert "a real file stands beside what was made from the sample" in said.err
    # and even when the private folder was lost: the public files say what they are
    subprocess.run(["rm", "-r", str(product.private)], check=True)
    said = product.run("publish", PIPELINE_KEY_FILE=str(other.key_file), status=ExitStatus.INPUT)
    assert "sample-and-real" in said.err
    product.run("sample", "--clear", status=0)
    assert len(list(product.raw.rglob("*.csv"))) == 4
    assert list(product.published.iterdir()) == []
    settings = {"PIPELINE_KEY_FILE": str(other.key_file), "PIPELINE_SETTINGS": str(other.settings)}
    product.run("--as-of", AS_OF, "publish", "--quiet", **settings, status=0)


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
    said = product.run(command, "engagement-events", PIPELINE_SETTINGS=str(ROOT / "pipeline.toml"), status=0)
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
    said = small.run("publish", status=ExitStatus.INPUT)
    assert "sample-and-real" in said.err
    for folder in (small.raw, small.reference):  # and when nothing real lies there any more
        subprocess.run(["rm", "-r", str(folder)], check=True)
    (sample.data / "raw").rename(small.raw)
    (sample.data / "reference").rename(small.reference)
    said = small.run("publish", status=ExitStatus.INPUT)
    assert "a file of the sample stands where real extracts were received" in said.err
    assert contents(small.published) == files


def test_no_sample_is_made_where_real_extracts_are(tmp_path: Path) -> None:
    product = small_tree(tmp_path)
    before = tree(product.data)
    said = product.run("sample", status=ExitStatus.INPUT)
    assert "sample-and-real" in said.err
    assert tree(product.data) == before
    # the reference data alone is real too: a first `make publish` must not write over it
    subprocess.run(["rm", "-r", str(product.raw)], check=True)
    before = tree(product.data)
    said = product.run("publish", "--sample-when-empty", status=ExitStatus.INPUT)
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
    said = small.run("publish", status=ExitStatus.INPUT, **address)  # files were received before, and none is there
    assert "nothing-received" in said.err
    shutil.rmtree(small.private)
    shutil.rmtree(small.published)
    for _ in range(2):
        said = small.run("publish", "--quiet", **address, status=0)
    assert "nothing changed: nothing was written" in said.out
    folders = {path.name for path in small.published.iterdir() if path.is_dir()}
    assert folders - {*PAGE_FOLDERS} == {"engagement-events"}


def test_no_sample_is_made_under_a_forces_own_settings(tmp_path: Path) -> None:
    product = Product.empty(tmp_path)
    product.settings.write_bytes((ROOT / "examples" / "leicestershire.toml").read_bytes())
    for words in (["publish", "--sample-when-empty"], ["plan"]):
        said = product.run(*words, status=ExitStatus.INPUT)
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
    product.run("sample", "--clear", status=0)
    left = {path for path in product.data.rglob("*") if path.is_file()}
    assert left - {product.private / "lock"} == set(kept)
    before = tree(product.data)
    assert product.run("sample", "--clear").status == 0
    assert tree(product.data) == before


def test_clear_touches_nothing_real(small: Product) -> None:
    before = tree(small.data)
    small.run("sample", "--clear", status=ExitStatus.INPUT)
    assert tree(small.data) == before
    subprocess.run(["rm", "-r", str(small.private)], check=True)  # it was lost: the public files are still real
    files = contents(small.data)
    small.run("sample", "--clear", status=ExitStatus.INPUT)
    assert {name: text for name, text in contents(small.data).items() if name != "private/lock"} == files


def test_the_sample_is_made_when_nothing_was_ever_received_and_made_again_when_it_was_deleted(tmp_path: Path) -> None:
    product = Product.empty(tmp_path)
    leave_out(product, declared().keys() - {*DATASETS})
    product.raw.mkdir(parents=True)
    (product.raw / "README.md").write_text("what goes in", encoding="utf-8")
    said = product.run("publish", status=ExitStatus.INPUT)
    assert said.err.startswith("nothing-received: ")
    said = product.run("publish", "--sample-when-empty", "--quiet", status=0)
    assert "nothing was ever received: making the sample" in said.err
    assert not product.key_file.exists()  # the sample has a key of its own
    files = contents(product.published)
    subprocess.run(["rm", "-r", str(product.raw)], check=True)
    product.run("publish", "--sample-when-empty", "--quiet", status=0)
    assert product.crimes("2024-01").exists()
    assert contents(product.published) == files


def test_an_empty_folder_after_something_real_is_an_error(small: Product) -> None:
    files = contents(small.published)
    subprocess.run(["rm", "-r", str(small.raw)], check=True)
    small.raw.mkdir()
    (small.raw / "README.md").write_text("what goes in", encoding="utf-8")
    for words in (["publish"], ["publish", "--sample-when-empty"], ["plan"]):
        said = small.run(*words, status=ExitStatus.INPUT)
        assert "nothing-received" in said.err
    assert contents(small.published) == files


def test_rows_scale_the_sample(tmp_path: Path) -> None:
    product = Product.empty(tmp_path)
    said = product.run("sample", "--rows", "300", status=0)
    rows = int(re.findall(r"raw/crime/recorded-crime/2024-01.csv: ([0-9]+) rows", said.out)[0])
    assert 250 <= rows <= 300
    assert product.crimes("2024-01").read_bytes().count(b"SAMPLE*") >= rows - 10


def test_a_longer_history_is_published_whole(tmp_path: Path) -> None:
    product = Product.empty(tmp_path)
    said = product.run("sample", "--rows", "200", "--months", "6", status=0)
    assert "raw/crime/recorded-crime/2023-10.csv: " in said.out
    six = ("2023-10", "2023-11", "2023-12", *MONTHS)
    monthly = [name for name, each in declared().items() if type(each.period) is Monthly]
    found = product.publish()
    assert {name: found[name] for name in monthly} == dict.fromkeys(monthly, six)
    for other in ("--faults", "--clear"):
        product.run("sample", "--months", "6", other, status=ExitStatus.SETTINGS)
        assert product.crimes("2023-10").is_file()


def test_a_list_of_the_sample_that_somebody_edited_is_kept_and_said(tmp_path: Path) -> None:
    product = Product.empty(tmp_path)
    leave_out(product, declared().keys() - {"spend-over-500", "street-crime"})
    product.run("sample", "--rows", "200")
    types, points = product.reference / "supplier-types.csv", product.reference / "map-points.csv"
    made = types.read_bytes()
    types.write_bytes(edited := made + b"SAMPLE-1001,ORG\n")
    points.unlink()
    for rows in ("300", "200"):
        said = product.run("sample", "--rows", rows)
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
