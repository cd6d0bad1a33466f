"""How many crimes of each type there were in each month, and in twelve, counted from street-crime."""

from pipeline.derive import CrimesByMonth
from pipeline.model.declaration import Dataset
from pipeline.model.derivation import Derivation, Every, Input
from pipeline.model.periods import ALL

CRIME_SERIES = Dataset(
    name="crime-series",
    family="crime",
    theme="crime-and-justice",
    tags=("crime", "anti-social behaviour", "police", "statistics"),
    derivation=Derivation(
        period=ALL,
        inputs=(Input(dataset="street-crime", columns=("Crime type",), span=Every()),),
        recipe=CrimesByMonth(),
    ),
    statements=("Counted from the published rows: anyone can check it.",),
)
