"""Extracts as workbooks."""

from pipeline.extract.workbook.workbook import Workbook

__all__ = ["Workbook"]
