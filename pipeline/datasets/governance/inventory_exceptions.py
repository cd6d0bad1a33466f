"""What the extracts of published datasets hold and is not published, in the words of the declarations."""

from pipeline.extract.catalogue_records import WhatIsHeldBack
from pipeline.model.declaration import Answer, Dataset, Feed
from pipeline.model.periods import Snapshots
from pipeline.protect.rules import OneEntry
from pipeline.protect.treatments import Keep

_ENTRY = ("dataset", "extract", "of", "what")

HELD_BACK = Feed(
    name="held-back",
    title="What is held back, made of the declarations of published datasets",
    source=WhatIsHeldBack(),
    period=Snapshots(),
    columns={
        "dataset": Keep("dataset", why="which dataset leaves it out"),
        "extract": Keep("extract", why="where it is held"),
        "of": Keep("of", why="whether columns or rows are left out"),
        "what": Keep("what", why="what is held and not published"),
        "why": Keep("why", why="the reason, in public words"),
    },
    rules=(OneEntry(entry=_ENTRY),),
)

INVENTORY_EXCEPTIONS = Dataset(
    name="inventory-exceptions",
    family="governance",
    theme="crime-and-justice",
    answer=Answer(rows="kinds of columns and rows", happened="left out"),
    tags=("inventory", "transparency", "police", "privacy"),
    feeds=(HELD_BACK,),
    statements=("A row says what is left out, not how much of it there is.",),
)
