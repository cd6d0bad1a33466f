"""How many crimes of each type there were in each area, counted from street-crime."""

from pipeline.derive import CrimesByArea
from pipeline.model.declaration import Answer, Dataset
from pipeline.model.derivation import Derivation, Input
from pipeline.model.periods import MONTH

_ASB, _REPORTS = "Anti-social behaviour", "reports of anti-social behaviour"

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
    answer=Answer(rows="crimes", happened="recorded", by="crime_type", count="crimes", apart={_ASB: _REPORTS}),
    granularity="lsoa",
    statements=("Counted from the published rows: anyone can check it.",),
)
