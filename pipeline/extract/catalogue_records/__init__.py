"""Catalogue records of all datasets, read as an extract whose rows are made of declarations and releases."""

from pipeline.extract.catalogue_records.tables import (
    FromRecords,
    ListOfDatasets,
    Scores,
    WhatIsHeldBack,
    reads_records,
    with_records,
)

__all__ = ["FromRecords", "ListOfDatasets", "Scores", "WhatIsHeldBack", "reads_records", "with_records"]
