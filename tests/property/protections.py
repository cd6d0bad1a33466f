"""Who may never be named and what may never appear, once more, in plain loops written from the rules' own text.

The oracles know nothing of the program: they remember what was ever received, and judge public rows by it.  What a row
is made of is told by its amount or its place, which no other row shares.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    Row = Mapping[str, str]
    Rows = Sequence[Row]
    #: A month, a body and the folded number of a transaction.
    Transaction = tuple[str, str, str]

RANK = {"ORG": 1, "SOLE": 2, "IND": 3, "STAFF": 3, "PROT": 4}
PROTECTIVE = ("IND", "STAFF", "PROT")
NAMES = {"IND": "REDACTED PERSONAL DATA", "STAFF": "REDACTED PERSONAL DATA", "PROT": "REDACTED OTHER"}


def fold(text: str) -> str:
    """Return what protections compare: letters and digits alone, capitals, no zeros in front, no `.0` behind."""
    for _ in range(3):
        normal = unicodedata.normalize("NFKC", text)
        letters = "".join(
            each
            for each in normal
            if each == "." or unicodedata.category(each)[0] == "L" or unicodedata.category(each) == "Nd"
        )
        text = re.sub(r"([0-9])\.0+$", r"\1", letters).replace(".", "").upper().lstrip("0")
    return text


def is_bad_key(text: str) -> bool:
    """Return whether a key holds what cannot be seen, odd blanks, a rounded number, or nothing."""
    normal = unicodedata.normalize("NFKC", text)
    if re.fullmatch(r"[+-]?[0-9]+([.,][0-9]+)?[Ee]\+[0-9]+", normal) or not fold(text):
        return True
    for each in text:
        kind = unicodedata.category(each)[0]
        if kind == "C" or (kind == "Z" and each != " "):
            return True
    return "  " in text


@dataclass
class Versions:
    """What stood at each path: only bytes that were replaced by others that were released are stale."""

    known: dict[str, list[tuple[Rows, bool]]] = field(default_factory=dict)
    standing: dict[str, Rows] = field(default_factory=dict)
    aside: dict[str, Rows] = field(default_factory=dict)
    let_in: list[tuple[str, Rows]] = field(default_factory=list)
    gone: list[tuple[str, Rows]] = field(default_factory=list)

    def come(self, path: str, rows: Rows, *, readable: bool = True) -> bool:
        """Return whether ``rows`` count at ``path``, and remember them if they do."""
        found = self.known.setdefault(path, [])
        places = [place for place, (each, _) in enumerate(found) if each == rows]
        self.aside.pop(path, None)
        if (path, rows) in self.gone:
            if not found or found[-1][0] != rows:
                found.append((rows, False))
            return False
        since = found[places[-1] + 1 :] if places else []
        stale = any(released and (path, each) not in self.gone for each, released in since)
        if stale and (path, rows) not in self.let_in:
            self.aside[path] = rows
            return False
        if not found or found[-1][0] != rows:
            found.append((rows, False))
        if readable:
            self.standing[path] = rows
        return True

    def set_aside(self, path: str, rows: Rows) -> None:
        """Remember that somebody rejected ``rows`` at ``path``, or took them back: they count as if they never came."""
        self.gone.append((path, rows))
        self.let_in = [each for each in self.let_in if each != (path, rows)]
        if self.standing.get(path) == rows:
            del self.standing[path]

    def lost(self, is_aside: Callable[[str, Rows], bool]) -> Versions:
        """Return what is left when all is forgotten that was received: the decisions that are known."""
        return Versions(gone=[each for each in self.gone if is_aside(*each)])

    def released(self, path: str, rows: Rows) -> None:
        """Remember that ``rows`` fed a release."""
        self.known[path] = [(each, out or each == rows) for each, out in self.known[path]]


def strongest(kinds: Iterable[str]) -> str:
    """Return the most protective type, "" where there is none."""
    return max((kind for kind in kinds if kind in RANK), key=lambda kind: (RANK[kind], kind == "IND"), default="")


@dataclass
class Payees:
    """What ledgers and the force's list ever said of payees, and as whom each is public."""

    versions: Versions = field(default_factory=Versions)
    listed: dict[str, str] = field(default_factory=dict)
    floor: dict[str, str] = field(default_factory=dict)
    named_floor: dict[str, str] = field(default_factory=dict)
    approved: set[tuple[str, str]] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)
    ever: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    doubted: set[str] = field(default_factory=set)
    called: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    redacted: dict[Transaction, set[str]] = field(default_factory=dict)
    decided: dict[Transaction, set[str]] = field(default_factory=dict)
    ever_redacted: set[Transaction] = field(default_factory=set)
    named_in: dict[Transaction, set[str]] = field(default_factory=lambda: defaultdict(set))

    def ledger(self, path: str, rows: Rows, *, readable: bool = True) -> bool:
        """Return whether a ledger counts, and remember what it says."""
        if not self.versions.come(path, rows, readable=readable):
            return False
        for row in rows if readable else ():
            number, kind = fold(row["Supplier No"]), row["Supplier Type"]
            self.ever[number].add(fold(kind))
            self.called[fold(row["Supplier Name"])].add(number)
            if kind and kind not in RANK:
                self.doubted.add(number)
        return True

    def list_lines(self, lines: Iterable[tuple[str, str]]) -> None:
        """Remember what the force's list says now; a number that stands there twice has its stronger type."""
        lines = list(lines)
        if any(is_bad_key(number) for number, _ in lines):
            return  # refused as a whole: the dataset stops, and what the list said before holds
        self.listed = {}
        for number, kind in lines:
            self.listed[fold(number)] = strongest([kind, self.listed.get(fold(number), "")])
            self.ever[fold(number)].add(kind)

    def lines(self) -> Iterator[Row]:
        """Yield every line of the newest ledgers that count."""
        for rows in self.versions.standing.values():
            yield from rows

    def kind(self, number: str) -> str:
        """Return as whom a number has to be treated: "?" where a type is none, "" where nobody says anything."""
        unknown = any(
            fold(row["Supplier No"]) == number and row["Supplier Type"] not in {*RANK, ""} for row in self.lines()
        )
        return "?" if unknown and number not in self.listed else self.type(number)

    def type(self, number: str) -> str:
        """Return the most protective type that anything says of a number."""
        given = [self.listed.get(number, "")]
        given += [fold(row["Supplier Type"]) for row in self.lines() if fold(row["Supplier No"]) == number]
        return strongest([*given, self.floor.get(number, "")])

    def protected_name(self, name: str) -> str:
        """Return the most protective type of a person of that name, whatever the number."""
        given = [self.type(fold(row["Supplier No"])) for row in self.lines() if fold(row["Supplier Name"]) == name]
        given.append(self.named_floor.get(name, ""))
        return strongest(kind for kind in given if kind in PROTECTIVE)

    def may_be_named(self, number: str, name: str, *, afresh: bool) -> bool:
        """Return whether a payee may stand in public under its name; ``afresh`` in a month that was built tonight.

        One of whom nobody says anything any more stays named in what was kept.
        """
        kind = self.kind(number)
        if kind in (*PROTECTIVE, "?") or (afresh and not kind):
            return False
        most = self.protected_name(name)
        if most and RANK[most] > RANK.get(kind, 0):
            return number in self.listed and (most != "PROT" or (number, name) in self.approved)
        return True

    def is_out(self, row: Row) -> None:
        """Remember that a line is public: from now on its payee is never less protected by itself."""
        number, name = fold(row["Supplier No"]), fold(row["Supplier Name"])
        kind = self.kind(number)
        if kind in PROTECTIVE:
            self.floor[number] = strongest([kind, self.floor.get(number, "")])
            self.named_floor[name] = strongest([kind, self.named_floor.get(name, "")])

    def are_out(self, public: Mapping[str, Rows], fed: Mapping[str, Rows]) -> None:
        """Remember how each transaction of each month is public: it tells no more until somebody decides."""
        self.redacted = defaultdict(set)
        for month, rows in public.items():
            of_amount = {row["Net Amount"]: row for row in fed[month]}
            for shown in rows:
                row = of_amount[shown["net_amount"]]
                self.redacted[transaction_of(month, row)].add(shown["redaction"])
                if not shown["redaction"]:
                    self.named_in[transaction_of(month, row)].add(fold(row["Supplier No"]))
        self.decided = {each: kinds for each, kinds in self.decided.items() if self.redacted.get(each) == kinds}
        self.ever_redacted |= {each for each, kinds in self.redacted.items() if kinds - {""}}

    def lost(self, public: Iterable[Row], is_aside: Callable[[str, Rows], bool]) -> None:
        """Forget all that was received: why ``public`` lines are so nobody knows any more, and they may stay so."""
        self.kept |= {row["Net Amount"] for row in public}
        self.versions = self.versions.lost(is_aside)
        self.listed, self.floor, self.named_floor, self.redacted, self.decided = {}, {}, {}, {}, {}

    def may_stay(self, row: Row) -> bool:
        """Return whether a line was public when the memory was lost, and no ledger since writes its number so.

        The keys that find it under other writings are lost with the memory.
        """
        told = any(line["Supplier No"] == row["Supplier No"] for line in self.lines())
        return self.was_lost(row) and not told

    def was_lost(self, row: Row) -> bool:
        """Return whether a line was public when the memory was lost, and with it who else its transaction pays."""
        return row["Net Amount"] in self.kept

    def approve(self, *, list_is_gone: bool) -> None:
        """Let in what waits: the newest files and lists are right, a list that has gone included."""
        self.decided |= self.redacted
        self.floor, self.named_floor, self.redacted = {}, {}, {}
        if list_is_gone:
            self.listed = {number: kind for number, kind in self.listed.items() if kind not in PROTECTIVE}
        self.versions.let_in += self.versions.aside.items()
        taken_back = (row for _, rows in self.versions.gone for row in rows)  # what it says of names is asked about too
        for row in (*self.lines(), *taken_back):
            self.approved.add((fold(row["Supplier No"]), fold(row["Supplier Name"])))

    def is_clear(self, row: Row) -> bool:
        """Return whether nobody ever said anything against naming a payee, and somebody says what it is."""
        number = fold(row["Supplier No"])
        for each in {number, *self.called[fold(row["Supplier Name"])]}:
            if each in self.doubted or any(kind in PROTECTIVE for kind in self.ever[each]):
                return False
        return self.kind(number) in RANK


