"""The private files that name whom somebody has to classify: a line for each payee, the largest amount first.

Suppliers of the ledger are known by a number, parties of registers by name.

Its last column is for the program: what each month adds to the line, so that a month that is built again replaces its
own part alone.  A line that cannot be read (somebody saved the file from a spreadsheet program) is left out until its
months are built again; its payee stays withheld.
"""

from __future__ import annotations

import csv
import io
import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pipeline.columns.keys import damaged, folded
from pipeline.columns.text import fold, is_formula_text
from pipeline.model.periods import MONTH, ranges
from pipeline.model.row_rule import Question
from pipeline.model.suggestion import Suggestion, most_protective, suggestion
from pipeline.plain import read_plain
from pipeline.printable import printable
from pipeline.storage.atomic import replace_file

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from pipeline.model.periods import Period


class Kind(NamedTuple):
    """A kind of payees: what ``many`` and ``one`` are called, what one is known ``by``, and which list gives types.

    ``folded`` is the form in which a run looks one up in that list; ``column`` heads it in the private file.
    """

    many: str
    one: str
    by: str
    listed: str
    column: str
    folded: Callable[[str], str]


SUPPLIERS: Final = Kind("suppliers", "supplier", "number", "supplier-types", "supplier_number", folded)
PARTIES: Final = Kind("parties", "party", "name", "named-parties", "named_in_the_extract", fold)
#: Every kind, by what many of it are called.
KINDS: Final = MappingProxyType({kind.many: kind for kind in (SUPPLIERS, PARTIES)})
COLUMNS = ("supplier_number", "name", "lines", "total", "months", "suggested_type", "reason", "parts")
#: The names that a cell shows, and the characters of each.
_SHOWN, _LONGEST = 4, 100
_PENCE = 100
#: The characters that the parts of one payee may take: a number of very many payees has many names.
_LARGEST = 1 << 28


class Part(NamedTuple):
    """What one month of one dataset adds to the line of a payee."""

    dataset: str
    month: Period
    question: Question


class Waiting(NamedTuple):
    """A payee whom somebody has to classify: what every month says of it."""

    parts: tuple[Part, ...]
    kind: Kind = SUPPLIERS

    @property
    def reference(self) -> str:
        """Its reference as a list and a spreadsheet can hold it: as it is written, else in its folded form.

        A name is as it is written, with plain blanks; one that a spreadsheet would run is "": nobody lists it.
        """
        written = min(part.question.reference for part in self.parts)
        if self.kind is PARTIES:
            return "" if is_formula_text(written) else " ".join(written.split())
        return folded(written) if damaged(written) or is_formula_text(written) else written

    @property
    def names(self) -> tuple[str, ...]:
        """Its names, each once."""
        found: dict[str, str] = {}
        for name in (name for part in self.parts for name in part.question.names):
            found.setdefault(folded(name) or name, name)
        return tuple(found.values())

    @property
    def name(self) -> str:
        """Its names as they may be shown, in one line that no spreadsheet runs."""
        shown = [printable(name)[:_LONGEST] for name in self.names[:_SHOWN]]
        more = len(self.names) - len(shown) + self.others
        text = " / ".join([*shown, *([f"{more:,} more"] if more else [])])
        return text if not is_formula_text(text) else "'" + text.translate(_NO_CALL)

    @property
    def others(self) -> int:
        """How many names it has that were not kept."""
        return max(part.question.others for part in self.parts)

    @property
    def lines(self) -> int:
        """Its lines in all months."""
        return sum(part.question.lines for part in self.parts)

    @property
    def total(self) -> int:
        """What it was paid in all months, in pence."""
        return sum(part.question.total for part in self.parts)

    @property
    def months(self) -> str:
        """The months it was paid in."""
        return ", ".join(ranges(part.month for part in self.parts))

    @property
    def suggestion(self) -> Suggestion:
        """What its names suggest."""
        protected = most_protective(part.question.protected for part in self.parts)
        return suggestion(self.names, others=self.others, protected=protected)


