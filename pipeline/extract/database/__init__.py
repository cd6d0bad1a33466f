"""Extracts from relational databases."""

from pipeline.extract.database.database import Database

__all__ = ["Database"]
