"""The static catalogue: a public folder of files and pages that needs no server, and a portal like any other.

A change builds a whole new tree beside the public one and lets the two change places.  What is at the top of the
public folder and not ours (its README above all) is carried into each new tree.
"""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from pipeline.errors import PipelineError, PortalError, SettingsError, StorageError
from pipeline.model.distribution import ending_of
from pipeline.model.plan import Action, Beside, HeldDataset
from pipeline.model.release import ReleasedFile
from pipeline.publish.catalogue import swap
from pipeline.publish.catalogue.groups import sitemap
from pipeline.publish.catalogue.ownership import DATA_PACKAGE, KEPT, MARKER, marker, others_in, refuse_foreign
from pipeline.publish.catalogue.pages import DATASET_PAGES, SITE_FILES
from pipeline.publish.catalogue.pages_held import PagesHeld
from pipeline.publish.catalogue.tree import (
    Copied,
    Part,
    Shared,
    Written,
    build_tree,
    hash_file,
    is_plain_file,
    is_plain_folder,
    list_below,
)
from pipeline.publish.plan import (
    METADATA,
    NO_FILE,
    SITE,
    SITE_ABSENT,
    SITE_CURRENT,
    make_plan,
    metadata_digest,
    period_in,
    wanted_files,
)
from pipeline.storage.atomic import make_private
from pipeline.storage.looked import Looked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.model.plan import Plan
    from pipeline.model.release import CatalogueRecord, Publication

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
#: What to do about a refusal.
_ADVICE = {
    **dict.fromkeys(_FULL, "make room, then run `pipeline publish` again"),
    errno.EXDEV: "put data/private and data/published on the same file system",
    errno.EBUSY: "mount the folder above data/published instead of data/published itself: it is swapped whole",
}
_USUAL = "see that the pipeline's user may write data/private and data/published and the folders that hold them"


