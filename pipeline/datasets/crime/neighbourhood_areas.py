"""Which beats, wards and LSOAs each neighbourhood of the force is made of."""

from pipeline.extract.lists import AreasOfNeighbourhoods
from pipeline.model.declaration import Answer, Dataset, Feed
from pipeline.model.periods import Whole
from pipeline.protect.treatments import Keep

AREAS = Feed(
    name="neighbourhood-areas",
    title="Areas in neighbourhoods, made of the force's lists of neighbourhoods and of LSOAs",
    source=AreasOfNeighbourhoods(),
    period=Whole(),
    columns={
        "neighbourhood_code": Keep("neighbourhood_code", code=True, why="the code that other tables name it by"),
        "area_kind": Keep("area_kind", why="whether it is a beat, a ward or an LSOA"),
        "area_code": Keep("area_code", code=True, why="the code that other tables name the area by"),
        "area_name": Keep("area_name", blank=True, why="what people call an LSOA"),
    },
)

NEIGHBOURHOOD_AREAS = Dataset(
    name="neighbourhood-areas",
    family="crime",
    theme="crime-and-justice",
    topic="places-and-campaigns",
    answer=Answer(rows="areas", happened="listed", by="area_kind"),
    tags=("neighbourhood policing", "neighbourhoods", "lookup", "police"),
    feeds=(AREAS,),
    categories=("area_kind",),
    granularity="neighbourhood",
    statements=("Neighbourhoods need not follow wards.",),
)
