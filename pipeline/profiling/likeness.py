"""What a column of an unknown export resembles: by its name, by what it holds, by what is left."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.plain import read_plain
from pipeline.profiling import columns as kinds
from pipeline.profiling.names import words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.model.declaration import Feed
    from pipeline.profiling.columns import Column

#: A name is known from here on; less than `LEAST` is no likeness; from `SURE` on nobody needs to look.
KNOWN, LEAST, SURE = 0.8, 0.45, 0.75
#: So like are two words of some length that differ by a slip.
_NEARLY, _LONG = 0.84, 5
#: Words that many names have, and that tell nothing alone.
_GENERAL = frozenset(
    [
        *("type", "number", "name", "code", "date", "reference", "id", "description", "status", "category", "amount"),
        *("total", "value", "detail", "title", "text", "level"),
    ]
)
_WORDED = {kinds.TEXT, kinds.CODE}
#: How like a column is that stands for another.
_DOUBTFUL = 0.6
#: So many cells of one value are no chance.
_MANY = 10
#: From this share of organisations on a column names them.
_SOME_FIRMS = 0.1
_WORDS = ({kinds.TEXT: 1.0, kinds.CODE: 1.0, kinds.REFERENCE: 0.7}, 0.5)
#: How well each kind of column suits what should stand in it, and how well any other does.
_SUITS: Mapping[str, tuple[Mapping[str, float], float]] = {
    "date": ({kinds.DATE: 1.0, kinds.MONTH: 0.7}, 0.55),
    "money": ({kinds.MONEY: 1.0, kinds.WHOLE: 0.95, kinds.NUMBER: 0.95}, 0.5),
    "payee": ({kinds.WHOLE: 0.3, kinds.NUMBER: 0.3, kinds.MONEY: 0.3, kinds.DATE: 0.3, kinds.REFERENCE: 0.5}, 1.0),
    "key": ({kinds.DATE: 0.45, kinds.TEXT: 0.75}, 1.0),
    "department": _WORDS,
    "category": _WORDS,
    "text": _WORDS,
    "code": ({kinds.TEXT: 0.8, kinds.MONEY: 0.8, kinds.DATE: 0.8}, 1.0),
    "grid": ({kinds.GRID: 1.0, kinds.WHOLE: 1.0, kinds.NUMBER: 1.0, kinds.REFERENCE: 1.0}, 0.5),
}


class Meaning(NamedTuple):
    """What an agreed column means: the names that others give it, as words, what stands in it.

    ``heart``: an extract without it is hardly one of its feed.  ``made_of`` are agreed columns that a key may be made
    of where there is none, ``instead`` those that may stand for it; ``within`` is the one that it numbers the rows of.
    ``absent`` is what has to be looked at where there is none, ``ask`` where a name has none of the words ``unless``.
    """

    names: tuple[tuple[str, ...], ...]
    holds: str = ""
    heart: bool = False
    made_of: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    within: str = ""
    absent: str = ""
    ask: str = ""
    unless: tuple[str, ...] = ()

    def asks(self, name: str) -> str:
        """Return what has to be looked at of a column of that name."""
        return "" if {*self.unless} & {*words(name)} else self.ask


class Match(NamedTuple):
    """The agreed column that a column is proposed for, and how like they are; ``why`` says what told it."""

    agreed: str
    score: float
    why: str = "name"


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like a feed's extract some columns are: a match by place, and one figure from 0 to 1."""

    feed: Feed
    matches: Mapping[int, Match] = field(default_factory=dict)
    figure: float = 0.0


class Synonyms:
    """What agreed columns are called elsewhere: a list that ships, and what a force adds in its settings."""

    def __init__(self, own: Mapping[str, Sequence[str]] = MappingProxyType({})) -> None:
        """Read the list that ships, and add ``own`` names by agreed column."""
        table = tomllib.loads(read_plain(Path(__file__).with_name("synonyms.toml")).decode())
        self._meanings: dict[str, Meaning] = {}
        for each in table["column"]:
            names = tuple(words(name) for name in each.pop("names"))
            agreed_names = each.pop("agreed")
            said: dict[str, Any] = {name: tuple(x) if isinstance(x, list) else x for name, x in each.items()}
            self._meanings |= {agreed: Meaning((words(agreed), *names), **said) for agreed in agreed_names}
        for agreed, more in own.items():
            meaning = self.meaning(agreed)
            self._meanings[agreed] = meaning._replace(names=(*map(words, more), *meaning.names))
        self._known: dict[str, set[tuple[str, ...]]] = {}
        for name in {name for meaning in self._meanings.values() for name in meaning.names}:
            for word in name:
                self._known.setdefault(word, set()).add(name)

    def meaning(self, agreed: str) -> Meaning:
        """Return what an agreed column means; one that no list names is called by its own name only."""
        return self._meanings.get(agreed) or Meaning((words(agreed),))

    def is_known(self, name: str) -> bool:
        """Return whether a text is what somebody calls a column."""
        told = words(name)
        near = {known for word in told for known in self._known.get(word, ())}
        return any(_alike(told, known) >= KNOWN for known in near)

    def has_word(self, name: str) -> bool:
        """Return whether a name has a word that names of columns have."""
        return any(word in self._known for word in words(name))


@cache
def _alike(told: tuple[str, ...], known: tuple[str, ...]) -> float:
    """Return how like two names are, from 0 to 1."""
    if told == known:
        return 1.0
    ours, theirs = set(known), set(told)
    if ours == theirs:
        return 0.97
    if not ours or not theirs:
        return 0.0
    if ours < theirs:
        return (0.35 if ours <= _GENERAL else 0.55) + 0.4 * len(ours) / len(theirs)
    if theirs < ours and not theirs <= _GENERAL:
        return 0.4 + 0.4 * len(theirs) / len(ours)
    return 0.9 if len(told) == len(known) and all(map(_is_slip, told, known)) else 0.0


