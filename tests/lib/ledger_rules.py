"""The rules of the ledger, once more, in plain loops written from their own text."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import hmac
import re
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING

from pipeline.codelists import CODELISTS
from tests.lib.received import BODIES, KEY, dataset, schema_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Row = dict[str, str]

MONTH = "2024-01"
SPEND = dataset("spend-over-500")
RULES = schema_of(SPEND)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|")
HELD, CONFLICT = "transaction-incomplete", "line-conflict"


def code_list(name: str) -> list[dict[str, str]]:
    with (CODELISTS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROUTES = {row["code"]: row["label"] for row in code_list("procurement-route")}
ALIASES = {row["text"]: row["code"] for row in code_list("procurement-route-alias")}
CARDS = {row["code"]: {"Y": "true", "N": "false"}[row["is_card"]] for row in code_list("payment-method")}
EXCLUDED = {row["prefix"]: row["code"] for row in code_list("excluded-account")}
RANK = ["ORG", "SOLE", "IND", "PROT"]


def pseudonym(*parts: str) -> str:
    return hmac.new(KEY, "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()[:32]


def day_of(text: str) -> str:
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            day = dt.datetime.strptime(text, form)  # noqa: DTZ007 - a day without a time
        except ValueError:
            continue
        if day.strftime(form) == text:
            return day.strftime("%Y-%m-%d")
    return ""


def amount_of(text: str) -> Decimal | None:
    negative = text[:1] == "(" and text[-1:] == ")"
    digits = text[1:-1] if negative else text
    if "-" in digits:
        if negative or digits.count("-") > 1 or not (digits[0] == "-" or digits[-1] == "-"):
            return None
        negative, digits = True, digits.strip("-")
    digits = digits.removeprefix("£")
    pounds, point, pence = digits.partition(".")
    if point and not pence:
        return None
    if "," in pounds:
        groups = pounds.split(",")
        if not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:]):
            return None
        pounds = "".join(groups)
    if not pounds + pence or set(pounds + pence) - set("0123456789"):
        return None
    exact = Decimal(f"{pounds or 0}.{pence or 0}")
    rounded = round(exact, 2)
    if abs(exact - rounded) > Decimal("0.000001"):
        return None
    return -rounded if negative else rounded


def shown(amount: Decimal) -> str:
    return f"{amount or abs(amount):.2f}"


def trimmed(row: Mapping[str, str]) -> Row:
    return {name: row.get(name, "").strip(" \u00a0") for name in SPEND.feeds[0].declared}


def excluded_as(account: str) -> str:
    found = ""
    for length in range(len(account) + 1):
        found = EXCLUDED.get(account[:length], found)
    return found


def more_protective(kinds: Sequence[str]) -> str:
    best = ""
    for kind in kinds:
        known = {"STAFF": "IND"}.get(kind, kind)
        if known in RANK and (not best or RANK.index(known) > RANK.index(best)):
            best = known
    return best


def fold(text: str) -> str:
    """What protects is compared by letters and digits alone."""
    for _ in range(3):
        normal = unicodedata.normalize("NFKC", text)
        normal = re.sub(r"([0-9])\.0+$", r"\1", "".join(each for each in normal if each == "." or each.isalnum()))
        text = normal.replace(".", "").upper().lstrip("0")
    return text


class Payees:
    """Over all ledgers ever received, bad lines included; the force's list counts as one more line."""

    def __init__(self, files: Mapping[str, list[Row]], types: Sequence[tuple[str, str]]) -> None:
        self.known: dict[str, list[str]] = {}
        self.unknown: set[str] = set()
        self.bearers: dict[str, set[str]] = {}
        self.unnumbered: dict[str, list[str]] = {}
        self.listed = {fold(number): kind for number, kind in types if kind}
        for row in (row for rows in files.values() for row in rows):
            number, name = fold(row["Supplier No"]), fold(row["Supplier Name"])
            if not number:
                self.unnumbered.setdefault(name, []).append(fold(row["Supplier Type"]))
                continue
            self.known.setdefault(number, []).append(fold(row["Supplier Type"]))
            if row["Supplier Type"] not in {*RANK, "STAFF", ""}:
                self.unknown.add(number)
            if name:
                self.bearers.setdefault(name, set()).add(number)
        for number, kind in types:
            if kind:
                self.known.setdefault(fold(number), []).append(kind)

    def by_number(self, number: str) -> str:
        if number in self.unknown and number not in self.listed:
            return ""
        return more_protective(self.known.get(number, []))

    def protects(self, row: Row) -> bool:
        """Whether a line protects its transaction: also where its payee is in doubt."""
        known = more_protective(self.known.get(fold(row["Supplier No"]), []))
        return bool(fold(row["Transaction No"])) and "PROT" in {self.kind(row), known}

    def kind(self, row: Row) -> str:
        """The type of a line's payee, "" where somebody has to look."""
        number, name = fold(row["Supplier No"]), fold(row["Supplier Name"])
        own = row["Supplier Type"] if row["Supplier Type"] in {*RANK, "STAFF"} else ""
        mine = self.by_number(number) if number else more_protective([own])
        # a type that nobody knows waits, and protects the name all the same by what it is but for its writing
        others = [more_protective(self.known.get(each, [])) for each in self.bearers.get(name, ()) if each != number]
        others += self.unnumbered.get(name, []) if name else []
        most = more_protective([each for each in others if each in {"IND", "STAFF", "PROT"}])
        less = most and (not mine or RANK.index(most) > RANK.index(mine))
        return "" if less and (number not in self.listed or most == "PROT") else mine