def transaction_of(month: str, row: Row) -> Transaction:
    """Return the transaction of a line."""
    return month, row["Body"], fold(row["Transaction No"])


def must_be_named(month: str, rows: Rows, payees: Payees, threshold: int) -> list[Row]:
    """Return the lines of a ledger that no rule keeps back or redacts, of transactions above the threshold."""
    found = []
    for row in rows:
        together = [
            each for each in rows if (each["Body"], each["Transaction No"]) == (row["Body"], row["Transaction No"])
        ]
        alike = [
            each
            for each in rows
            if each["Body"] == row["Body"] and fold(each["Transaction No"]) == fold(row["Transaction No"])
        ]
        bad = any(is_bad_key(each["Supplier No"]) for each in together)
        clear = all(payees.is_clear(each) for each in alike)
        clear = clear and transaction_of(month, row) not in payees.ever_redacted
        total = sum((Decimal(each["Net Amount"]) for each in together if not is_excluded(each)), Decimal(0))
        if not bad and clear and not is_excluded(row) and abs(total) > Decimal(threshold):
            found.append(row)
    return found


def is_excluded(row: Row) -> bool:
    """Return whether a line is of an account that is never published."""
    return row["Account Code"].startswith("10010")


def told_again(month: str, public: Rows, rows: Rows, payees: Payees) -> Iterator[str]:
    """Yield transactions of a public month that tell more than they did, though nobody decided so."""
    of_amount = {row["Net Amount"]: row for row in rows}
    now: dict[Transaction, set[str]] = defaultdict(set)
    others: set[Transaction] = set()  # where somebody is named who was not
    for shown in public:
        row = of_amount[shown["net_amount"]]
        transaction = transaction_of(month, row)
        now[transaction].add(shown["redaction"])
        if not shown["redaction"] and fold(row["Supplier No"]) not in payees.named_in[transaction]:
            others.add(transaction)
    by_themselves = {
        transaction_of(month, row) for row in rows if payees.type(fold(row["Supplier No"])) in PROTECTIVE
    }  # which keep back what the ledger says, and no more
    for transaction, kinds in now.items():
        before = payees.redacted.get(transaction, set()) - payees.decided.get(transaction, set())
        nameless = "personal" in before and kinds == {""} and transaction in others - by_themselves
        if nameless or ("other" in before and kinds != {"other"}):
            yield f"{transaction} was out with {before}, and is with {kinds}"


