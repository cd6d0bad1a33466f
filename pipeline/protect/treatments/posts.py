"""Holders of posts: named where the law wants their post's holder to be."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import mask_on_distinct, plain, where
from pipeline.columns.text import is_damaged, is_formula, with_plain_blanks
from pipeline.model.handling import Treated, problem
from pipeline.protect.handling import OneColumn
from pipeline.protect.options.posts import PostOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.model.context import Context
    from pipeline.model.examples import Draw
    from pipeline.settings.options import Options


@dataclass(frozen=True, slots=True)
class PostHolder(OneColumn):
    """Publishes the holder of a post that is always named; of another post the holder is left blank.

    A post is named by its raw column ``post``, exactly as the list of posts has it, with the code of its body in the
    raw column ``body``.  The cell may be empty.
    """

    is_open: ClassVar[bool] = True
    lackable: ClassVar[bool] = True
    leads_back: ClassVar[bool] = True
    options: ClassVar[tuple[type[Options], ...]] = (PostOptions,)
    _: KW_ONLY
    post: str
    body: str
    what: str = "Who holds a post"
    why: str = "the law wants the holders of few posts to be named"

    @property
    def reads(self) -> tuple[str, ...]:
        """The holder, the post and the body."""
        return (*self.columns, self.post, self.body)

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

    def example(self, draw: Draw) -> Mapping[str, pa.Array]:
        """Return holders of listed and of other posts, as their force has them."""
        holder = draw.truth("post")
        return {self.column: holder["name"], self.post: holder["label"], self.body: holder["body"]}


def _valid(row: Mapping[str, str], month: str) -> bool:
    return not month or month <= (row["valid_to"] or month)