#: What could begin another cell, and in it a formula, where a comma is the decimal sign.
_NO_CALL = {ord(sign): "," for sign in ";|\uff1b\uff5c\ufe54\u037e"}


def review_file(private: Path, of: Kind = SUPPLIERS) -> Path:
    """Return the one file that names payees of a kind whom somebody has to classify."""
    return private / "review" / f"{of.many}.csv"


def save_review(
    private: Path,
    dataset: str,
    asked: Mapping[Period, Sequence[Question]],
    kept: Collection[Period] = (),
    *,
    of: Kind = SUPPLIERS,
) -> None:
    """Make the review file hold what months of ``dataset`` ask, beside what its months ``kept`` and others' asked."""
    path = review_file(private, of)
    parts = [
        part
        for row in read_review(private, of)
        for part in row.parts
        if part.dataset != dataset or (part.month in kept and part.month not in asked)
    ]
    parts += [Part(dataset, month, question) for month, questions in asked.items() for question in questions]
    if not parts and not path.exists():
        return
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow((of.column, *COLUMNS[1:]))
    writer.writerows(_line(each) for each in _payees(parts, of))
    replace_file(path, text.getvalue().encode())


def read_review(private: Path, of: Kind = SUPPLIERS) -> list[Waiting]:
    """Return the payees whom somebody has to classify, the largest amount first."""
    path = review_file(private, of)
    if not path.exists():
        return []
    usual = csv.field_size_limit(_LARGEST)
    try:
        lines = list(csv.reader(io.StringIO(read_plain(path).decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error):
        return []
    finally:
        csv.field_size_limit(usual)
    return _payees((part for line in lines[1:] for part in _parts(line)), of)


def _payees(parts: Iterable[Part], of: Kind) -> list[Waiting]:
    by_key: dict[str, list[Part]] = {}
    for part in sorted(parts, key=lambda part: part[:2], reverse=True):  # the newest month first, so its names are
        by_key.setdefault(of.folded(part.question.reference), []).append(part)
    found = [(key, Waiting(tuple(of_one), of)) for key, of_one in by_key.items()]
    return [each for _, each in sorted(found, key=lambda pair: (-pair[1].total, pair[0]))]


def _line(payee: Waiting) -> tuple[str, ...]:
    pounds = f"{abs(payee.total) // _PENCE}.{abs(payee.total) % _PENCE:02}"
    total = pounds if payee.total >= 0 else f"({pounds})"  # a minus would begin a formula
    return (payee.reference, payee.name, str(payee.lines), total, payee.months, *payee.suggestion, _as_text(payee))


def _as_text(payee: Waiting) -> str:
    """Return the parts of a line as JSON without a character that could begin a formula in another cell."""
    names = list(dict.fromkeys(name for part in payee.parts for name in part.question.names))
    facts = [
        (dataset, month, asked.reference, [names.index(name) for name in asked.names], *asked[2:])
        for dataset, month, asked in payee.parts
    ]
    return json.dumps([names, facts]).replace(";", "\\u003b").replace("|", "\\u007c")


def _parts(line: Sequence[str]) -> list[Part]:
    """Return what each month adds to a line, nothing where the line is not as it was written."""
    try:
        names, facts = json.loads(dict(zip(COLUMNS, line, strict=True))["parts"])
        return [_part(names, *part) for part in facts]
    except (ValueError, LookupError, TypeError):
        return []


def _part(names: Sequence[str], dataset: Any, month: Any, reference: Any, places: Any, *counts: Any) -> Part:  # noqa: ANN401 - JSON
    others, lines, total = map(int, counts[:3])
    named = tuple(str(names[place]) for place in places)
    if not MONTH.fits(month) or not folded(reference):
        raise ValueError
    return Part(str(dataset), month, Question(reference, named, others, lines, total, str(counts[3])))
