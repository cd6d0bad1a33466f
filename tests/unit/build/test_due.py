"""Which months are built again, and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.build.due import reasons_in_words, stale_months
from pipeline.build.inputs import Survey
from pipeline.build.protected.registers import Sources, standing
from pipeline.datasets import declared
from pipeline.model.findings import Finding
from pipeline.model.tables import Receipt
from pipeline.release.change_log import public_reason
from pipeline.release.leak_scan import check
from pipeline.settings.decisions import Desk
from pipeline.storage.state import Built, MonthState, State, Waiting
from pipeline.storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.model.declaration import Dataset
    from pipeline.model.periods import Period
    from pipeline.storage.state import Registers

BASE = {"key": "k", "declaration": "d", "schema": "s", "code lists": "c", "settings": "t", "program": "p"}
MONTHS = ("2024-01", "2024-02", "2024-03")
ONE, TWO = "1" * 64, "2" * 64


def survey(
    name: str = "spend-over-500",
    *,
    changed: Mapping[str, str] | None = None,
    late: Mapping[str, Mapping[Period, int]] | None = None,
    registers: Registers | None = None,
    opened: tuple[Period, ...] = MONTHS,
) -> Survey:
    """Return three months of extracts; ``changed`` are other digests, ``late`` other months in a file, by path."""
    feeds = declared()[name].feeds
    own = {feed.name: {f"{feed.name}/{month}": month for month in MONTHS} for feed in feeds}
    receipts = {
        feed: {
            path: Receipt(path, 1, (changed or {}).get(path, path), 1, {month: 1, **(late or {}).get(path, {})})
            for path, month in files.items()
        }
        for feed, files in own.items()
    }
    return Survey(
        own=own,
        receipts=receipts,
        registers=registers or {},
        combined=standing(
            declared()[name], registers or {}, {}, desk=Desk(Path("decisions.toml")), sources=Sources({}, (), {})
        ).combined,
        databases={},
        opened=opened,
        gone=frozenset(),
    )


class Kept:
    """A dataset whose months were all built from one survey."""

    def __init__(self, folder: Path, name: str, found: Survey) -> None:
        self.store = Store(folder)
        self.dataset: Dataset = declared()[name]
        self.state = State()
        self.told: set[str] = set()
        built, _ = stale_months(self.dataset, self.state, found, base=BASE, store=self.store)
        self.state = State(months={each.month: self._built(each.month, each.inputs, each.made_from) for each in built})

    def _built(self, month: Period, inputs: Mapping[str, str], made_from: Mapping[str, str]) -> MonthState:
        return MonthState(
            released=self.release(month, month, [ONE]), waiting=None, inputs=inputs, made_from=made_from, accounts=()
        )

    def release(self, month: Period, folder: str, published: list[str | None]) -> Built:
        """Return a release that is on disk and holds ``published`` as its references."""
        sink = pa.BufferOutputStream()
        names = {name: pa.array(published, pa.string()) for name in self.dataset.references.values()}
        pq.write_table(pa.table(names), sink)
        draft = self.store.build(
            self.dataset.name,
            folder,
            files={f"{month}.csv": [pa.py_buffer(b"x\n")], f"{month}.parquet": [sink.getvalue()]},
            references={},
        )
        passed = draft.passed(check(pa.table({}), (), where="", files=draft.files))
        passed.complete()
        return passed.described(rows=len(published), released_on=dt.date(2024, 4, 10), quality={})

    def reasons(self, found: Survey, base: Mapping[str, str] = BASE) -> dict[Period, tuple[str, ...]]:
        """Return why each stale month is stale."""
        again, _ = stale_months(self.dataset, self.state, found, base=base, store=self.store)
        self.told = {public_reason(each.reasons) for each in again}
        return {each.month: tuple(reason.words for reason in each.reasons) for each in again}


@pytest.fixture
def ledger(tmp_path: Path) -> Kept:
    return Kept(tmp_path, "spend-over-500", survey())


def test_what_was_never_built_is_new_and_the_latest_month_comes_first(tmp_path: Path) -> None:
    dataset = declared()["spend-over-500"]
    found, _ = stale_months(dataset, State(), survey(), base=BASE, store=Store(tmp_path))
    assert [(each.month, reasons_in_words(each.reasons)) for each in found] == [
        (month, "new") for month in reversed(MONTHS)
    ]


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("events that have been held", "events held since"),
        ("open months", "late records"),
        ("code lists", "code lists changed"),
        ("reference data", "reference data changed"),
        ("settings", "settings changed"),
        ("types of suppliers", "corrected at source"),
        ("program", "rules or protections changed"),
    ],
)
def test_the_public_is_told_the_kind_of_reason(ledger: Kept, what: str, said: str) -> None:
    months = {
        month: replace(each, made_from={**each.made_from, what: "other"}) for month, each in ledger.state.months.items()
    }
    state = replace(ledger.state, months=months)
    again, _ = stale_months(ledger.dataset, state, survey(), base=BASE, store=ledger.store)
    assert {public_reason(each.reasons) for each in again} == {said}


def test_nothing_changed_means_nothing_is_built(ledger: Kept) -> None:
    assert ledger.reasons(survey()) == {}


def test_only_months_that_are_open_are_built(ledger: Kept) -> None:
    assert ledger.reasons(survey(changed={f"ledger/{month}": "x" for month in MONTHS}, opened=MONTHS[:1])) == {
        "2024-01": ("ledger/2024-01 has changed",)
    }


def test_a_changed_file_is_named(ledger: Kept) -> None:
    assert ledger.reasons(survey(changed={"ledger/2024-02": "x"})) == {"2024-02": ("ledger/2024-02 has changed",)}


#: What an analyst reads where the name of what changed would not tell.
SAID = {
    "declaration": "what happens to the extract's columns changed",
    "key": "another pseudonym key is in use",
    "schema": "the description of the published columns changed",
    "terms": "the title, the licence or the attribution changed",
}


@pytest.mark.parametrize("what", sorted(BASE))
def test_anything_that_a_release_is_made_from_makes_every_month_stale(ledger: Kept, what: str) -> None:
    assert ledger.reasons(survey(), {**BASE, what: "other"}) == dict.fromkeys(
        MONTHS, (SAID.get(what, f"{what} changed"),)
    )


def test_late_rows_make_their_month_stale_when_they_come_and_when_they_go(tmp_path: Path) -> None:
    late = {"recorded-crime/2024-03": {"2024-01": 2}}
    kept = Kept(tmp_path, "street-crime", survey("street-crime"))
    came = kept.reasons(survey("street-crime", late=late, changed={"recorded-crime/2024-03": "x"}))
    assert came["2024-01"] == ("recorded-crime/2024-03 now has rows of 2024-01",)
    assert "2024-02" not in came
    kept = Kept(tmp_path, "street-crime", survey("street-crime", late=late))
    went = kept.reasons(survey("street-crime", changed={"recorded-crime/2024-03": "x"}))
    assert went["2024-01"] == ("recorded-crime/2024-03 no longer has rows of 2024-01",)
    assert went["2024-03"][0] == "recorded-crime/2024-03 has changed"


def test_rows_of_a_later_month_in_an_earlier_file_feed_nothing() -> None:
    early = {"recorded-crime/2024-01": {"2024-03": 2}}
    found = survey("street-crime", late=early)
    assert found.inputs(declared()["street-crime"], "2024-03") == {
        "asb-incidents/2024-03": "asb-incidents/2024-03",
        "recorded-crime/2024-03": "recorded-crime/2024-03",
    }


def test_a_month_that_opens_takes_its_late_rows_from_the_file_that_held_them(tmp_path: Path) -> None:
    late = {"recorded-crime/2024-02": {"2024-01": 2}}
    kept = Kept(tmp_path, "street-crime", survey("street-crime", late=late, opened=MONTHS[1:]))
    found = kept.reasons(survey("street-crime", late=late))
    assert found == {"2024-01": ("new",), "2024-02": ("another month can be built now, so late rows have a home",)}


def test_a_payee_s_other_type_makes_the_months_stale_in_which_he_stands(tmp_path: Path) -> None:
    registers: dict[str, dict[str, dict[str, str]]] = {
        "payee": {f"ledger/{month}": {"anna": "ORG"} for month in MONTHS[:2]}
    }
    registers["payee"]["ledger/2024-03"] = {"bert": "ORG"}
    kept = Kept(tmp_path, "spend-over-500", survey(registers=registers))
    assert kept.reasons(survey(registers=registers)) == {}
    registers["payee"]["reference/supplier-types.csv"] = {"anna": "PROT", "carl": "IND"}
    assert kept.reasons(survey(registers=registers)) == dict.fromkeys(MONTHS[:2], ("types of suppliers changed",))
    registers["payee"]["reference/supplier-types.csv"] = {"anna": "ORG"}
    assert kept.reasons(survey(registers=registers)) == {}


def test_a_new_restriction_makes_the_months_stale_in_which_the_record_is_published(tmp_path: Path) -> None:
    kept = Kept(tmp_path, "street-crime", survey("street-crime"))
    other = kept.state.months["2024-02"]
    months = {**kept.state.months, "2024-02": replace(other, released=kept.release("2024-02", "other", [TWO, None]))}
    kept.state = State(months=months)
    restricted: Registers = {"restricted": {"recorded-crime/2024-03": {TWO: "Y"}}}
    assert kept.reasons(survey("street-crime", registers=restricted)) == {"2024-02": ("restricted records changed",)}
    assert kept.told == {"corrected at source"}  # as any correction: the log points at nobody
    unknown: Registers = {"restricted": {"recorded-crime/2024-03": {"3" * 64: "Y"}}}
    assert kept.reasons(survey("street-crime", registers=unknown)) == {}


def test_a_restriction_that_is_taken_back_makes_the_month_stale_that_applied_it(tmp_path: Path) -> None:
    restricted: Registers = {"restricted": {"recorded-crime/2024-01": {TWO: "Y"}}}
    kept = Kept(tmp_path, "street-crime", survey("street-crime", registers=restricted))
    applied = replace(kept.state.months["2024-01"], restricted=(TWO,))
    kept.state = State(months={**kept.state.months, "2024-01": applied})
    assert kept.reasons(survey("street-crime", registers=restricted)) == {}
    assert kept.reasons(survey("street-crime")) == {"2024-01": ("restricted records changed",)}


def test_a_restriction_of_a_record_that_waits_makes_the_month_stale(tmp_path: Path) -> None:
    kept = Kept(tmp_path, "street-crime", survey("street-crime"))
    waiting = Waiting(
        built=kept.release("2024-02", "waiting", [TWO]),
        findings=(Finding(code="shrank", dataset="x", periods=("2024-01",), words="it holds 1 rows"),),
    )
    months = {**kept.state.months, "2024-02": replace(kept.state.months["2024-02"], waiting=waiting)}
    kept.state = State(months=months)
    restricted: Registers = {"restricted": {"recorded-crime/2024-03": {TWO: "Y"}}}
    assert kept.reasons(survey("street-crime", registers=restricted)) == {"2024-02": ("restricted records changed",)}
