"""Which pages of the public folder are what they should be: none is made while nothing that decides it changed.

A plan, its check and the tree that is written ask for the same pages: a run makes each once.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from pipeline.plain import read_plain
from pipeline.publish.catalogue.groups import GROUPS, PAGE_FOLDERS, program
from pipeline.publish.catalogue.making import Maker, Read, menu_of
from pipeline.publish.catalogue.pages import DATASET_PAGES, SITE_FILES, render_site
from pipeline.publish.catalogue.tree import is_plain_file, is_plain_folder, list_below
from pipeline.publish.catalogue.views import view_dataset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.model.release import CatalogueRecord, Publication, ReleasedFile
    from pipeline.publish.catalogue.groups import Group
    from pipeline.storage.looked import Looked

    Held = Mapping[str, tuple[int, ...]]

#: What was found when pages of the folder were compared with what they should be.
_SAME: Final = "same"
_OF_GROUPS: Final = {folder for group in GROUPS for folder in group.folders}


class PagesHeld:
    """Every page as it should be; None where the folder's is what it should be.

    Pages that were made of the same facts are given again; ``looked`` knows what files count.
    """

    def __init__(self, folder: Path, looked: Looked, planned: Sequence[CatalogueRecord]) -> None:
        self._folder, self._looked, self._planned = folder, looked, planned
        self._groups: dict[tuple[str, str, bool], dict[str, bytes]] = {}
        self._site: tuple[object, dict[str, bytes]] = (None, {})
        self._read = Read(())

    def is_current(self, path: str, content: bytes | None) -> bool:
        """Return whether the folder holds exactly this page; None is one that it is known to hold."""
        held = self._folder / path
        return content is None or (is_plain_file(held) and read_plain(held) == content)

    def of_site(
        self,
        publications: Sequence[Publication],
        kept: Mapping[str, Sequence[ReleasedFile]],
        others: Sequence[tuple[str, str]],
        *,
        preview: bool,
    ) -> dict[str, bytes | None]:
        """Return every page but those of groups."""
        made = partial(self._make_site, publications, kept, others, preview=preview)
        if preview:
            return {**made()}
        receipt = self._receipt(publications, kept, others)
        return self._compared(f"site {receipt}", "index.html", dict(self._held_of_site(publications)), made)

    def of_groups(self, publications: Sequence[Publication], *, preview: bool = False) -> dict[str, bytes | None]:
        """Return every page of `GROUPS`."""
        menu, found = menu_of(publications, self._looked), dict[str, bytes | None]()
        for group in GROUPS:
            receipt = group.receipt(publications, menu)
            made = partial(self._make_group, group, publications, Maker(menu, preview), receipt)
            held = {path: facts for folder in group.folders for path, facts in self._held_below(folder)}
            found |= {**made()} if preview else self._compared(f"{group.name} {receipt}", group.first, held, made)
        return found

    def _make_site(
        self,
        publications: Sequence[Publication],
        kept: Mapping[str, Sequence[ReleasedFile]],
        others: Sequence[tuple[str, str]],
        *,
        preview: bool,
    ) -> dict[str, bytes]:
        read = self._read_of(publications)
        rest = (read, {name: [*files] for name, files in kept.items()}, [*others], preview)
        if self._site[0] != rest:
            make = partial(render_site, publications, kept=kept, others=others, looked=self._looked)
            self._site = (rest, make(planned=self._planned, preview=preview, read=read))
        return dict(self._site[1])

    def _make_group(
        self, group: Group, publications: Sequence[Publication], maker: Maker, receipt: str
    ) -> dict[str, bytes]:
        """Return the pages of a group; ``receipt`` is the digest of all that decides them."""
        key = (group.name, receipt, maker.preview)
        if key not in self._groups:
            self._groups[key] = group.make(self._read_of(publications), maker)
        return self._groups[key]

    def _read_of(self, publications: Sequence[Publication]) -> Read:
        """Return what was read of the same objects: equal ones are as good, but comparing them takes longer."""
        if [*map(id, publications)] != [*map(id, self._read.publications)]:
            self._read = Read(tuple(publications))
        return self._read

    def _compared(
        self, question: str, first: str, held: Held, make: Callable[[], dict[str, bytes]]
    ) -> dict[str, bytes | None]:
        """Return pages, None where they are known to be current: nobody touched them since somebody compared them."""

        def found() -> str:
            pages = make()
            same = pages.keys() == held.keys() and all(self.is_current(path, pages[path]) for path in pages)
            return _SAME if same else ""

        digest = hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()
        same = self._looked.of(f"{question} {digest}", self._folder / first, found) == _SAME
        return dict.fromkeys(held) if same else {**make()}

    def _receipt(
        self,
        publications: Sequence[Publication],
        kept: Mapping[str, Sequence[ReleasedFile]],
        others: Sequence[tuple[str, str]],
    ) -> str:
        """Return a digest of all that decides a page: the day only where it changes what is said."""
        menu = menu_of(publications, self._looked)
        digest = hashlib.sha256(program().encode())
        digest.update(
            repr([[group.receipt(publications, menu) for group in GROUPS], kept, others, self._planned]).encode()
        )
        for publication in publications:
            view = view_dataset(publication, kept.get(publication.name, ()))
            said = [view.overdue, [month.remark for month in view.months], sorted(publication.extras)]
            digest.update(repr([said, replace(publication, as_of=dt.date.min, extras={})]).encode())
        return digest.hexdigest()

    def _held_of_site(self, publications: Sequence[Publication]) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Yield the pages of the folder that belong to no group."""
        for folder in sorted({*PAGE_FOLDERS} - _OF_GROUPS):
            yield from self._held_below(folder)
        names = [name for name in SITE_FILES if "/" not in name]
        for path in (*names, *(f"{publication.name}/{name}" for publication in publications for name in DATASET_PAGES)):
            if is_plain_file(self._folder / path):
                yield path, _facts(self._folder / path)

    def _held_below(self, folder: str) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Yield what the system says of each page of a folder, by path: none of them is opened."""
        for path, entry in list_below(self._folder / folder) if is_plain_folder(self._folder / folder) else ():
            if entry.is_file(follow_symlinks=False):
                yield f"{folder}/{path}", _facts(entry.path)


def _facts(path: Path | str) -> tuple[int, ...]:
    facts = os.lstat(path)
    return (facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino)
