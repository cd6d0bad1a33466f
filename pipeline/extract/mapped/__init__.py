"""A force's own exports, read as the agreed extracts by their mapping."""

from pipeline.extract.mapped.parts import Kinds
from pipeline.extract.mapped.source import Mapped, MappedDatabase

__all__ = ["Kinds", "Mapped", "MappedDatabase"]
