"""Extracts as delimited text."""

from pipeline.extract.delimited.folder import Folder

__all__ = ["Folder"]
