"""What stands of every dataset, read as an extract of its own: rows that are made of declarations and releases."""

from pipeline.extract.standing.tables import ListOfDatasets, OfStanding, Scores, WhatIsHeldBack, tells, told

__all__ = ["ListOfDatasets", "OfStanding", "Scores", "WhatIsHeldBack", "tells", "told"]