def kinds_of(rows: list[Row], payees: Payees) -> list[str]:
    """The type of each line: a protected one protects its whole transaction, which is of its body and its ledger.

    One of no known body protects its number in every body of its file.
    """
    own = [payees.kind(row) for row in rows]
    protected = {(fold(row["Body"]), fold(row["Transaction No"])) for row in rows if payees.protects(row)}
    protected |= {
        (fold(each["Body"]), fold(row["Transaction No"]))
        for row in rows
        if payees.protects(row) and row["Body"] not in BODIES
        for each in rows
    }
    return [
        "PROT" if (fold(row["Body"]), fold(row["Transaction No"])) in protected else kind
        for row, kind in zip(rows, own, strict=True)
    ]


def runs(text: str) -> bool:
    """Whether a spreadsheet would run a text, behind blanks and what is not seen too."""
    seen = "".join(each for each in text if each != "\x1f").lstrip()
    return text.startswith(FORMULA) or seen.startswith(FORMULA) or bool(re.search(r"[;|\t\r\n]\s*[=+@-]", seen))


def is_damaged(text: str) -> bool:
    """Whether an open text is no name, or holds what is not seen (of the characters that are drawn here)."""
    return bool(set(text) & set("\t\r\n\x1f")) or not any(map(str.isalnum, text))


def is_bad(row: Row, kind: str) -> bool:  # noqa: PLR0911 - one line a sentence of the rules
    """Whether a line by itself is bad."""
    if row["Body"] not in BODIES or row["Period"] != MONTH or row["Currency"] != "GBP":
        return True
    if not row["Transaction No"] or not row["Line No"] or not row["Account Code"]:
        return True
    if not day_of(row["Payment Date"]) or amount_of(row["Net Amount"]) is None:
        return True
    redacted, protected = kind in {"IND", "PROT"}, kind == "PROT"
    # text that would be published and that a spreadsheet would run; what redaction replaces is not published
    texts = [] if redacted else ["Supplier Name"]
    texts += [] if protected else ["Cost Centre Name", "Account Name"]
    if any(runs(row[name]) for name in texts):
        return True
    if excluded_as(row["Account Code"]):
        return False
    if any(is_damaged(row[name]) for name in texts) or "\x1f" in row["Value For Money"]:
        return True
    needed = [] if redacted else ["Supplier Name", "Supplier No"]
    needed += [] if protected else ["Cost Centre Name", "Account Name"]
    if not all(row[name] for name in needed):
        return True
    if row["Irrecoverable VAT"] and amount_of(row["Irrecoverable VAT"]) is None:
        return True
    return not fold(row["Value For Money"]) or row["Payment Method"] not in CARDS


