"""Everything a run works with: folders, key, settings, code lists, reference data; and what each was, by digest."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from pipeline.build.fingerprint import code_digest, code_lists
from pipeline.codelists import CODELISTS, CodeLists
from pipeline.columns.pseudonyms import Pseudonyms
from pipeline.extract.reader import Reader
from pipeline.extract.reference import References, read_references
from pipeline.model.context import Context
from pipeline.model.wording import marked
from pipeline.storage.looked import Looked
from pipeline.storage.store import Store
from pipeline.validate.schema import TableSchema

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from pipeline.model.context import ReleasedPlaces
    from pipeline.model.declaration import Dataset
    from pipeline.model.periods import Period
    from pipeline.model.reasons import Totals
    from pipeline.settings.key import Key
    from pipeline.settings.settings import Settings
    from pipeline.storage.bench import Bench

SCHEMAS = CODELISTS.parent
_Found = TypeVar("_Found")


def digest(facts: object) -> str:
    """Return a short digest of plain facts."""
    return hashlib.sha256(json.dumps(facts, default=repr, sort_keys=True).encode()).hexdigest()[:24]


def schema_of(settings: Settings, dataset: Dataset) -> TableSchema:
    """Return the schema of the published table, with what the settings decide filled in."""
    path = SCHEMAS / dataset.family / f"{dataset.name}.json"
    force = settings.force
    return TableSchema.load(path).with_settings(
        {"force-names": (force.name,), "bodies": tuple(force.bodies.values())}, settings.words(dataset.name)
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Workplace:
    """One run's surroundings; ``writes`` is false for a plan, which leaves no trace.

    ``bench`` is where a plan or a preview keeps what it builds, ``looked`` what is known of files nobody touched.
    ``declared`` are title and publisher of every dataset, None where it is not published, while one is built that lists
    them all.
    """

    settings: Settings
    key: Key
    as_of: dt.date
    sample: bool
    writes: bool
    say: Callable[[str], None]
    bench: Bench | None = None
    looked: Looked = field(default_factory=partial(Looked, dt.date.min))
    declared: Mapping[str, tuple[str, str] | None] = field(default_factory=dict)
    #: What was found out about a dataset and holds for the whole run, by what it is and the dataset's name.
    _known: dict[tuple[str, str], Any] = field(default_factory=dict)

    @property
    def raw(self) -> Path:
        """Where systems drop their extracts."""
        return self.settings.data / "raw"

    @property
    def reference(self) -> Path:
        """Where the force keeps its reference data."""
        return self.settings.data / "reference"

    @property
    def private(self) -> Path:
        """Ours, and confidential."""
        return self.settings.data / "private"

    @property
    def published(self) -> Path:
        """The public folder."""
        return self.settings.data / "published"

    @property
    def reader(self) -> Reader:
        """A reader of the extracts, which keeps at hand what it read."""
        return Reader(self.raw, self.settings.sources, self.say, self.looked)

    def reader_of(self, dataset: Dataset) -> Reader:
        """Return a reader that keeps at hand, too, what the leak check of the dataset's releases compares."""
        compared = frozenset(feed.name for feed in dataset.feeds if dataset.open_text or dataset.distributions)
        return replace(self.reader, compared=compared)

    @property
    def store(self) -> Store:
        """The private store of releases."""
        return Store(self.private, self.bench, self.looked)

    def codelists(self, dataset: Dataset) -> CodeLists:
        """Return the code lists, those of the force's own that the settings name for the dataset among them."""
        chosen = self.settings.options[dataset.name].values()
        return CodeLists(CODELISTS, {name: path for options in chosen for name, path in options.codelists().items()})

    def schema(self, dataset: Dataset) -> TableSchema:
        """Return the schema of the published table, with what the settings decide filled in."""
        return self._once("schema", dataset, lambda: schema_of(self.settings, dataset))

    def _once(self, what: str, dataset: Dataset, find: Callable[[], _Found]) -> _Found:
        """Return what is found out about a dataset, found out once in a run."""
        if (what, dataset.name) not in self._known:
            self._known[what, dataset.name] = find()
        found: _Found = self._known[what, dataset.name]
        return found

    def references(self, dataset: Dataset) -> References:
        """Return the reference lists that a dataset needs."""
        return read_references(self.reference, dataset.reference_files, may_lack=dataset.may_lack)

    def context(
        self,
        dataset: Dataset,
        month: Period,
        references: References,
        *,
        registers: Mapping[str, Mapping[str, str]] | None = None,
        file_months: Mapping[str, Period] | None = None,
        released_places: Sequence[ReleasedPlaces] = (),
        kept_back: Collection[str] = (),
        totals: Mapping[str, Mapping[Period, Totals]] | None = None,
    ) -> Context:
        """Return what treatments and rules may know of one month."""
        return Context(
            month=month,
            kind=dataset.period,
            as_of=self.as_of,
            pseudonyms=Pseudonyms(self.key.bytes),
            codelists=self.codelists(dataset),
            references=references,
            force=self.settings.force.slug,
            force_name=self.settings.force.name,
            bodies=self.settings.force.bodies,
            options=self.settings.options[dataset.name],
            registers=registers or {},
            file_months=file_months or {},
            released_places=released_places,
            kept_back=kept_back,
            totals=totals or {},
            publishers=self._publishers,
            declared=self.declared,
        )

    @property
    def _publishers(self) -> dict[str, str]:
        return {key: publisher.name for key, publisher in self.settings.publishers.items()}

    def file_facts(self, dataset: Dataset) -> dict[str, str]:
        """Return the only metadata that a Parquet file carries: title, licence, attribution."""
        title = marked(self.schema(dataset).title, sample=self.sample)
        terms = self.settings.terms(dataset.name)
        licence = f"{terms.licence.title} {terms.licence.url}"
        return {"title": title, "licence": licence, "attribution": terms.attribution}

    def _terms(self, dataset: Dataset) -> dict[str, str]:
        """Return what a release's files say of themselves: further ones may name the publisher."""
        further = {"publisher": self.settings.publisher(dataset.name).name} if dataset.distributions else {}
        return {**self.file_facts(dataset), **further}

    def made_from(self, dataset: Dataset, references: References) -> dict[str, str]:
        """Return what a release depends on beside its extracts, by name, as digests."""
        sources, read = self.settings.sources, [feed.source.name for feed in dataset.feeds if feed.source.name]
        first_months = {name: {"first_month": sources.first_month(name)} for name in read}
        every = {"the list of datasets": digest([self._publishers, self.declared])} if self.declared else {}
        key = {} if dataset.derivation else {"key": self.key.fingerprint[:24]}  # releases hold what it made
        return {
            **key,
            **every,
            "declaration": digest(repr(dataset)),
            "schema": self.schema(dataset).digest[:24],
            "code lists": self._once("code lists", dataset, partial(self._code_lists, dataset)),
            "reference data": digest(references.sha256("supplier-types")),
            "settings": digest({**self.settings.facts(dataset.name), **first_months}),
            "terms": digest(self._terms(dataset)),
            "program": self._once("program", dataset, partial(code_digest, dataset)),
        }

    def _code_lists(self, dataset: Dataset) -> str:
        listed = code_lists(dataset, (path.stem for path in CODELISTS.glob("*.csv")))
        return digest([self.codelists(dataset).read(name).sha256 for name in listed])
