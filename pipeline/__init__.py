"""Open-data publishing for a UK police force: one corridor that nothing personal can pass."""

__version__ = "0.1.0"
