"""Settings: who publishes, under which promises and thresholds; read once, frozen, secrets unprintable.

Where they come from, the later winning: `pipeline.toml`, variables `PIPELINE_*`, the command line.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Self, TypeVar, cast

from pipeline.errors import SettingsError, several
from pipeline.settings import reader as checks
from pipeline.settings.decisions import Desk, read_decisions
from pipeline.settings.extracts import read_extracts, unsettled
from pipeline.settings.laptop_portal import CkanAccess
from pipeline.settings.limits import Limits
from pipeline.settings.options import Chosen, Options, read_options
from pipeline.settings.reader import Reader, Section
from pipeline.settings.sections import (
    LICENCES,
    PUBLISHERS,
    Ckan,
    Contacts,
    Force,
    Licence,
    Publisher,
    Referee,
    Terms,
    licences,
    site,
    synonyms,
)
from pipeline.settings.sources import ADDRESS, ENGAGEMENT, OLDER, read_connections
from pipeline.settings.toml import read_toml
from pipeline.system import group_number

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping, Sequence

    from pipeline.model.declaration import Feed
    from pipeline.model.mapping import ExportMapping
    from pipeline.model.source import Connections

_Option = TypeVar("_Option", bound=Options)
__all__ = ["LICENCES", "VARIABLES", "Licence", "Settings"]

DEFAULT_FILE = Path("pipeline.toml")
VARIABLES = MappingProxyType(
    {
        "PIPELINE_SETTINGS": "the settings file, when --settings does not name one",
        "PIPELINE_DATA": "the folder that holds raw, reference, private and published",
        "PIPELINE_AS_OF": "the day of the run, YYYY-MM-DD, when --as-of does not give one",
        "PIPELINE_KEY_FILE": "the file of the pseudonym key",
        "PIPELINE_CKAN_URL": "the address of the CKAN portal",
        "PIPELINE_CKAN_TOKEN": "the API token of an editor on that portal; never in a file",
        "PIPELINE_CKAN_ORGANISATION": "the organisation there that stands for every publisher's own",
        "PIPELINE_NAME_DATABASE": "the SQLAlchemy address of the source [sources.NAME]; never in a file",
        "PIPELINE_NAME_TOKEN": "the token of a reader's account at the service NAME_url; never in a file",
        ENGAGEMENT: "the same of the source `engagement`, which needs no section",
        f"{OLDER}NAME": "the same of [sources.NAME], as it was called before",
    }
)
#: Build servers set `PIPELINE_ID` and the like: only what is at least this like one of ours is a mistake.
_NEARLY = 0.8
#: Nobody else's variables begin like this.
_OURS = ("PIPELINE_CKAN_", "PIPELINE_ENGAGEMENT_")
#: The tests' own settings; a run takes no notice of them.
_TESTS = "PIPELINE_TEST_"


def _asked(
    top: Section, feeds: Mapping[str, Sequence[Feed]], owners: Mapping[str, Sequence[str]]
) -> dict[str, Sequence[Feed]]:
    """Return the feeds of datasets that are published; a feed none of whose datasets is keeps all of them."""
    terms = top.value("datasets")
    said = terms if isinstance(terms, dict) else {}
    out = {name for name, each in said.items() if isinstance(each, dict) and each.get("publish") is False}
    found: dict[str, Sequence[Feed]] = {}
    for name, every in feeds.items():
        kept = [feed for feed, owner in zip(every, owners.get(name, ()), strict=False) if owner not in out]
        found[name] = kept or every
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything a run is told; nothing in it changes, and no secret in it prints."""

    file: Path
    data: Path
    key_file: Path | None
    private_group: str
    as_of: dt.date | None
    force: Force
    publishers: Mapping[str, Publisher]
    datasets: Mapping[str, Terms]
    usual: Terms
    contacts: Contacts
    options: Mapping[str, Chosen]
    limits: Limits
    sources: Connections
    desk: Desk
    referee: Referee
    site: str
    ckan: Ckan
    extracts: Mapping[str, ExportMapping]
    synonyms: Mapping[str, tuple[str, ...]]
    unsettled: str

    @classmethod
    def load(
        cls,
        file: Path | None,
        environ: Mapping[str, str],
        *,
        data: Path | None = None,
        datasets: Mapping[str, Collection[type[Options]]] = MappingProxyType({}),
        feeds: Mapping[str, Sequence[Feed]] = MappingProxyType({}),
        owners: Mapping[str, Sequence[str]] = MappingProxyType({}),
    ) -> Self:
        """Return the settings of ``file``, else of PIPELINE_SETTINGS, else of `pipeline.toml` in the current folder.

        ``data`` (from the command line) replaces the data folder; ``datasets`` are the names that ``[datasets.NAME]``
        may have (any, when empty), with the settings that each needs; ``feeds`` those of
        ``[extracts.NAME]``, each of the dataset that ``owners`` names at the same place: what is not published asks
        nothing of a mapping.  Every mistake is in one `SettingsError`.
        """
        chosen = file or Path(environ.get("PIPELINE_SETTINGS") or DEFAULT_FILE)
        reader = Reader(chosen, environ)
        _check_variables(reader)
        settings = cls._read(Section(reader, "", read_toml(chosen)), datasets, feeds, owners)
        reader.finish()
        if reader.mistakes:
            raise several(reader.mistakes)
        return replace(settings, data=data) if data else settings

    @classmethod
    def _read(
        cls,
        top: Section,
        datasets: Mapping[str, Collection[type[Options]]],
        feeds: Mapping[str, Sequence[Feed]],
        owners: Mapping[str, Sequence[str]],
    ) -> Self:
        extracts = read_extracts(top, _asked(top, feeds, owners))
        force = Force.read(top.section("force"))
        known = top.section("publishers")
        keys = sorted({"force", *known.names(PUBLISHERS)})
        publishers = {key: Publisher.read(known.section(key), key, force) for key in keys}
        known_licences = licences(top.section("licences"))
        terms = top.section("datasets")
        own = {name: terms.section(name) for name in terms.names(datasets)}
        attribution = top.text("attribution", checks.LABEL, default="")
        names = [force.slug, *(publisher.name for publisher in publishers.values())]
        return cls(
            file=top.reader.file,
            data=top.path("data", variable="PIPELINE_DATA") or Path("data"),
            key_file=top.path("key_file", variable="PIPELINE_KEY_FILE"),
            private_group=top.text("private_group", checks.GROUP, default=""),
            as_of=top.variable_day("PIPELINE_AS_OF"),
            force=force,
            publishers=MappingProxyType(publishers),
            datasets=MappingProxyType(
                {name: Terms.read(section, publishers, known_licences, attribution) for name, section in own.items()}
            ),
            usual=Terms.usual(publishers, attribution),
            contacts=Contacts.read(top.section("contacts"), names),
            options=read_options(top, own, datasets),
            limits=Limits.read(top.section("limits")),
            sources=read_connections(top.section("sources"), top.section("engagement")),
            desk=_desk(top.section("review")),
            referee=Referee.read(top.section("referee")),
            site=site(top.section("site")),
            ckan=Ckan.read(top.section("ckan")),
            extracts=extracts,
            unsettled=unsettled(top),
            synonyms=synonyms(top.section("synonyms")),
        )

    def terms(self, dataset: str) -> Terms:
        """Return the terms under which ``dataset`` is published; one that is not named has the defaults."""
        return self.datasets.get(dataset, self.usual)

    def publisher(self, dataset: str, usual: str = "force") -> Publisher:
        """Return who publishes ``dataset``: the ``usual`` one where the settings do not say, or else the force."""
        key = self.terms(dataset).publisher or usual
        return self.publishers.get(key) or self.publishers["force"]

    def named_portal(self) -> CkanAccess | None:
        """Return how to reach the CKAN that the settings name, None when they name none.

        With it goes the organisation that stands for every publisher's own, when one is set.
        """
        if not self.ckan.url:
            return None
        if self.ckan.token is None:
            what = "a CKAN address is set, but no token"
            fix = "set it to the API token of a user who is editor in the organisation, or unset the address"
            raise SettingsError("missing-setting", what, where="PIPELINE_CKAN_TOKEN", fix=fix)
        return CkanAccess(self.ckan.url, self.ckan.token, self.ckan.organisation)

    def group_of_private(self) -> int | None:
        """Return the number of the group that may read `data/private`, None where there is none."""
        if not self.private_group:
            return None
        try:
            number, lacking = group_number(self.private_group), "this machine has no such group"
        except NotImplementedError:
            number, lacking = None, "this system has no groups"
        if number is None:
            fix = "name a group of this machine, or remove the line: then only the pipeline's own user reads it"
            raise SettingsError("bad-setting", lacking, where=f"{self.file}: private_group", fix=fix)
        return number

    def option(self, kind: type[_Option]) -> _Option | None:
        """Return the settings of a kind, of the first dataset that needs them; None where none does."""
        found = (chosen[kind] for chosen in self.options.values() if kind in chosen)
        return cast("_Option | None", next(found, None))

    def facts(self, dataset: str) -> dict[str, dict[str, str]]:
        """Return the settings that can change a dataset's rows, as text, by section."""
        force = self.force
        own = {each.section: each.facts() for each in self.options[dataset].values()}
        place = {"slug": force.slug, "name": force.name, "place": force.place, "gss": force.gss, **force.bodies}
        return {"force": place, **own}

    def words(self, dataset: str) -> dict[str, str]:
        """Return the settings of a dataset in the words that the public reads, by the name in braces."""
        return {name: text for each in self.options[dataset].values() for name, text in each.words().items()}