class StaticCatalogue:
    """A portal that is a folder; ``staging`` is a folder on the same file system where the next tree is built.

    ``planned`` are all datasets that are declared.
    """

    name = "catalogue"
    beside = Beside.FILES
    one_by_one = False  # the public folder is swapped whole

    def __init__(
        self, folder: Path, staging: Path, looked: Looked | None = None, planned: Sequence[CatalogueRecord] = ()
    ) -> None:
        try:
            self._folder, self._staging = folder.resolve(), staging.resolve()
        except (OSError, RuntimeError):  # a link that leads to itself
            fix = "let `data` in the settings name a folder"
            raise SettingsError("bad-setting", "it leads to no folder", where=str(folder), fix=fix) from None
        self._looked = looked or Looked(dt.date.min)
        self._held = PagesHeld(self._folder, self._looked, planned)
        if self._staging == self._folder or self._folder in self._staging.parents:
            raise SettingsError(
                "bad-setting",
                "the next public tree cannot be built inside the public folder",
                where=str(staging),
                fix="name a folder outside data/published, on the same file system",
            )

    def recover(self) -> None:
        """Finish or undo what a killed run left; call it at the start of each run, before `look`."""
        with _storage(self._staging):
            if is_plain_folder(self._staging):
                swap.recover(self._folder, self._staging)

    def look(self, publications: Sequence[Publication]) -> Mapping[str, HeldDataset]:
        """Return what the public folder holds of each dataset and, as `SITE`, of the pages that list them all.

        The metadata is ours when the page is as it should be.

        Raises:
            StorageError: `cannot-store` when the folder cannot be read, `foreign-files` when it holds others' files.
        """
        with _storage(self._folder):
            files = {f"{each.name}/{name}" for each in publications for name in (*DATASET_PAGES, *wanted_files(each))}
            refuse_foreign(self._folder, files | {*SITE_FILES, *sitemap((), publications)})
            held = {publication.name: self._files(publication.name) for publication in publications}
            pages = self._pages(publications, held)
            of_datasets = {each.name: {f"{each.name}/{name}" for name in DATASET_PAGES} for each in publications}
            of_all = pages.keys() - set().union(*of_datasets.values())
            found = {SITE: HeldDataset(files={}, metadata=self._site({path: pages[path] for path in of_all}))}
            for each in publications:
                if is_plain_folder(self._folder / each.name):
                    own = of_datasets[each.name]
                    current = all(path in pages and self._held.is_current(path, pages[path]) for path in own)
                    digest = metadata_digest(each) if current else ""
                    found[each.name] = HeldDataset(files=held[each.name], metadata=digest)
            return found

    def apply(self, plan: Plan, publications: Sequence[Publication]) -> None:
        """Make the public folder hold exactly what ``plan`` says, whole or not at all; a plan of SAME writes nothing.

        ``publications`` are all datasets that the catalogue lists: a folder of any other is carried over as it is.

        Raises:
            PortalError: `portal-changed` when the folder is not as it was when the plan was made.
            StorageError: `disk-full`, `cannot-store`, `not-as-released`; the public folder is as it was.
        """
        if not plan.writes:
            return
        self.recover()
        if make_plan(self.name, publications, self.look(publications)) != plan:
            raise PortalError(
                "portal-changed",
                "the public folder, or what is to be published, changed after the plan was made; nothing was written",
                where=str(self._folder),
                fix="run `pipeline publish` again",
            )
        with _storage(self._folder):
            make_private(self._staging)
            self._folder.mkdir(parents=True, exist_ok=True)
            try:
                build_tree(self._staging / swap.NEXT, self._parts(plan, publications))
                swap.put_in_place(self._folder, self._staging)
            except (OSError, PipelineError, KeyboardInterrupt):
                swap.recover(self._folder, self._staging)
                raise

    def _files(self, dataset: str) -> dict[str, str]:
        """Return the sha256 of each file in a dataset's folder, its page apart; `NO_FILE` for a link and the like."""
        folder = self._folder / dataset
        if not is_plain_folder(folder):
            return {}
        return {
            name: self._looked.of("sha256", entry.path, partial(hash_file, entry.path))
            if entry.is_file(follow_symlinks=False)
            else NO_FILE
            for name, entry in list_below(folder)
            if name not in DATASET_PAGES
        }

    def whole(self, plan: Plan, publications: Sequence[Publication], *, preview: bool = False) -> Mapping[str, Part]:
        """Return the whole tree that the public folder would be, by path; a ``preview`` says so on every page."""
        with _storage(self._folder):
            return self._parts(plan, publications, preview=preview)

    def _pages(
        self,
        publications: Sequence[Publication],
        held: Mapping[str, Mapping[str, str]],
        *,
        preview: bool = False,
    ) -> dict[str, bytes | None]:
        """Return every page as it should be, given what the folder holds, and their list; None where it is."""
        kept = {
            publication.name: [
                ReleasedFile(name=name, format=ending_of(name), path=path, bytes=path.lstat().st_size, sha256=sha256)
                for name, sha256 in sorted(held[publication.name].items())
                if sha256 != NO_FILE
                and period_in(publication, name)
                and name not in publication.extras
                and name not in released
                for path in (self._folder / publication.name / name,)
            ]
            for publication in publications
            for released in ({file.name for release in publication.releases for file in release.files},)
        }
        others = [*others_in(self._folder, {publication.name for publication in publications})]
        pages = self._held.of_site(publications, kept, others, preview=preview)
        pages |= self._held.of_groups(publications, preview=preview)
        return {**pages, **sitemap(pages, publications)}

    def _page_part(self, path: str, content: bytes | None) -> Part:
        """Return a page of the new tree: the file of the old one where that is the same."""
        held = self._folder / path
        if content is None:
            return Shared(held, self._looked.of("sha256", held, partial(hash_file, held)))
        if self._held.is_current(path, content):
            return Shared(held, hashlib.sha256(content).hexdigest())
        return Written(content)

    def _site(self, pages: Mapping[str, bytes | None]) -> str:
        """Return whether the pages that belong to no single dataset are as they should be, or not there at all."""
        if all(self._held.is_current(path, content) for path, content in pages.items()):
            return SITE_CURRENT
        return "" if any((self._folder / path).exists() for path in SITE_FILES) else SITE_ABSENT

    def _parts(self, plan: Plan, publications: Sequence[Publication], *, preview: bool = False) -> dict[str, Part]:
        """Return the whole new tree: what is carried, what the plan says of each file, and the pages."""
        parts = dict(self._carried({publication.name for publication in publications}))
        kept: dict[str, dict[str, str]] = {}
        same: dict[str, list[str]] = {}
        for change in plan.changes:
            if change.action is Action.SAME and change.file != METADATA:
                same.setdefault(change.dataset, []).append(change.file)
        for publication in publications:
            files = self._dataset_parts(same.get(publication.name, ()), publication)
            parts |= {f"{publication.name}/{name}": part for name, part in files.items()}
            unwanted = files.keys() - wanted_files(publication).keys()
            kept[publication.name] = {name: hash_file(self._folder / publication.name / name) for name in unwanted}
        pages = self._pages(publications, kept, preview=preview)
        parts |= {path: self._page_part(path, content) for path, content in pages.items()}
        ours = (path for path in parts if KEPT.fullmatch(path) is None)
        return parts | {MARKER: Written(marker(ours))}

    def _dataset_parts(self, same: Iterable[str], publication: Publication) -> dict[str, Part]:
        """Return the files of a dataset: the ``same`` ones from the public folder, others as they are made."""
        parts: dict[str, Part] = {name: Written(content) for name, content in publication.extras.items()}
        for release in publication.releases:
            parts |= {file.name: Copied(file.path, file.sha256) for file in release.files}
        parts |= {each.file.name: Copied(each.file.path, each.file.sha256) for each in publication.collected}
        wanted = wanted_files(publication)
        for name in same:
            sha256 = wanted[name].sha256 if name in wanted else ""
            parts[name] = Shared(self._folder / publication.name / name, sha256)
        return parts

    def _carried(self, datasets: set[str]) -> Iterator[tuple[str, Part]]:
        """Yield what is in the public folder and stays: its README, what a web host asks for, datasets of before.

        A link never stays: it could lead to what is private.
        """
        for path, entry in list_below(self._folder) if self._folder.is_dir() else ():
            top, _, below = path.partition("/")
            kept = is_plain_file(self._folder / top / DATA_PACKAGE) if below else KEPT.fullmatch(top) is not None
            if kept and top not in datasets and entry.is_file(follow_symlinks=False):
                yield path, Shared(self._folder / path)


@contextmanager
def _storage(folder: Path) -> Iterator[None]:
    """Turn what the system says about the disk into our own errors."""
    try:
        yield
    except OSError as error:
        full = error.errno in _FULL
        what = "the disk is full" if full else f"the system refused: {error.strerror}"
        raise StorageError(
            "disk-full" if full else "cannot-store",
            f"{what}; the public folder is as it was",
            where=str(folder),
            fix=_ADVICE.get(error.errno or 0, _USUAL),
        ) from None
