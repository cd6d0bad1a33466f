"""What a name suggests: an organisation by its own words alone, a person by the least sign, else nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.suggestion import suggestion

ORGANISATIONS = (
    *("Acme Locks Ltd", "ACME LOCKS LTD.", "Acme Locks L.L.P.", "Acme (UK) Limited", "Acme plc", "O'Brien & Sons Ltd"),
    *(
        "Leicester City Council",
        "Oadby and Wigston Borough Council",
        "University of Leicester",
        "NHS Property Services",
    ),
    *("University Hospitals of Leicester NHS Trust", "The Stephen Lawrence Trust", "Acme Ltd t/a Locks"),
    *("Police Federation of England and Wales", "Green Shoots Community CIC", "Tobias Wexcombe Ltd"),
)
PEOPLE = (
    *(
        "Mr John Smith",
        "MRS J SMITH",
        "Dr. Smith",
        "Rev John Paul Jones",
        "Dame Judith Anne Roe",
        "Mx Halcyon Brodequin",
    ),
    *("John Smith", "JOHN SMITH", "Smith, John", "Smith, John A.", "J. Smith", "J.Smith", "Seán O'Brien"),
    *("Anne-Marie Smith-Jones", "Jane\u00a0Roe", "\uff2d\uff52 \uff2a\uff4f\uff48\uff4e Ltd", "Mr John Smith Ltd"),
    *("Miss Jane Roe, University of Leicester", "Roe Solicitors LLP (Ms J Roe)"),
)
NEITHER = (
    *("Mary Jane Watson", "Madonna", "Ltd", "Limited Editions", "Quirkshank & Daughter", "RYMAN 1172", "British Gas"),
    *("Rosalind Thackerwell t/a Thackerwell Windows", "John Smith Plumbing", "Smith & Sons"),
    # a company word that may be a surname, or that is somebody else's
    *("Stephen Trust", "Mary Ann Police", "Ivan Cic", "Jane Roe, University of Leicester", "Jane Roe (Acme Ltd)"),
    *("Jane Roe t/a Limited Editions", "Jane Roe t/a Roe Ltd", "Acme Ltd t/a Jane Roe", "Smith LLP re Jane Roe"),
    *("Jane Roe - Acme Ltd", "Jane Roe c/o Acme Ltd", "Jane Roe/Acme Ltd", "Barnes LLP: Roe, Jane"),
    # what cannot be read
    *(
        "",
        " ",
        "\u041c\u0433 Jane Roe Ltd",
        "Jane Roe L\u200btd",
        '=HYPERLINK("x") Ltd',
        "\uff1d1+1 Ltd",
        "Roe\nJane Ltd",
    ),
    *("\u202eRoe Jane Ltd", "#N/A Ltd", "Jane Roe L\u0442d", "Jane\tRoe"),
)


@pytest.mark.parametrize("name", ORGANISATIONS)
def test_words_of_companies_and_public_bodies_suggest_an_organisation(name: str) -> None:
    found = suggestion([name])
    assert found.type == "ORG"
    assert found.reason.startswith("company word: ")


@pytest.mark.parametrize("name", PEOPLE)
def test_a_title_or_two_words_suggest_an_individual(name: str) -> None:
    found = suggestion([name])
    assert found.type == "IND"
    assert found.reason.startswith(("title: ", "two words"))


@pytest.mark.parametrize("name", NEITHER)
def test_what_could_be_either_or_cannot_be_read_has_no_suggestion_and_says_why(name: str) -> None:
    found = suggestion([name])
    assert found.type == ""
    assert found.reason


def test_one_person_among_the_names_of_a_number_makes_it_a_persons() -> None:
    assert suggestion(["Acme Ltd", "Acme Limited"]).type == "ORG"
    assert suggestion(["Acme Ltd", "Mr John Smith"]).type == "IND"
    mixed = suggestion(["Acme Ltd", "Mary Jane Watson"])
    assert mixed == ("", "2 names, which are not all an organisation's")
    assert suggestion(["Acme Ltd"] * 8, others=292) == ("", "300 names, which are not all an organisation's")
    assert suggestion([]).type == ""


@pytest.mark.parametrize("kind", ["IND", "STAFF", "PROT"])
def test_a_name_that_is_protected_elsewhere_suggests_that_protection_whatever_it_says(kind: str) -> None:
    assert suggestion(["Acme Ltd"], protected=kind).type == kind


@given(
    st.text(max_size=30),
    st.sampled_from(["Mr", "mrs", "MISS", "Dr.", "Prof", "Rev", "Sir", "Dame"]),
    st.text(max_size=30),
)
def test_nothing_beside_a_title_makes_an_organisation(before: str, title: str, behind: str) -> None:
    assert suggestion([f"{before} {title} {behind} Ltd"]).type != "ORG"


@given(st.text(max_size=60))
def test_a_reason_holds_nothing_that_only_the_name_holds(name: str) -> None:
    found = suggestion([name])
    assert found.type in ("", "ORG", "IND")
    assert found.reason.isascii()
    assert found.reason.isprintable()
    assert len(found.reason) < 80
