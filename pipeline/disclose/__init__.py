"""What of figures about people may be shown: rows are counted into cells, small numbers are hidden.

A total that would give a hidden number away is kept back as well.
"""

from pipeline.disclose.cross_table import CrossTable
from pipeline.disclose.dimensions import ByLabel, ByList, ByMark, Distinct, Mean, Rows
from pipeline.disclose.ledger_parts import LedgerParts
