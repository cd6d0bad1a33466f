"""What a feed is read from: the protocol of every archetype of `extract`, and the secrets and limits of connections."""

from __future__ import annotations

import hmac
from types import MappingProxyType
from typing import TYPE_CHECKING, Generic, NamedTuple, NoReturn, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from pipeline.errors import PipelineError
    from pipeline.model.periods import Period, PeriodKind
    from pipeline.model.tables import Extracted


T = TypeVar("T", str, bytes)
SHOWN = "<secret>"


class Secret(Generic[T]):
    """Hold a value that no text, log, traceback, copy or pickle shows; only `reveal` gives it."""

    __slots__ = ("__value",)

    def __init__(self, value: T) -> None:
        """Keep ``value`` under a mangled name, so that nothing reads it by accident."""
        self.__value: T = value

    def reveal(self) -> T:
        """Return the value, for the one call that needs it."""
        return self.__value

    def __repr__(self) -> str:
        return SHOWN

    def __format__(self, _spec: str) -> str:
        return SHOWN

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        mine, theirs = (v.encode() if isinstance(v, str) else bytes(v) for v in (self.__value, other.reveal()))
        return hmac.compare_digest(mine, theirs)

    def __hash__(self) -> int:
        return hash(type(self))

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError("a secret is never pickled or copied")


#: From which month on a database counts, when nothing else is set.
FIRST_MONTH = "2010-12"


class Connection(NamedTuple):
    """One database that feeds name: its first month that counts, and its address when it is no file in ``data/raw``."""

    variable: str
    first_month: str
    address: Secret[str] | None


class Account(NamedTuple):
    """A service that is asked over HTTP: what its addresses begin with, its first month, the token of a reader."""

    url: str
    first_month: str
    token: Secret[str]


class Connections(NamedTuple):
    """The databases by name, how many seconds one may take and how many rows give: none of it can be switched off.

    ``services`` are those that are asked over HTTP, by name.
    """

    first_row_seconds: int = 30
    query_seconds: int = 600
    most_rows: int = 50_000_000
    named: Mapping[str, Connection] = MappingProxyType({})
    services: Mapping[str, Account] = MappingProxyType({})

    @property
    def addresses(self) -> dict[str, Secret[str]]:
        """The addresses that are set, by source; another source is a file below ``data/raw``."""
        return {name: source.address for name, source in self.named.items() if source.address}

    @property
    def elsewhere(self) -> bool:
        """Whether extracts come from a database or a service, so that none has to lie below ``data/raw`` yet."""
        return bool(self.addresses or self.services)

    def first_month(self, source: str) -> str:
        """Return the first month of a source that counts."""
        return self.named[source].first_month if source in self.named else FIRST_MONTH


class Form(NamedTuple):
    """How an extract of a source is laid out: its ``file`` below ``data/raw``, rows above its header, where it stands.

    Its kind is the ending of the file's name.  ``table`` is its sheet, or its table, which has a ``key``; ``numbers``
    are the columns whose cells are numbers, where it tells numbers from text.
    """

    file: str
    title_rows: int = 0
    table: str = ""
    key: str = ""
    numbers: tuple[str, ...] = ()


class Asked(NamedTuple):
    """What a service is asked for: what is over on the day of a run, months that somebody ``named``, what is new.

    In the folder ``memory`` stands what is known of each month; ``say`` is told of each that is asked for.
    """

    as_of: dt.date
    named: Collection[Period]
    memory: Path
    say: Callable[[str], None]


#: Gives the answer to a question about a file: what the function finds, where nobody knows it already.
Remember: TypeAlias = "Callable[[str, Path, Callable[[], str]], str]"
#: Names of columns.
Names: TypeAlias = "Sequence[str]"


class Source(Protocol):
    """An archetype that a feed chooses: how extracts are found below ``data/raw`` or elsewhere, and read as text.

    It answers for itself: nothing outside `extract` asks which archetype it is.
    """

    @property
    def whole(self) -> str:
        """What receipts call the one extract that holds the rows of every period, "" where each period has its own.

        Which of its rows count depends on the day of the run, and all that is asked of it comes in one query.
        """

    @property
    def name(self) -> str:
        """What the settings call it where they can give its address, "" for files."""

    @property
    def service(self) -> str:
        """What the settings call the service that its files are taken from, "" where they come otherwise."""

    @property
    def pattern(self) -> str:
        """How files are named below ``data/raw``, with `{period}` for the period; "" where no file is expected."""

    @property
    def form(self) -> Form:
        """How an extract of it is laid out."""

    @property
    def first_month(self) -> str:
        """The first month that counts of an extract that is `whole`."""

    def at(self, connections: Connections) -> Source:
        """Return the same source, with its address where it has one."""

    def check(self) -> None:
        """Raise `SettingsError` where its address cannot be used; nothing is opened."""

    def take(self, root: Path, declared: Sequence[str], connections: Connections, asked: Asked) -> PipelineError | None:
        """Put below ``root`` what its service holds and was not taken yet; return what stopped that, if anything did.

        ``declared`` are the members of an item.  Nothing happens where there is no service.
        """

    def extracts(self, root: Path, kind: PeriodKind, remember: Remember) -> dict[str, Period]:
        """Return what is there, each with its period of a ``kind``; one that is `whole` has no period of its own.

        What has to be read for it is asked of ``remember``, which knows files that nobody touched.
        """

    def sha256(self, root: Path, path: str, remember: Remember) -> str:
        """Return the sha256 of the extract at ``path``, which is not `whole`: of its file's bytes or of its rows."""

    def files(self, root: Path, kind: PeriodKind) -> tuple[str, ...]:
        """Return the names below ``root`` that belong to it, whether or not they are there."""

    def read(self, root: Path, path: str, columns: Names, declared: Names, *, dictionaries: Names = ()) -> Extracted:
        """Return the asked ``columns`` of the extract at ``path`` below ``root``, ``dictionaries`` encoded.

        ``declared`` are all the columns that the feed names; other, missing or doubled ones raise
        `InputError` ``unknown-column``, all in one message.
        """
