"""How many crimes of each type there were in each area, counted from street-crime."""

from pipeline.derive import CrimesByArea
from pipeline.model.declaration import Dataset
from pipeline.model.derivation import Derivation, Input
from pipeline.model.periods import MONTH

CRIME_SUMMARY = Dataset(
    name="crime-summary",
    family="crime",
    theme="crime-and-justice",
    tags=("crime", "anti-social behaviour", "police", "statistics"),
    derivation=Derivation(
        period=MONTH,
        inputs=(Input(dataset="street-crime", columns=("LSOA code", "Crime type")),),
        recipe=CrimesByArea(),
    ),
    granularity="lsoa",
    statements=("Counted from the published rows: anyone can check it.",),
)
