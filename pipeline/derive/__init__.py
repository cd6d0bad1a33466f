"""How rows are made of releases: pure functions of tables, which a dataset that is derived chooses from."""

from pipeline.derive.crimes import CrimesByArea, CrimesByMonth
from pipeline.derive.ledger import LedgerByPart

__all__ = ["CrimesByArea", "CrimesByMonth", "LedgerByPart"]
