"""The example force's invented records: a first run's data, and the ground of the tests."""

from pipeline.sample.making import MONTHS, SampleReport, make_sample
from pipeline.sample.mark import bears_mark

__all__ = ["MONTHS", "SampleReport", "bears_mark", "make_sample"]