def judge(rows: list[Row], payees: Payees) -> list[tuple[str, str]]:  # noqa: C901, PLR0912 - rules (a) to (e)
    """Return outcome and reason of each line; the reason of a bad line is ""."""
    fate: list[tuple[str, str] | None] = [None] * len(rows)
    kinds = kinds_of(rows, payees)
    transaction = [(row["Body"], row["Transaction No"]) for row in rows]

    def together(place: int, other: int) -> bool:
        return transaction[place] == transaction[other] and transaction[place][1] != ""

    # (a) a bad line holds its whole transaction
    bad = [place for place, row in enumerate(rows) if is_bad(row, kinds[place])]
    for place in bad:
        fate[place] = ("quarantined", "")
    for place in range(len(rows)):
        if fate[place] is None and any(together(place, other) for other in bad):
            fate[place] = ("quarantined", HELD)
    # (b) the same body, transaction and line number twice
    conflicts = [
        place
        for place in range(len(rows))
        if fate[place] is None
        and any(
            fate[other] is None
            and together(place, other)
            and rows[place]["Line No"] == rows[other]["Line No"]
            and rows[place] != rows[other]
            for other in range(len(rows))
        )
    ]
    for place in conflicts:
        fate[place] = ("quarantined", CONFLICT)
    for place in range(len(rows)):
        if fate[place] is None and any(together(place, other) for other in conflicts):
            fate[place] = ("quarantined", HELD)
    for place in range(len(rows)):
        if fate[place] is None and any(fate[other] is None and rows[place] == rows[other] for other in range(place)):
            fate[place] = ("withheld", "duplicate")
    # (c) excluded accounts
    for place, row in enumerate(rows):
        if fate[place] is None and excluded_as(row["Account Code"]):
            fate[place] = ("withheld", excluded_as(row["Account Code"]))
    # (d) payees whom nobody has classified
    unknown = [place for place in range(len(rows)) if fate[place] is None and not payees.kind(rows[place])]
    for place in range(len(rows)):
        if fate[place] is None and any(together(place, other) for other in unknown):
            fate[place] = ("withheld", "payee-needs-review")
    # (e) the threshold, over the lines that remain
    standing = [place for place in range(len(rows)) if fate[place] is None]
    for place in standing:
        total = Decimal(0)
        for other in standing:
            if together(place, other):
                total += amount_of(rows[other]["Net Amount"]) or 0
        fate[place] = ("published", "") if abs(total) > 500 else ("withheld", "below-threshold")
    return [each or ("", "") for each in fate]


def published_as(row: Row, kind: str) -> Row:
    """(f) What the public sees of a line."""
    redacted, protected = kind in {"IND", "PROT"}, kind == "PROT"
    row = {name: cell.replace("\u00a0", " ") for name, cell in row.items()}
    name = {"IND": "REDACTED PERSONAL DATA", "PROT": "REDACTED OTHER"}.get(kind, row["Supplier Name"])
    company = row["Company No"] if re.fullmatch("[0-9]{8}", row["Company No"]) else ""
    contract = row["Contract Ref"] if re.fullmatch("[A-Z]*[0-9]{1,9}", row["Contract Ref"]) else ""
    route = ALIASES.get(" ".join(row["Value For Money"].casefold().split()), "recorded")
    vat = amount_of(row["Irrecoverable VAT"]) if row["Irrecoverable VAT"] else None
    return {
        "body": BODIES[row["Body"]],
        "payment_date": day_of(row["Payment Date"]),
        "transaction_id": pseudonym("transaction", row["Body"], row["Transaction No"]),
        "supplier_name": name,
        "supplier_id": "" if redacted else pseudonym("supplier", row["Supplier No"]),
        "company_number": "" if redacted else company,
        "department": "" if protected else row["Cost Centre Name"],
        "category": "" if protected else row["Account Name"],
        "purpose": "" if protected else row["Account Name"],
        "net_amount": shown(amount_of(row["Net Amount"]) or Decimal(0)),
        "irrecoverable_vat": "" if vat is None else shown(vat),
        "value_for_money": ROUTES[route],
        "contract_reference": "" if redacted else contract,
        "is_card": CARDS[row["Payment Method"]],
        "redaction": {"IND": "personal", "PROT": "other"}.get(kind, ""),
    }
