"""Holders of posts: named where the law wants their post's holder to be."""

from __future__ import annotations

import hashlib
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Self

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.codelists import CODELISTS
from pipeline.columns.arrays import mask_on_distinct, plain, where
from pipeline.columns.open_text import is_damaged, is_formula, with_plain_blanks
from pipeline.model.handling import Treated, problem
from pipeline.plain import read_plain
from pipeline.protect.handling import OneColumn
from pipeline.settings.options import Options

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.model.context import Context
    from pipeline.settings.reader import Section


@dataclass(frozen=True, slots=True, kw_only=True)
class PostOptions(Options):
    """The posts whose holders may be named, and by what authority: the list that ships, or the force's own."""

    section = "people"
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


@dataclass(frozen=True, slots=True)
class PostHolder(OneColumn):
    """Publishes the holder of a post that is always named; of another post the holder is left blank.

    A post is named by its raw column ``post``, exactly as the list of posts has it, with the code of its body in the
    raw column ``body``.  The cell may be empty.
    """

    beside = ("post", "body")
    typical = ("truth", "post", "name", "label", "body")
    is_open = True
    lackable = True
    leads_back = True
    options = (PostOptions,)
    _: KW_ONLY
    post: str
    body: str
    what: str = "Who holds a post"
    why: str = "the law wants the holders of few posts to be named"

    @property
    def shown_in(self) -> Mapping[str, tuple[str, ...]]:
        """The holder, where the post is listed."""
        return {self.column: self.makes}

    def apply(self, cells: Mapping[str, pa.Array], context: Context) -> Treated:
        """Return the holders of posts that are always named."""
        names = [row for row in context.codelists.read("statutory-post").rows if row["names"] == "always"]
        listed = {f"{row['label']}\x1f{row['body']}" for row in names if _valid(row, context.first_month)}
        posts = pc.binary_join_element_wise(plain(cells[self.post]), plain(cells[self.body]), "\x1f")
        always = mask_on_distinct(posts, listed.__contains__)
        text = where(~always, None, with_plain_blanks(cells[self.column]))
        formula = is_formula(cells[self.column]) & always
        problems = [
            *problem(self.column, "formula-text", formula),
            *problem(self.column, "damaged-text", is_damaged(text) & ~formula),
        ]
        return Treated(self._same(text), problems)


def _valid(row: Mapping[str, str], month: str) -> bool:
    return not month or month <= (row["valid_to"] or month)
