"""The force's neighbourhoods, with what lies in each and where it lies."""

from pipeline.distribute.geojson import NeighbourhoodMap
from pipeline.extract.lists import Neighbourhoods
from pipeline.model.declaration import Answer, Dataset, Feed
from pipeline.model.periods import Whole
from pipeline.protect.treatments import Keep

_COUNTED = "a number of areas is about nobody"

NEIGHBOURHOODS = Feed(
    name="neighbourhoods",
    title="Neighbourhoods, made of the force's lists of neighbourhoods and of LSOAs and its boundaries",
    source=Neighbourhoods(),
    period=Whole(),
    columns={
        "neighbourhood_code": Keep("neighbourhood_code", code=True, why="the code that other tables name it by"),
        "neighbourhood_name": Keep("neighbourhood_name", why="what people call it"),
        "lad_codes": Keep("lad_codes", why="the local authorities that it lies in"),
        "beats": Keep("beats", why=_COUNTED),
        "wards": Keep("wards", why=_COUNTED),
        "lsoas": Keep("lsoas", why=_COUNTED),
        "households": Keep("households", why="none has 1 to 7: its list is refused"),
        "population": Keep("population", blank=True, why="the residents of its LSOAs"),
        "has_boundary": Keep("has_boundary", why="whether it is on the map"),
    },
)

NEIGHBOURHOODS_DATASET = Dataset(
    name="neighbourhoods",
    family="crime",
    theme="crime-and-justice",
    topic="places-and-campaigns",
    answer=Answer(rows="neighbourhoods", happened="listed"),
    tags=("neighbourhood policing", "neighbourhoods", "boundaries", "police"),
    feeds=(NEIGHBOURHOODS,),
    granularity="neighbourhood",
    distributions=(NeighbourhoodMap(),),
    statements=("{boundaries}", "Neighbourhoods need not follow wards."),
)
