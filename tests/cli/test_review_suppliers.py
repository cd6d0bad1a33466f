"""The review of suppliers as somebody walks through it at a terminal."""

from __future__ import annotations

import fcntl
import time

import pytest

from pipeline.model.row_rule import Question
from pipeline.storage.supplier_review import review_file, save_review
from tests.lib.at_terminal import Terminal
from tests.lib.product import MONTHS, Product, read_csv

FIRM, PERSON = "S-QX90451", "S-QX90452"
NAMES = ("Quirkshank & Daughter-QX", "Mx Halcyon Brodequin")
KEYS = "[q] stop"
REVIEW = ("review", "suppliers")


def listed(product: Product) -> dict[str, str]:
    return {
        line["supplier_number"]: line["supplier_type"] for line in read_csv(product.reference / "supplier-types.csv")
    }


def asked(product: Product, *names: str) -> None:
    """Make ``names`` the suppliers to classify, in this order."""
    questions = [Question(f"S{place}", (name,), 0, 1, -place, "") for place, name in enumerate(names, 1)]
    save_review(product.private, "spend-over-500", {MONTHS[0]: questions})


def test_what_was_answered_is_published_and_names_the_firm_and_not_the_person(product: Product) -> None:
    before = listed(product)
    with Terminal(product, *REVIEW) as terminal:
        shown = terminal.until(KEYS)
        assert f"1 of 2: {NAMES[0]}\n  number {FIRM}, lines 3, total £2,437.50\n  paid in 2024-01 to 2024-03\n" in shown
        assert "nothing is suggested" in shown
        assert "[Enter]" not in shown
        terminal.press("o")
        shown = terminal.until(KEYS)
        assert "= Organisation" in shown
        assert listed(product) == {**before, FIRM: "ORG"}  # at once
        assert f"2 of 2: {NAMES[1]}\n" in shown
        assert "suggested: Individual (title: Mx)" in shown
        assert "[Enter] individual" in shown
        terminal.press("\r")
        assert terminal.status() == 0
        assert "left to classify: 0" in terminal.text
        assert "run `pipeline plan` to see what follows, then `pipeline publish`" in terminal.text
        assert terminal.as_found()
    assert listed(product) == {**before, FIRM: "ORG", PERSON: "IND"}

    waits = product.run(*REVIEW, status=0)
    assert "no supplier is left to classify" in waits.out
    assert "2 are in " in waits.out
    assert "suppliers to classify" not in product.run("plan", "--quiet", status=0).out

    said = product.run("publish", "--quiet", status=0)
    assert "suppliers to classify" not in said.out
    assert read_csv(review_file(product.private)) == []
    for month in MONTHS:
        named = [row["supplier_name"] for row in product.csv("spend-over-500", month)]
        assert named.count(NAMES[0]) == 1
        assert "REDACTED PERSONAL DATA" in named
    assert "Brodequin" not in "".join(path.read_text("utf-8") for path in product.published.rglob("*.csv"))
    said = product.run(*REVIEW)
    assert (said.status, said.err) == (0, "")
    assert "no supplier is left to classify" in said.out
    assert " are in " not in said.out


def test_without_a_terminal_it_says_how_to_answer_by_hand(product: Product) -> None:
    said = product.run(*REVIEW, status=2)
    assert said.err.startswith("not-a-terminal: ")
    assert "supplier-types.csv by hand" in said.err
    assert "ORG, SOLE, IND, STAFF, PROT" in said.err
    assert not any(name in said.text for name in NAMES)


def test_a_key_that_is_none_answers_nothing(product: Product) -> None:
    before = listed(product)
    with Terminal(product, *REVIEW) as terminal:
        terminal.until(KEYS)
        for keys in ("\r", "x", "\x1bOP", "\x1b[B", "oo", "\u00f6", " "):  # Enter, F1, an arrow, a text that is pasted
            terminal.press(keys)
            terminal.until("press one of these keys")
        terminal.press("\x1b")  # F1 once more, over a slow line
        time.sleep(0.05)
        terminal.press("OP")
        terminal.until("press one of these keys")
        assert listed(product) == before
        terminal.press("q")
        assert terminal.status() == 0
        assert "nothing was answered" in terminal.text
    assert listed(product) == before


def test_back_skip_and_another_answer(product: Product) -> None:
    before = listed(product)
    asked(product, "Acme Locks Ltd", "Beta Locks Ltd", "Gamma House")
    with Terminal(product, *REVIEW) as terminal:
        for keys in ("b", "\r", "\r", "b", "b"):  # nothing is before the first
            terminal.until(KEYS)
            terminal.press(keys)
        assert "your answer: Organisation" in terminal.until(KEYS)
        assert listed(product) == {**before, "S1": "ORG", "S2": "ORG"}
        terminal.press("p")
        terminal.until("2 of 3")
        terminal.until(KEYS)
        assert listed(product) == {**before, "S1": "PROT", "S2": "ORG"}
        terminal.press("s")  # an answer that is taken back
        terminal.until("3 of 3")
        terminal.until(KEYS)
        terminal.press("\x04")
        assert terminal.status() == 0
        assert "left to classify: 2" in terminal.text
    assert listed(product) == {**before, "S1": "PROT"}


