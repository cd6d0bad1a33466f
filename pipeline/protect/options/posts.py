"""The settings of posts: whose holders the law wants named."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from pipeline.codelists import CODELISTS
from pipeline.plain import read_plain
from pipeline.settings.options import Options

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.settings.reader import Section


@dataclass(frozen=True, slots=True, kw_only=True)
class PostOptions(Options):
    """The posts whose holders may be named, and by what authority: the list that ships, or the force's own."""

    section: ClassVar[str] = "people"
    statutory_posts: Path = CODELISTS / "statutory-post.csv"

    @classmethod
    def read(cls, section: Section) -> Self:
        """Return the list of posts."""
        posts = section.path("statutory_posts") or cls().statutory_posts
        if not posts.is_file():
            section.bad("statutory_posts", "the path of a CSV file with the columns of statutory-post.csv")
        return cls(statutory_posts=posts)

    def facts(self) -> dict[str, str]:
        """Return the list by what stands in it."""
        return {"statutory_posts": hashlib.sha256(read_plain(self.statutory_posts)).hexdigest()}

    def codelists(self) -> dict[str, Path]:
        """Return the force's own list."""
        return {"statutory-post": self.statutory_posts}
