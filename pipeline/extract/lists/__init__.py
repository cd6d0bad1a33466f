"""Lists that a force keeps below `data/reference`, read as an extract of their own: rows that are made of them."""

from pipeline.extract.lists.areas import AreasOfNeighbourhoods, Neighbourhoods

__all__ = ["AreasOfNeighbourhoods", "Neighbourhoods"]
