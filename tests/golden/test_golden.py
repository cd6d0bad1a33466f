"""A small invented raw tree becomes exactly these bytes, whatever the seed of Python's hashes.

The ledger and the events stand here as text; the tests make the workbook and the database of them.  After a wanted
change, write the expected files anew with PIPELINE_TEST_WRITE_GOLDEN=1 and read the difference.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.lib import ROOT
from tests.lib.product import Product, read_csv
from tests.lib.small_tree import AS_OF, KEY, small_tree

EXPECTED = Path(__file__).parent / "expected"


def content(table: pa.Table) -> str:
    """Return a sha256 of what a table says: names, types, cells."""
    facts = [[field.name, str(field.type)] for field in table.schema]
    rows = [[None if cell is None else str(cell) for cell in row.values()] for row in table.to_pylist()]
    return hashlib.sha256(json.dumps([facts, rows]).encode()).hexdigest()


def made(product: Product) -> dict[str, bytes]:
    """Return what was published: each CSV, and of each Parquet a digest of its content."""
    found = {}
    for path in sorted(product.published.glob("*/*-20*-*")):
        if path.suffix == ".csv":
            found[path.name] = path.read_bytes()
        else:
            found[f"{path.name}.sha256"] = f"{content(pq.read_table(path))}\n".encode()
    for dataset in ("engagement-events", "spend-over-500", "street-crime"):
        for month in ("2024-01", "2024-02", "none"):
            said = product.run("accounts", dataset, "--month", month)
            found[f"{dataset}-{month}.accounts.txt"] = said.out.encode()
    return found


@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_the_small_tree_becomes_exactly_the_expected_bytes(tmp_path: Path, seed: str) -> None:
    product = small_tree(tmp_path)
    command = [sys.executable, "-m", "pipeline", "--as-of", AS_OF, "publish", "--quiet"]
    environment = product.environment(PYTHONPATH=str(ROOT), PYTHONHASHSEED=seed)
    said = subprocess.run(
        command, cwd=product.folder, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert said.returncode == 0, said.stdout + said.stderr
    found = made(product)
    if os.environ.get("PIPELINE_TEST_WRITE_GOLDEN"):
        shutil.rmtree(EXPECTED, ignore_errors=True)
        EXPECTED.mkdir()
        for name, text in found.items():
            (EXPECTED / name).write_bytes(text)
    expected = {path.name: path.read_bytes() for path in sorted(EXPECTED.iterdir())}
    assert sorted(found) == sorted(expected)
    for name, text in expected.items():
        assert found[name].decode() == text.decode(), name


@pytest.mark.parametrize(
    ("file", "column", "scope", "parts", "digits"),
    [
        ("street-crime-2024-01.csv", "Crime ID", "crime", ("leicestershire", "24*0000001"), 64),
        ("spend-over-500-2024-01.csv", "transaction_id", "transaction", ("OPCC", "5004"), 32),
        ("spend-over-500-2024-01.csv", "supplier_id", "supplier", ("S10001",), 32),
        ("engagement-events-2024-01.csv", "event_id", "event", ("E1",), 32),
    ],
)
def test_pseudonyms_are_the_agreed_keyed_hash(
    file: str, column: str, scope: str, parts: tuple[str, ...], digits: int
) -> None:
    message = "\x1f".join((scope, *parts)).encode()
    expected = hmac.new(bytes.fromhex(KEY), message, hashlib.sha256).hexdigest()[:digits]
    assert expected in {row[column] for row in read_csv(EXPECTED / file)}