def _is_slip(told: str, known: str) -> bool:
    """Return whether two words are one, but for a slip of the pen."""
    return told == known or (
        min(len(told), len(known)) >= _LONG and SequenceMatcher(None, told, known).ratio() >= _NEARLY
    )


def _by_name(column: Column, meaning: Meaning) -> float:
    told = words(column.name or "")
    if not told:
        return 0.0
    return max(_alike(told, each) - 0.002 * place for place, each in enumerate(meaning.names))


def _by_content(column: Column, holds: str) -> float:
    """Return how well what a column holds suits what an agreed one should, as a factor."""
    if column.kind == kinds.EMPTY:
        return 0.8
    if holds == "payee" and column.firms >= _SOME_FIRMS and column.kind in {*_WORDED, kinds.REFERENCE}:
        return 1.25
    if holds == "key" and column.firms >= 2 * _SOME_FIRMS:
        return 0.45
    suits, otherwise = _SUITS.get(holds, ({}, 1.0))
    # what is the same in every row names the whole file, not a part of it
    whole = 0.9 if holds in {"department", "category"} and column.distinct == 1 and column.filled >= _MANY else 1.0
    return whole * suits.get(column.kind, otherwise)


def likeness(columns: Sequence[Column], feed: Feed, synonyms: Synonyms) -> Likeness:
    """Return which agreed column of ``feed`` each column is most like, each once, and how like the whole is."""
    pairs: list[tuple[float, float, int, str]] = []
    for name in feed.declared:
        meaning = synonyms.meaning(name)
        holds = meaning.holds or ("date" if name in feed.dates else "")
        for column in columns:
            score = min(1.0, _by_name(column, meaning) * _by_content(column, holds))
            if score >= LEAST:
                # what is read outweighs what is withheld, where a column could be either
                pairs.append((score * (1.0 if name in feed.used else 0.93), score, column.place, name))
    found: dict[int, Match] = {}
    for _, score, place, name in sorted(pairs, key=lambda pair: -pair[0]):
        if place not in found and all(match.agreed != name for match in found.values()):
            found[place] = Match(name, score)
    found |= _left(columns, found, feed, synonyms)
    found |= _instead(found, feed, synonyms)
    return Likeness(feed, found, _figure(columns, found, feed, synonyms))


def _left(columns: Sequence[Column], found: Mapping[int, Match], feed: Feed, synonyms: Synonyms) -> dict[int, Match]:
    """Return matches by what columns hold, for agreed ones that no name told and that an export is not without."""
    taken = {match.agreed for match in found.values()}
    if sum(match.score >= SURE for match in found.values()) < 2:  # noqa: PLR2004 - one may be chance
        return {}
    more: dict[int, Match] = {}
    for agreed in feed.used:
        holds = synonyms.meaning(agreed).holds
        rest = [column for column in columns if column.place not in found and column.place not in more]
        chosen = _of_kind(rest, holds, columns, found)
        if agreed not in taken and chosen is not None:
            more[chosen.place] = Match(agreed, LEAST, "content")
    return more


def _instead(found: Mapping[int, Match], feed: Feed, synonyms: Synonyms) -> dict[int, Match]:
    """Return matches for what no extract is without, of columns that were taken for one that is only withheld."""
    taken = {match.agreed: place for place, match in found.items()}
    wanted = [name for name in feed.used if synonyms.meaning(name).heart and name not in taken]
    stands = {name: [each for each in synonyms.meaning(name).instead if each in taken] for name in wanted}
    return {taken[others[0]]: Match(name, _DOUBTFUL, "content") for name, others in stands.items() if others}


def _of_kind(
    rest: Sequence[Column], holds: str, columns: Sequence[Column], found: Mapping[int, Match]
) -> Column | None:
    """Return the one of the columns that are left that holds what is looked for, None where it is not clear."""
    if holds == "payee":
        named = [column for column in rest if column.kind in _WORDED and column.firms >= 0.15]  # noqa: PLR2004 - a share
        return max(named, key=lambda column: column.firms, default=None)
    if holds == "department":
        repeating = [
            column
            for column in rest
            if column.kind in _WORDED and 1 < column.distinct <= column.filled / 2 and column.place + 1 in found
        ]
        return repeating[0] if len(repeating) == 1 and not words(repeating[0].name or "") else None
    wanted = {"date": kinds.DATE, "money": kinds.MONEY}.get(holds)
    fitting = [column for column in rest if column.kind == wanted]
    others = [column for column in columns if column.kind == wanted and column.place in found]
    return fitting[0] if len(fitting) == 1 and not others else None


def _figure(columns: Sequence[Column], found: Mapping[int, Match], feed: Feed, synonyms: Synonyms) -> float:
    """Return how like a feed's extract the columns are: their share in it, and that of its heart in them."""
    filled = [column for column in columns if column.kind != kinds.EMPTY]
    if not filled:
        filled = list(columns)
    covered = sum(match.score for place, match in found.items()) / max(len(filled), 1)
    heart = [name for name in feed.used if synonyms.meaning(name).heart] or list(feed.used)
    by_agreed = {match.agreed: match.score for match in found.values()}
    core = sum(by_agreed.get(name, 0.0) for name in heart) / len(heart)
    when = {*feed.dates, *feed.amounts}
    undated = 0.5 if when and when.isdisjoint(by_agreed) else 1.0  # a list of anything has names and titles
    return round(undated * min(1.0, 0.4 * min(covered, 1.0) + 0.6 * core), 3)