def _desk(section: Section) -> Desk:
    """Return the decisions of the file that the settings name, else of `decisions.toml` beside them, and approvals."""
    approvals, own = section.path("approvals"), section.path("decisions")
    path = own or section.reader.file.parent / "decisions.toml"
    files = [approvals] if approvals and approvals != path else []  # of before, so whatever was decided since counts
    files += [path] if path.exists() else []
    for key, named in (("approvals", approvals), ("decisions", own)):
        if named and not named.parent.is_dir():
            section.bad(
                key, "a file in a folder that exists", fix=f"make the folder {named.parent}, or correct this line"
            )
            files = [each for each in files if each != named]
    mistakes = section.reader.mistakes
    return Desk(path, tuple(decision for file in files for decision in read_decisions(file, mistakes)))


def _check_variables(reader: Reader) -> None:
    """Add the variables that are nearly one of ours; others belong to somebody else."""
    for name in sorted(reader.environ):
        if not name.startswith("PIPELINE_") or name in VARIABLES or name.startswith((OLDER, _TESTS)):
            continue
        if ADDRESS.fullmatch(name):
            continue  # of a source: whether the settings name it is asked elsewhere
        suffixes = {known.removeprefix("PIPELINE_"): known for known in VARIABLES}
        cutoff = 0.0 if name.startswith(_OURS) else _NEARLY
        near = difflib.get_close_matches(name.removeprefix("PIPELINE_"), suffixes, n=1, cutoff=cutoff)
        if near:
            fix = f"did you mean {suffixes[near[0]]}?"
            reader.add("unknown-variable", "there is no such variable", where=name, fix=fix)
