"""The people who are planted in the sample come out nowhere: not in a file, a name, a page, a log or an error."""

from __future__ import annotations

import json
import re
import shutil
import unicodedata
import zipfile
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.sample.expenditure import UNSORTED
from pipeline.sample.faults import FAULTS
from tests.lib.product import DATASETS, MONTHS, Product, change_csv, read_csv

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from tests.lib.product import Rows

#: Shorter pieces stand anywhere by chance.
SHORTEST = 6
#: The one file that may name suppliers: those whom somebody has to classify.
REVIEW = "private/review/suppliers.csv"
#: What may name people below the private folder.
APART = ("sample/planted.csv", "review/suppliers.csv", "review/parties.csv")


def squeezed(text: str) -> str:
    """Return the letters and digits of a text: no case, accents, blanks or punctuation."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKD", text).casefold())


def digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)


def forms(value: str) -> Iterator[tuple[str, str]]:
    """Yield what to look for, and in which form of a text: as it is, case folded, letters and digits, digits."""
    yield "as it is", value
    yield "folded", value.casefold()
    if len(squeezed(value)) >= SHORTEST:
        yield "squeezed", squeezed(value)
    if len(digits(value)) >= 9 and not re.search(r"[A-Za-z]{3}", value):  # a phone, an account: not a date
        yield "digits", digits(value)


def wanted(product: Product) -> list[tuple[str, str, str]]:
    """Return feed, column and value of everybody who must come out nowhere."""
    planted = read_csv(product.private / "sample" / "planted.csv")
    return [
        (each["feed"], each["column"], each["value"])
        for each in planted
        if each["kind"] != "published-on-purpose" and len(squeezed(each["value"])) >= 4
    ]


class Searched:
    """A text in all its forms."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.forms = {
            "as it is": text,
            "folded": text.casefold(),
            "squeezed": squeezed(text),
            "digits": re.sub(r"[ .()+-]", "", text),
        }

    def holds(self, value: str) -> bool:
        return any(needle in self.forms[form] for form, needle in forms(value))


def found_in(product: Product, places: Iterable[tuple[str, str]]) -> list[str]:
    """Return which planted values stand where."""
    people = wanted(product)
    assert len(people) > 150
    told = list(places)
    everything = Searched("\n".join({text: place for place, text in told}))  # the same text is looked at once
    seen = [person for person in people if everything.holds(person[2])]
    return [
        f"{feed} {column} in {place}"
        for feed, column, value in seen
        for place, text in told
        if Searched(text).holds(value)
    ] + [f"{feed} {column}" for feed, column, _ in seen]


def texts_of(path: Path) -> Iterator[str]:
    """Yield everything a file says: its bytes as text, and a Parquet's cells, names and metadata."""
    content = path.read_bytes()
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            yield archive.comment.decode()
            for name in archive.namelist():
                yield f"{name}\n{archive.read(name).decode()}"
    if path.suffix == ".parquet":
        file = pq.ParquetFile(path)
        yield json.dumps([str(file.metadata.metadata), str(file.schema), str(file.schema_arrow)])
        statistics = [
            file.metadata.row_group(group).column(column).statistics
            for group in range(file.num_row_groups)
            for column in range(file.metadata.num_columns)
        ]
        yield json.dumps([[str(each.min), str(each.max)] for each in statistics if each and each.has_min_max])
        table = file.read()
        for column in table.columns:
            yield "\n".join(str(cell) for cell in column.cast(pa.string()).to_pylist() if cell is not None)
    yield content.decode("utf-8", "replace")


