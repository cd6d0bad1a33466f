"""What is wrong with a declaration is said with its file and its line, before anything is read."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from shutil import copy
from typing import TYPE_CHECKING

import pytest

from pipeline import datasets
from pipeline.build.publication import statements_of
from pipeline.datasets import declared
from pipeline.errors import ExitStatus, SettingsError
from pipeline.run.select import options
from pipeline.settings.settings import Settings
from tests.lib import ROOT

if TYPE_CHECKING:
    from pathlib import Path

_GOOD = (ROOT / "pipeline" / "datasets" / "engagement" / "engagement_events.py").read_text(encoding="utf-8")
_LINE = next(line for line in _GOOD.splitlines() if line.startswith('        "event_id"'))


def said_of(folder: Path, monkeypatch: pytest.MonkeyPatch, **texts: str) -> SettingsError:
    """Return what is said of a family of declarations."""
    family = folder / "slips"
    family.mkdir()
    for name, text in {"__init__": '"""A family."""\n', **texts}.items():
        (family / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(datasets, "__path__", [*datasets.__path__, str(folder)])
    with pytest.raises(SettingsError) as stopped:
        declared()
    for name in [name for name in sys.modules if name.startswith("pipeline.datasets.slips")]:
        del sys.modules[name]
    return stopped.value


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (_LINE, _LINE.rstrip(",") + " ,,", "invalid syntax"),
        (_LINE, _LINE + '\n        ("event_id",): Withhold(what="x", why="y"),', "event_id has 2 handlings"),
        ("import Answer, Dataset", "import Answer, Dataste", "Dataste"),
        ('theme="crime-and-justice"', 'theme="crime"', "its `theme` is none of business-and-economy, "),
        ("family=", "famly=", "unexpected keyword argument 'famly'"),
        ("Dataset(", "Datasets(", "name 'Datasets' is not defined"),
    ],
)
def test_a_slip_is_said_with_its_file_and_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, after: str, said: str
) -> None:
    assert before in _GOOD
    error = said_of(tmp_path, monkeypatch, slip=_GOOD.replace(before, after))
    assert (error.code, error.status) == ("bad-declaration", ExitStatus.SETTINGS)
    assert error.where.startswith("pipeline/datasets/slips/slip.py, line ")
    assert said in error.message


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('categories=("kind"', 'categories=("knd"', "`categories` names `knd`, which is no published column; did you"),
        ('by="kind"', 'by="kinds"', "`answer` names `kinds`, which is no published column; did you mean `kind`?"),
        ('by="kind"', 'amount="kind"', "`answer` sums `kind`, whose type in the schema is not number"),
    ],
)
def test_a_column_that_is_not_published_is_said_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, after: str, said: str
) -> None:
    assert before in _GOOD
    schemas = tmp_path / "schemas" / "slips"
    schemas.mkdir(parents=True)
    copy(ROOT / "schemas" / "engagement" / "engagement-events.json", schemas / "slip.json")
    monkeypatch.setattr(datasets, "_SCHEMAS", tmp_path / "schemas")
    slip = _GOOD.replace(before, after).replace('name="engagement-events"', 'name="slip"')
    error = said_of(tmp_path, monkeypatch, slip=slip.replace('family="engagement"', 'family="slips"'))
    assert re.fullmatch(r"pipeline/datasets/slips/slip\.py, line \d+", error.where)
    assert said in error.message


def test_a_statement_that_asks_for_no_setting_is_said_before_anything_is_built(tmp_path: Path) -> None:
    settings = Settings.load(ROOT / "pipeline.toml", {}, datasets=options(), data=tmp_path)
    dataset = declared()["spend-over-500"]
    assert "£500.00" in " ".join(statements_of(settings, dataset))
    for statement in ("{threshhold}", "{", "{0}", "{threshold.x}"):
        with pytest.raises(SettingsError, match="bad-declaration") as stopped:
            statements_of(settings, replace(dataset, statements=(statement,)))
        assert stopped.value.where == "pipeline/datasets/expenditure/spend_over_500.py"
        assert "{threshold}" in stopped.value.message


def test_a_family_that_python_does_not_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    family = tmp_path / "roads"
    family.mkdir()
    (family / "slip.py").write_text(_GOOD, encoding="utf-8")
    monkeypatch.setattr(datasets, "__path__", [*datasets.__path__, str(tmp_path)])
    with pytest.raises(SettingsError, match="the folder has no __init__") as stopped:
        declared()
    assert stopped.value.where == "pipeline/datasets/roads"


def test_a_dataset_may_not_have_the_address_of_a_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = said_of(tmp_path, monkeypatch, slip=_GOOD.replace('name="engagement-events"', 'name="money"'))
    assert "a page of the site stands under this name" in error.message


def test_slips_of_several_declarations_come_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = said_of(tmp_path, monkeypatch, a="a +\n", b="b +\n")
    assert [f"slips/{name}.py, line 1" in str(error) for name in "ab"] == [True, True]
