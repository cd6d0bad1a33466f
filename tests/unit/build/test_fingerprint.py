"""What decides rows is found by its room."""

from __future__ import annotations

from pipeline.build.fingerprint import code_digest, deciding


def test_whatever_decides_rows_counts_and_words_for_portals_do_not() -> None:
    names = set(deciding())
    wanted = {"columns/arrays.py", "model/reasons.py", "extract/partition.py", "protect/rules/payees.py"}
    assert wanted | {"validate/checks.py", "release/leak_scan.py", "build/corridor.py", "codelists.py"} <= names
    assert not {name for name in names if name.startswith(("publish/", "sample/", "datasets/", "settings/", "report/"))}


def test_the_digest_is_of_their_text() -> None:
    assert len(code_digest()) == len("0" * 24)
