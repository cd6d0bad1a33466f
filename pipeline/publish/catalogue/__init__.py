"""The static catalogue: a portal that needs no server."""
