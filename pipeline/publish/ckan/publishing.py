"""How one dataset of a CKAN comes to be as its publication says: made, revised, put in order, read back, shown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from pipeline.errors import PortalError
from pipeline.publish.catalogue.views import size_in_words
from pipeline.publish.ckan.failures import failure
from pipeline.publish.ckan.fields import UNFINISHED, ours, theirs
from pipeline.publish.ckan.package import ORDER, HeldPackage, make_revision, released_files
from pipeline.publish.ckan.session import digested

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pipeline.model.plan import Change
    from pipeline.model.release import Publication
    from pipeline.publish.ckan.access import Access
    from pipeline.publish.ckan.fields import Fields
    from pipeline.publish.ckan.package import Revision
    from pipeline.publish.ckan.session import Client

#: Failures that can come after some of a revision's files are already in their places.
_MID_FILES: Final = frozenset({"upload-too-large", "portal-refused", "portal-failing"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishing:
    """One dataset on its way to one portal; ``organisation`` is the name that it is published under."""

    client: Client
    access: Access
    publication: Publication
    organisation: str
    progress: Callable[[str], None]

    def carry_out(self, changes: Sequence[Change], *, guard: str | None) -> None:
        """Bring the dataset to what its publication says; ``guard`` is None where it was absent."""
        self.access.check_token()
        owner = self.access.check_organisation(self.organisation, where=self.publication.name)
        self.access.check_licence(self.publication)
        package = self._show()
        if guard != (None if package is None else package.modified):
            raise failure("changed-meanwhile", self.publication.name)
        if package is None:
            package = self._create(owner)
        making = package.unfinished
        revision = make_revision(self.publication, package, changes)
        if not revision.empty:
            self._revise(package, revision)
        package = self._check_fields(revision)
        names = package.files if making else [upload.name for upload in revision.uploads]
        self._check_files(package, names)
        if making:
            self._open(package)
        self.progress(f"{self.publication.name}: published and read back")

    def _show(self) -> HeldPackage | None:
        return self.access.show(self.publication, self.organisation)

    def _call(self, action: str, fields: Fields) -> HeldPackage:
        """Return the dataset that an action gives back."""
        result = self.access.attempt(lambda: self.client.call(action, fields), where=self.publication.name)
        return HeldPackage(result.get("package", result), self.publication.formats.keys())

    def _create(self, owner: str) -> HeldPackage:
        """Make the dataset, private, empty, and marked as ours to finish."""
        mark = {"key": UNFINISHED, "value": "true"}
        fields = {"name": self.publication.name, "owner_org": owner, "private": True, "extras": [mark]}
        self.progress(f"{self.publication.name}: making the dataset, private until it is whole")

        def settled() -> HeldPackage | None:
            now = self._show()
            if now is not None and not now.unfinished:
                raise failure("changed-meanwhile", self.publication.name)  # somebody else made it
            return now

        def send() -> HeldPackage:
            refused = None
            try:
                return self._call("package_create", fields)
            except PortalError as error:
                refused = error
            # another run of ours was quicker, or the portal does not take this name
            raise failure("changed-meanwhile", self.publication.name) if self._show() is not None else refused

        return self.client.write(send, settled=settled)

    def _revise(self, package: HeldPackage, revision: Revision) -> None:
        """Send the revision, whole; an answer that is lost is looked for on the portal before it is sent again."""
        name, size = self.publication.name, sum(upload.size for upload in revision.uploads)
        files = f"{len(revision.uploads)} files, {size_in_words(size)}" if revision.uploads else "no files"
        self.progress(f"{name}: one revision, {files}")

        def settled() -> HeldPackage | None:
            now = self._show()
            if now is not None and now.modified == package.modified:
                return None
            if now is None or self._unlike(now, revision):
                raise failure("changed-meanwhile", name)
            return now

        wrong = None
        try:
            self.client.write(lambda: self._send(revision), settled=settled)
        except PortalError as error:
            wrong = error
        if wrong is not None:
            raise self._with_replaced(wrong, package, revision)

    def _send(self, revision: Revision) -> HeldPackage:
        if not revision.uploads:
            return self._call("package_revise", revision.fields)
        with revision.body() as body:
            send = partial(self.client.upload, "package_revise", body)
            result = self.access.attempt(send, where=self.publication.name)
        return HeldPackage(result["package"], self.publication.formats.keys())

    def _with_replaced(self, wrong: PortalError, package: HeldPackage, revision: Revision) -> PortalError:
        """Return ``wrong``, naming the files whose bytes the portal has replaced all the same.

        CKAN checks fields and guard first, so then nothing is.  But it takes files one after the other, and one that
        is too large does not bring back those before it.
        """
        if wrong.code not in _MID_FILES:
            return wrong
        held = package.files
        try:
            replaced = [
                upload.name
                for upload in revision.uploads
                if upload.name in held and not self._is_back(package, upload.name)
            ]
        except PortalError:
            return wrong
        if not replaced:
            return wrong
        self._disown(package, replaced)
        message = f"{wrong.message}; but these files were replaced before it stopped: {', '.join(replaced)}"
        return PortalError(wrong.code, message, where=wrong.where, fix=wrong.fix)

    def _check_fields(self, revision: Revision) -> HeldPackage:
        """Look again: every field, hash and size is as it was sent, and our resources stand by month."""
        package = self._show()
        if package is not None and ORDER in package.differences(self.publication):
            # New resources come last, so only an earlier month needs this; doing it twice changes nothing.
            reorder = partial(self.client.call, "package_resource_reorder", {"id": package.id, "order": package.order})
            self.client.write(lambda: self.access.attempt(reorder, where=self.publication.name))
            package = self._show()
        unlike = ["the dataset"] if package is None else self._unlike(package, revision)
        if package is None or unlike:
            raise failure("fields-differ", self.publication.name, names=", ".join(unlike))
        return package

    def _unlike(self, package: HeldPackage, revision: Revision) -> list[str]:
        """Return what of the publication and of the sent files the portal does not show; order aside."""
        expected = {file.name: (file.sha256, file.bytes) for _, file in released_files(self.publication)}
        expected |= {upload.name: (upload.sha256, upload.size) for upload in revision.uploads}
        names = [name for name in package.differences(self.publication) if name != ORDER]
        stated = {name: held.stated for name, held in package.files.items()}
        return names + [name for name, file in expected.items() if stated.get(name) != file]

    def _check_files(self, package: HeldPackage, names: Iterable[str]) -> None:
        """Download each named file again and compare its bytes with what its resource states."""
        unlike = [name for name in names if not self._is_back(package, name)]
        if unlike:
            self._disown(package, unlike)
            raise failure("readback-differs", self.publication.name, names=", ".join(unlike))

    def _is_back(self, package: HeldPackage, name: str) -> bool:
        """Return whether a file, downloaded, has the bytes that its resource states."""
        stated = package.files[name].stated
        return self.client.fetch(package.place(name), size=stated[1], take=digested) == stated

    def _disown(self, package: HeldPackage, names: Iterable[str]) -> None:
        """Take back the hashes of files that came back wrong, so that the next run sends them again."""
        blank = {"hash": "", "sha256": ""}
        updates = {f"update__resources__{package.files[name].resource['id']}": blank for name in names}
        try:
            self.client.write(lambda: self._call("package_revise", {"match": {"id": package.id}, **updates}))
        except PortalError:
            self.progress(f"{self.publication.name}: the portal could not be told that files are wrong")

    def _open(self, package: HeldPackage) -> None:
        """Show a dataset that is whole and checked to everybody.

        A portal's loaders may touch its new resources at any moment, so the guard is only that it still is private.
        """
        fields = {
            "match": {"id": package.id, "private": True},
            "filter": ["-extras"],
            "update": {"private": False, "extras": [*ours(package.show["extras"]), *theirs(package.show["extras"])]},
        }

        def settled() -> HeldPackage | None:
            now = self._show()
            return None if now is None or now.private else now

        self.client.write(lambda: self._call("package_revise", fields), settled=settled)
