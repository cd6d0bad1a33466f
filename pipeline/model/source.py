"""What a feed is read from: the protocol that every archetype of `extract` answers to."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from pipeline.errors import PipelineError
    from pipeline.model.periods import Period, PeriodKind
    from pipeline.model.tables import Extracted


class Address(Protocol):
    """The address of a database: nothing shows it, and only what opens the database asks for it."""

    def reveal(self) -> str:
        """Return the address, which may hold a password."""


class Account(Protocol):
    """How a service is asked: its address, the first month that counts, and a token that nothing shows."""

    @property
    def url(self) -> str:
        """What its addresses begin with."""

    @property
    def first_month(self) -> str:
        """The first month that it is asked for."""

    @property
    def token(self) -> Address:
        """The token of an account that may read."""


class Connections(Protocol):
    """What the settings say of sources that are asked over a connection: addresses, and how long one may take."""

    @property
    def first_row_seconds(self) -> int:
        """How long the first row may take."""

    @property
    def query_seconds(self) -> int:
        """How long a query may take as a whole."""

    @property
    def most_rows(self) -> int:
        """How many rows an extract may have."""

    def address(self, source: str) -> Address | None:
        """Return the address of the source of that name, None where it is a file below ``data/raw``."""

    def first_month(self, source: str) -> str:
        """Return the first month of the source of that name that counts."""

    def account(self, service: str) -> Account | None:
        """Return how the service of that name is asked, None where it is not: its months are files, or nothing."""


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
