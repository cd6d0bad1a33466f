"""The example force's invented records: a first run's data, and the ground of the tests."""

from pipeline.sample.faults import make_faults
from pipeline.sample.making import SampleReport, make_sample
from pipeline.sample.mark import bears_mark

__all__ = ["SampleReport", "bears_mark", "make_faults", "make_sample"]