def everything_below(folder: Path, *, apart: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Yield every file's name and what it says; the extracts themselves are not looked at."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        yield f"the name of {name}", name
        if path.is_file() and not name.startswith(apart):
            for text in texts_of(path):
                yield name, text


def commands() -> list[tuple[str, ...]]:
    looks = [("accounts", name, "--month", month) for name in DATASETS for month in (*MONTHS, "none")]
    return [
        ("plan",),
        ("publish",),
        ("publish",),
        ("plan",),
        *looks,
        *(("accounts", *look[1:], "--json") for look in looks[:1]),
        *(("quarantine", name) for name in DATASETS),
        *(("quarantine", name, "--reveal") for name in DATASETS),
        *(("datasets", name) for name in DATASETS),
        ("accounts", "street-crime", "--month", "1999-01"),
    ]


# --- the sample -----------------------------------------------------------------------------------------------------


def test_the_search_finds_somebody_who_is_there(tmp_path: Path) -> None:
    """Were one planted value published in any of the usual disguises, the tests below would see it."""
    product = Product.with_sample(tmp_path)
    for feed, column, value in wanted(product):
        for disguise in (value, value.upper(), f"x {value.lower()} y", value.replace(" ", "").replace("-", " ")):
            if disguise.casefold() == value.casefold() or len(squeezed(value)) >= SHORTEST:
                assert Searched(f"before {disguise} after").holds(value), (feed, column)
    assert found_in(product, everything_below(product.raw / "crime"))
    table = pa.table({"x": pa.array([somebody(product)] * 9).dictionary_encode()})
    pq.write_table(table, tmp_path / "x.parquet", compression="zstd")
    assert found_in(product, ((path.name, text) for path in [tmp_path / "x.parquet"] for text in texts_of(path)))


def test_nobody_comes_out_of_the_sample(tmp_path: Path) -> None:
    product = Product.with_sample(tmp_path)
    said = [(f"what {' '.join(words)} said", product.run(*words).text) for words in commands()]
    assert all(text for _, text in said)
    assert found_in(product, said) == []
    assert found_in(product, everything_below(product.published)) == []
    private = everything_below(product.private, apart=APART)
    assert found_in(product, private) == []
    review = read_csv(product.data / REVIEW)
    assert [line["supplier_number"] for line in review] == ["S-QX90451", "S-QX90452"]
    held = Searched((product.data / REVIEW).read_text(encoding="utf-8"))
    asked = {value for one in UNSORTED for value in (one.number, one.name)}
    assert {each for _, _, each in wanted(product) if held.holds(each)} == asked  # nobody else, no more


def test_who_is_published_on_purpose_is_published(tmp_path: Path) -> None:
    """Otherwise finding nobody would prove nothing."""
    product = Product.with_published_sample(tmp_path)
    planted = read_csv(product.private / "sample" / "planted.csv")
    text = "".join(path.read_text(encoding="utf-8") for path in product.published.rglob("*.csv"))
    on_purpose = [each["value"] for each in planted if each["kind"] == "published-on-purpose"]
    assert len(on_purpose) >= 4
    for value in on_purpose:
        assert value in text


def test_nobody_comes_out_on_later_nights(tmp_path: Path) -> None:
    """After corrections, restrictions, a file that goes, another type of supplier: everything kept is looked at."""
    product = Product.with_published_sample(tmp_path)

    def restrict(rows: Rows) -> Rows:
        return [row | {"restricted": "Y"} if "0077ZQ" in row["crime_reference"] else row for row in rows]

    change_csv(product.crimes("2024-01"), restrict)
    product.ledger("2024-01").unlink()
    with (product.reference / "supplier-types.csv").open("a", encoding="utf-8") as file:
        file.write("S-QX90451,IND\nS-QX90452,PROT\nS20002,IND\n")
    said = [product.run(command) for command in ("plan", "publish", "publish")]
    assert [each.status for each in said] == [0, 0, 0]
    assert found_in(product, [("what was said", each.text) for each in said]) == []
    assert found_in(product, everything_below(product.published)) == []
    private = everything_below(product.private, apart=APART)
    assert found_in(product, private) == []
    named = [("spending", path.read_text("utf-8")) for path in (product.published / "spend-over-500").glob("*-20*.csv")]
    assert not any("Tobias Wexcombe" in text for _, text in named)  # paid as a company, then known as a person


# --- faults ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> Path:
    product = Product.empty(tmp_path_factory.mktemp("faults"))
    product.run("sample", "--faults", status=0)
    assert sorted(path.name for path in (product.data / "faults").iterdir()) == sorted(each.name for each in FAULTS)
    return product.data / "faults"


@pytest.mark.parametrize("name", [fault.name for fault in FAULTS])
def test_a_file_with_a_fault_is_met_by_its_own_error_and_names_nobody(faults: Path, tmp_path: Path, name: str) -> None:
    product = Product.empty(tmp_path)
    shutil.copytree(faults / name, product.data)
    expected = json.loads((product.data / "fault.json").read_bytes())
    named = [expected["dataset"]] if expected["dataset"] else []
    said = product.run("publish", *named)
    if expected["code"]:
        assert said.status == 3, said.text
        assert f"STOPPED: {expected['code']}: " in said.out
        section = said.out.split(f"({expected['dataset']})")[1].split("\n\n")[0]
        assert f"STOPPED: {expected['code']}: " in section
        assert "to do: " in section
        assert said.out.count("STOPPED") == 1
    else:
        assert said.status == 0, said.text
        for path in expected["unread"]:
            assert f"{path.removeprefix('raw/')} is not read: " in said.out
    listed = product.run("quarantine", expected["dataset"] or "street-crime").text
    everything = [("what publish said", said.text), ("what quarantine said", listed)]
    assert not any("Traceback" in text or "bug: " in text for _, text in everything)
    kept = everything_below(product.private, apart=("releases/", "collected/", *APART))  # releases of sound files
    assert found_in(product, [*everything, *kept]) == []


def in_header(path: Path, text: str) -> None:
    lines = path.read_text("utf-8").split("\n")
    path.write_text("\n".join([f"{lines[0]},{text}", *lines[1:]]), "utf-8")


def cut_anywhere(path: Path, name: str) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: content.index(name.encode()) + len(name)])