def test_who_looks_like_a_person_is_named_only_by_the_same_key_twice(product: Product) -> None:
    asked(product, "Jane Roe", "John Roe", "Joan Roe")
    with Terminal(product, *REVIEW) as terminal:
        terminal.until(KEYS)
        for keys in ("o", "t", "o"):  # another key is no second one
            terminal.press(keys)
            terminal.until("press again for")
        terminal.press("s")
        terminal.until(KEYS)
        terminal.press("t")
        terminal.until("press again for sole trader")
        terminal.press("t")
        terminal.until(KEYS)
        terminal.press("m")  # who is not named needs no second one
        assert terminal.status() == 0
    assert {number: kind for number, kind in listed(product).items() if number in ("S1", "S2", "S3")} == {
        "S2": "SOLE",
        "S3": "STAFF",
    }


@pytest.mark.parametrize("stopped_by", ["the keyboard", "a signal"])
def test_whoever_stops_it_keeps_what_was_answered(product: Product, stopped_by: str) -> None:
    with Terminal(product, *REVIEW) as terminal:
        terminal.until(KEYS)
        terminal.press("o")
        terminal.until(KEYS)
        if stopped_by == "the keyboard":
            terminal.press("\x03")
        else:
            terminal.process.terminate()
        assert terminal.status() == 130
        assert "1 of 1 answers are in the list" in terminal.text
        assert "`pipeline review suppliers` goes on" in terminal.text
        assert terminal.as_found()
    assert listed(product)[FIRM] == "ORG"


def test_a_terminal_that_goes_away_loses_no_answer(product: Product) -> None:
    with Terminal(product, *REVIEW) as terminal:
        terminal.until(KEYS)
        terminal.press("o")
        terminal.until(KEYS)
        terminal.process.kill()
    assert listed(product)[FIRM] == "ORG"


def test_it_does_not_begin_while_a_run_is_at_work(product: Product) -> None:
    with (product.private / "lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with Terminal(product, *REVIEW) as terminal:
            assert terminal.status() == 7
            assert "busy: " in terminal.text
            assert not any(name in terminal.text for name in NAMES)


def test_a_run_that_begins_meanwhile_is_waited_for_at_the_end(product: Product) -> None:
    before = listed(product)
    with Terminal(product, *REVIEW) as terminal:
        terminal.until(KEYS)
        with (product.private / "lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            terminal.press("o")
            terminal.until(KEYS)
            terminal.press("\r")
            terminal.until("a run is at work")
            time.sleep(0.2)
            assert terminal.process.is_alive()
            assert listed(product) == before
        assert terminal.status() == 0
    assert listed(product) == {**before, FIRM: "ORG", PERSON: "IND"}


@pytest.mark.parametrize("columns", [60, 61, 72, 200])
def test_no_line_is_wider_than_the_terminal(product: Product, columns: int) -> None:
    asked(product, "The Most Ancient and Honourable Society of Makers of Keys, Locks, Bolts and Hinges of Leicester")
    with Terminal(product, *REVIEW, columns=columns) as terminal:
        terminal.until(KEYS)
        terminal.press("o")
        assert terminal.status() == 0
        lines = [line for line in terminal.text.split("\n") if str(product.data) not in line]
    assert max(map(len, lines)) <= columns
    assert "  [m] member of staff  [p] protected\n" in terminal.text


@pytest.mark.parametrize("no_color", ["", "1"])
def test_colours_are_shown_where_they_are_wanted(product: Product, no_color: str) -> None:
    asked(product, "Jane Roe")
    with Terminal(product, *REVIEW, NO_COLOR=no_color) as terminal:
        terminal.until(KEYS)
        terminal.press("q")
        assert terminal.status() == 0
        assert ("\x1b" in terminal.raw) is not bool(no_color)


def test_a_hostile_name_moves_nothing_on_the_screen(product: Product) -> None:
    asked(
        product,
        "Roe\x1b[2J\x1b]0;x\x07Ltd",
        "Roe\r\n= Organisation",
        "\u202eRoe Ltd",
        "[bold]Roe[/bold] :smile:",
        "x" * 9000,
    )
    with Terminal(product, *REVIEW, NO_COLOR="1") as terminal:
        for _ in range(5):
            terminal.until(KEYS)
            terminal.press("s")
        assert terminal.status() == 0
    assert "\x1b" not in terminal.raw
    assert "\u202e" not in terminal.text
    assert "\n= Organisation" not in terminal.text
    assert "[bold]Roe[/bold] :smile:" in terminal.text
    assert "x" * 200 not in terminal.text.replace("\n", "")


def test_a_list_that_no_run_would_read_is_refused_before_anybody_answers(product: Product) -> None:
    (product.reference / "supplier-types.csv").write_bytes(b"supplier_number,supplier_type\nS1,org\n")
    with Terminal(product, *REVIEW) as terminal:
        assert terminal.status() == 3
        assert "bad-reference: " in terminal.text
        assert not any(name in terminal.text for name in NAMES)


def test_a_list_that_cannot_be_written_stops_it_and_says_so(product: Product) -> None:
    part = product.reference / ".supplier-types.csv.part"
    part.mkdir()  # also the system's own user cannot write here
    before = listed(product)
    with Terminal(product, *REVIEW) as terminal:
        terminal.until(KEYS)
        terminal.press("o")
        assert terminal.status() == 8
        assert "not-writable: " in " ".join(terminal.text.split())
        assert terminal.as_found()
    part.rmdir()
    assert listed(product) == before
