"""The command line."""

from pipeline.cli.parser import main

__all__ = ["main"]