def stray_bytes(path: Path, name: str) -> None:
    path.write_bytes(path.read_bytes().replace(name.encode(), name[:-4].encode() + b"\xf6\xff", 1))


def open_quote(path: Path, name: str) -> None:
    path.write_bytes(path.read_bytes().replace(name.encode(), f'"{name}'.encode(), 1))


def nul_byte(path: Path, name: str) -> None:
    path.write_bytes(path.read_bytes().replace(name.encode(), f"{name[:-4]}\0{name[-4:]}".encode(), 1))


def headless(path: Path, _name: str) -> None:
    rows = path.read_bytes().split(b"\n")
    first = next(number for number, row in enumerate(rows) if b"0077ZQ" in row)
    path.write_bytes(b"\n".join(rows[first:]))


def somebody(product: Product, kind: str = "name") -> str:
    """Return a planted person of the recorded crimes, as the file has it."""
    planted = read_csv(product.private / "sample" / "planted.csv")
    text = product.crimes("2024-01").read_text("utf-8")
    values = (each["value"] for each in planted if (each["feed"], each["kind"]) == ("recorded-crime", kind))
    return next(value for value in values if f",{value}," in text)


@pytest.mark.parametrize(
    "spoil",
    [
        in_header,
        lambda path, _: in_header(path, somebody(Product(path.parents[4]), "phone")),
        lambda path, _: in_header(path, somebody(Product(path.parents[4]), "email")),
        cut_anywhere,
        stray_bytes,
        open_quote,
        nul_byte,
        headless,
    ],
)
def test_a_file_that_breaks_at_somebodys_name_does_not_say_it(
    tmp_path: Path, spoil: Callable[[Path, str], None]
) -> None:
    product = Product.with_published_sample(tmp_path)
    before = product.crimes("2024-01").read_bytes()
    spoil(product.crimes("2024-01"), somebody(product))
    assert product.crimes("2024-01").read_bytes() != before
    said = [product.run(command, "street-crime") for command in ("plan", "publish")]
    assert {each.status for each in said} <= {0, 3}
    assert not any("bug: " in each.text for each in said), said
    assert found_in(product, [("what was said", each.text) for each in said]) == []
    private = everything_below(product.private, apart=APART)
    assert found_in(product, private) == []


def test_a_stray_file_named_after_somebody_is_listed_only_to_the_analyst(tmp_path: Path) -> None:
    """Its name is no cell, and has to be shown to be found; it goes into nothing that is kept or published."""
    product = Product.with_published_sample(tmp_path)
    name = f"{somebody(product)}.csv"
    product.crimes("2024-01").with_name(name).write_bytes(product.crimes("2024-01").read_bytes())
    assert name in product.run("publish").out
    assert found_in(product, everything_below(product.published)) == []
    private = everything_below(product.private, apart=APART)
    assert found_in(product, private) == []
