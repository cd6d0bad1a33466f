"""Feedback of the public from a service that is asked over real HTTP: taken, counted, corrected, and never shown."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.lib import ROOT
from tests.lib.dataset_folders import folders, force
from tests.lib.feedback_service import TOKEN, feedback_service, item
from tests.lib.product import Product, tree, write_csv

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.lib.feedback_service import FeedbackService

FEEDBACK, QUARTER, DAY = "public-feedback", "2024-Q1", "2024-04-10"
MONTHS = ("2024-01", "2024-02", "2024-03")
VARIABLE = "PIPELINE_FEEDBACK_TOKEN"
MAPPING = """
[extracts.feedback]
files = ["survey/answers {month}.csv"]

[extracts.feedback.columns]
submitted_at = "Given"
kind = "About"
neighbourhood_code = "Beat"
rating_overall = "Score"
comment = "Said"

[extracts.feedback.keys]
id = "Ref"

[extracts.feedback.codes.kind]
C = "contact"

[extracts.feedback.absent]
rating_ease = "It is not asked."
rating_kept_informed = "It is not asked."
rating_treated_fairly = "It is not asked."
officer_named = "It is not asked."
name = "It is not asked."
email = "It is not asked."
age_band = "It is not asked."
ethnicity = "It is not asked."
search_reference = "It is not asked."
"""
#: What nobody may find anywhere but in the extracts.
PLANTED = ("Quillfeather", "quill@feather.example", "PC 1234 Quill")


@pytest.fixture
def service() -> Iterator[FeedbackService]:
    """Give a service with three months of nine answers each, one of which holds somebody in every place."""
    with feedback_service() as service:
        for month in MONTHS:
            service.months[month] = [item(number, month) for number in range(9)]
        name, email, officer = PLANTED
        told = {"name": name, "email": email, "officer_named": officer, "comment": f"ask {name} at {email}"}
        service.months[MONTHS[0]][0] |= told
        yield service


@pytest.fixture
def product(tmp_path: Path, service: FeedbackService) -> Product:
    """Return a force that has nothing but the service."""
    product = force(tmp_path / "force")
    asked = f'feedback_url = "{service.url}/"\nfeedback_first_month = "2024-01"\nfirst_row_seconds'
    product.settings.write_text(product.settings.read_text("utf-8").replace("first_row_seconds", asked, 1), "utf-8")
    product.raw.mkdir(parents=True)
    product.reference.mkdir(exist_ok=True)
    source = folders()[FEEDBACK].path / "reference" / "neighbourhoods.csv"
    (product.reference / source.name).write_bytes(source.read_bytes())
    product.variables[VARIABLE] = TOKEN
    return product


def go(product: Product, *words: str, day: str = DAY, status: int = 0, command: str = "publish") -> str:
    said = product.run("--as-of", day, command, FEEDBACK, *words, status=status).text
    for secret in (TOKEN, *PLANTED):
        assert secret not in said
    return said


def answers(product: Product) -> str:
    """Return the public number of answers of the whole force about contact."""
    (row,) = (
        row
        for row in product.csv(FEEDBACK, QUARTER)
        if row["neighbourhood_code"] == "ALL" and row["kind"].startswith("Contact")
    )
    return row["responses"]


def test_what_a_service_holds_is_taken_counted_and_nobody_in_it_is_found(
    product: Product, service: FeedbackService
) -> None:
    said = go(product)
    assert f"asking {service.url}/feedback for 2024-03" in said
    assert service.pages() == [f"{month} {page}" for month in MONTHS for page in (1, 2)]
    assert answers(product) == "25"
    raw = (product.raw / "feedback" / "2024-01.jsonl").read_bytes()
    assert PLANTED[0].encode() in raw
    assert raw.splitlines() == sorted(raw.splitlines())
    for path in product.folder.rglob("*"):
        if path.is_file() and not path.is_relative_to(product.raw):
            content = path.read_bytes()
            assert not [each for each in (TOKEN, *PLANTED) if each.encode() in content], path


def test_the_next_run_reads_nothing_that_has_not_changed_and_writes_nothing(
    product: Product, service: FeedbackService
) -> None:
    go(product)
    service.pages()
    before = tree(product.folder)
    go(product, "--quiet")
    assert service.pages() == [f"{month} 1=" for month in MONTHS]
    assert tree(product.folder) == before


def test_a_month_that_changed_corrects_its_quarter(product: Product, service: FeedbackService) -> None:
    go(product)
    service.months["2024-02"] = [item(number, "2024-02") for number in range(25)]
    service.pages()
    said = go(product, "--quiet", command="plan")
    assert "nothing to build" in said
    assert "feedback: a plan asks no service, which may hold more by now than was taken from it" in said
    assert service.pages() == []
    go(product)
    assert answers(product) == "45"
    assert service.pages() == ["2024-01 1=", "2024-02 1=", *(f"2024-02 {page}" for page in range(2, 6)), "2024-03 1="]


@pytest.mark.parametrize(
    ("instead", "code"),
    [
        ((401, {}, PLANTED[0].encode()), "service-refused"),
        ((503, {"Retry-After": "121"}, b""), "service-down"),
        ((302, {"Location": "http://127.0.0.1:1/elsewhere"}, b""), "service-bad-answer"),
        ((200, {"ETag": '"a"'}, b'{"page": 1, "pages": 1, "items": [{"id": "Quillfeather"}]}'), "service-bad-answer"),
    ],
)
def test_a_fault_stops_the_service_for_this_run_and_the_next_one_finishes(
    product: Product, service: FeedbackService, instead: tuple[int, dict[str, str], bytes], code: str
) -> None:
    go(product)
    published = tree(product.published)
    service.months["2024-01"].append(item(50, "2024-01"))
    service.months["2024-03"] += [item(number, "2024-03") for number in range(60, 80)]
    service.instead["2024-03", 1] = [instead]
    said = go(product, status=3)
    assert code in said
    assert "month=" not in said
    assert tree(product.published) == published, "every public period stays"
    assert b"fb-2024-01-50" in (product.raw / "feedback" / "2024-01.jsonl").read_bytes(), "what was read whole stays"
    go(product)
    assert answers(product) == "50"


def test_a_first_run_that_reaches_nobody_says_so(product: Product, service: FeedbackService) -> None:
    product.variables[VARIABLE] = "another-token"
    assert "service-refused" in go(product, status=3)
    assert not list(product.raw.glob("feedback/*"))
    service.pages()
    product.variables[VARIABLE] = TOKEN
    go(product)
    assert answers(product) == "25"


def test_what_was_taken_is_published_without_the_service(product: Product, service: FeedbackService) -> None:
    go(product)
    text = product.settings.read_text("utf-8")
    product.settings.write_text("\n".join(line for line in text.splitlines() if "feedback_" not in line), "utf-8")
    with (product.raw / "feedback" / "2024-03.jsonl").open("ab") as file:
        for line in (product.raw / "feedback" / "2024-02.jsonl").read_bytes().splitlines(keepends=True):
            file.write(line.replace(b"2024-02", b"2024-03").replace(b"fb-2024-03-", b"fb-again-"))
    service.pages()
    go(product)
    assert service.pages() == []
    assert answers(product) == "35"


def test_a_file_that_has_gone_is_taken_again(product: Product, service: FeedbackService) -> None:
    go(product)
    (product.raw / "feedback" / "2024-02.jsonl").unlink()
    service.pages()
    go(product)
    assert "2024-02 2" in service.pages()
    assert (product.raw / "feedback" / "2024-02.jsonl").is_file()


def test_an_old_month_is_asked_for_when_it_is_named(product: Product, service: FeedbackService) -> None:
    go(product)
    later = "2025-06-10"
    go(product, day=later)
    service.pages()
    go(product, day=later)
    assert not [each for each in service.pages() if each.startswith("2024-02")], "it is older than thirteen months"
    service.months["2024-02"] = [item(number, "2024-02") for number in range(25)]
    go(product, "--month", "2024-02", day=later)
    assert "2024-02 2" in service.pages()
    assert answers(product) == "45"


def test_a_month_of_nothing_counts_as_none_and_one_that_is_not_held_lacks(
    product: Product, service: FeedbackService
) -> None:
    service.months["2024-02"] = []
    del service.months["2024-03"]
    go(product)
    assert (product.raw / "feedback" / "2024-02.jsonl").read_bytes() == b""
    assert not list(product.published.glob(f"{FEEDBACK}/*.csv")), "March is not there"
    service.months["2024-03"] = [item(number, "2024-03") for number in range(9)]
    go(product)
    assert answers(product) == "20"


def test_mistakes_about_a_service_are_said_before_anything_is_read(product: Product) -> None:
    good = product.settings.read_text("utf-8")
    del product.variables[VARIABLE]
    assert f"missing-setting: {VARIABLE}" in go(product, status=2)
    product.variables[VARIABLE] = TOKEN
    for wrong, said in (
        (good.replace("http://127.0.0.1", "http://feedback.example"), "feedback_url"),
        (good.replace("/base/", "/base?token=1"), "feedback_url"),
        (good.replace('feedback_first_month = "2024-01"\n', ""), "feedback_first_month"),
        (good.replace("first_row_seconds", f'feedback_token = "{TOKEN}"\nfirst_row_seconds', 1), "secret-in-file"),
        (good.replace("feedback_", "nothing_"), VARIABLE.replace("FEEDBACK", "NOTHING")),
    ):
        product.settings.write_text(wrong, "utf-8")
        assert said in go(product, status=2)


def test_a_sample_and_a_service_are_never_mixed(tmp_path: Path, service: FeedbackService) -> None:
    sample = Product.with_sample(tmp_path / "sample")
    asked = f'\n[sources]\nfeedback_url = "{service.url}"\nfeedback_first_month = "2024-01"\n'
    sample.settings.write_text((ROOT / "pipeline.toml").read_text("utf-8") + asked, "utf-8")
    said = sample.run("publish", "--quiet", PIPELINE_FEEDBACK_TOKEN=TOKEN, status=3).text
    assert "sample-and-real" in said
    assert service.pages() == []


def test_feedback_comes_from_an_export_as_well(tmp_path: Path) -> None:
    product = force(tmp_path / "force")
    shutil.copytree(folders()[FEEDBACK].path / "reference", product.reference, dirs_exist_ok=True)
    product.settings.write_text(product.settings.read_text("utf-8") + MAPPING, "utf-8")
    for month in MONTHS:
        rows = [
            {"Ref": f"{month}/{number}", "Given": f"1{number}/{month[5:]}/2024 09:00", "About": "C", "Beat": "NA"}
            | {"Score": "5", "Said": PLANTED[0]}
            for number in (*range(9), 8)
        ]
        write_csv(product.raw / "survey" / f"answers {month}.csv", rows)
    go(product, "--quiet")
    (row,) = (
        row for row in product.csv(FEEDBACK, QUARTER) if row["neighbourhood_code"] == "NA" and row["responses"] != "0"
    )
    assert row == {
        "quarter": QUARTER,
        "kind": "Contact with the police",
        "neighbourhood_code": "NA",
        "responses": "25",
        "mean_overall": "5.0",
        "mean_ease": "",
        "mean_informed": "",
        "mean_fairness": "",
    }
    assert product.accounts(FEEDBACK, QUARTER) == {"published": 27, "duplicate": 3}