def wrongly_named(public: Rows, rows: Rows, payees: Payees, *, afresh: bool) -> Iterator[str]:
    """Yield what a public month tells of payees who may never be named; ``rows`` are the ledger it was made of."""
    of_amount = {row["Net Amount"]: row for row in rows}
    protected = {
        (row["Body"], fold(row["Transaction No"])) for row in rows if payees.type(fold(row["Supplier No"])) == "PROT"
    }
    for shown in public:
        row = of_amount[shown["net_amount"]]
        number, name = fold(row["Supplier No"]), fold(row["Supplier Name"])
        if not afresh and payees.may_stay(row):
            continue
        named = shown["supplier_name"] not in NAMES.values()
        if named and not payees.may_be_named(number, name, afresh=afresh):
            yield f"{row['Supplier No']!r} {row['Supplier Name']!r} is named"
        if not named and any(shown[each] for each in ("supplier_id", "company_number", "contract_reference")):
            yield f"{row['Supplier No']!r} is redacted, and told by a reference"
        lost = not afresh and payees.was_lost(row)
        if (row["Body"], fold(row["Transaction No"])) in protected and not lost:
            told = [
                each
                for each in ("supplier_id", "department", "category", "purpose", "contract_reference")
                if shown[each]
            ]
            if named or told:
                yield f"transaction {row['Transaction No']!r} of a protected payee tells {told or 'a name'}"


@dataclass
class Records:
    """What extracts ever said of records of one kind, and which were kept back from a release that is out."""

    reference: str
    versions: Versions = field(default_factory=Versions)
    floor: set[str] = field(default_factory=set)
    ever: set[str] = field(default_factory=set)

    def come(self, path: str, rows: Rows, *, readable: bool = True) -> None:
        """Remember what a file says, if it counts."""
        if self.versions.come(path, rows, readable=readable) and readable:
            self.ever |= {fold(row[self.reference]) for row in rows if row["restricted"] != "N"}

    def restricted(self) -> set[str]:
        """Return the references that may never appear: marked, marked unclearly, or kept back before."""
        marked = {
            fold(row[self.reference])
            for rows in self.versions.standing.values()
            for row in rows
            if row["restricted"] != "N"
        }
        return marked | self.floor

    def are_out(self, rows: Rows) -> None:
        """Remember that a release went out without the marked ones of ``rows``."""
        self.floor |= {fold(row[self.reference]) for row in rows if row["restricted"] == "Y"}

    def approve(self) -> None:
        """Let in what waits: restrictions that were taken back are so."""
        self.floor = set()
        self.versions.let_in += self.versions.aside.items()
