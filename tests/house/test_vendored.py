"""Scripts of others that stand beside the public pages are those that the list names, byte for byte, with notice."""

from __future__ import annotations

import gzip
import hashlib
import json

from tests.lib import ROOT

ASSETS = ROOT / "pipeline" / "publish" / "assets"
#: kB that a visitor's browser is sent at most: search and row viewer, compressed.
MOST = {"minisearch.js": 7, "search.js": 3, "parquet.js": 24, "rows.js": 4}


def test_each_vendored_file_has_the_digest_that_is_listed() -> None:
    listed = {each["file"]: each["sha256"] for each in json.loads((ASSETS / "vendored.json").read_bytes())}
    assert listed
    assert {name: hashlib.sha256((ASSETS / name).read_bytes()).hexdigest() for name in listed} == listed
    for each in json.loads((ASSETS / "vendored.json").read_bytes()):
        notice = (ASSETS / each["file"]).read_text(encoding="utf-8").splitlines()[0]
        for package in each["packages"]:
            assert f"{package['name']} {package['version']}".casefold() in notice.casefold()
            assert package["licence"] in notice
            assert "Permission is hereby granted" in package["notice"]


def test_scripts_are_few_and_small_and_ask_no_other_site() -> None:
    scripts = {path.name: path.read_bytes() for path in ASSETS.glob("*.js")}
    assert scripts.keys() <= MOST.keys()
    for name, content in scripts.items():
        assert len(gzip.compress(content, mtime=0)) <= MOST[name] * 1000, name
        assert b"https://" not in content, name
        assert b"//cdn" not in content, name
