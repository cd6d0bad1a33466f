"""Only what keeps the schema of a published table goes on; Frictionless itself is the outside referee."""

from __future__ import annotations

from pipeline.validate.cast import Field
from pipeline.validate.checks import Checked, typed_table, validate
from pipeline.validate.schema import TableSchema

__all__ = ["Checked", "Field", "TableSchema", "typed_table", "validate"]
