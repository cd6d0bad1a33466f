"""The outcome of one dataset in a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.storage.state import State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.errors import PipelineError
    from pipeline.model.declaration import Dataset
    from pipeline.model.periods import Period
    from pipeline.release.change_log import Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The state of one dataset after a run, and what the run did."""

    dataset: Dataset
    state: State
    built: Mapping[Period, tuple[Why, ...]]  #: the reasons by period
    changed: bool
    lacking: Mapping[Period, Sequence[str]] = field(default_factory=dict)  #: feeds without a file, by period
    remarks: tuple[str, ...] = ()
    running: tuple[Period, ...] = ()  #: periods that are not over yet
    aside: Mapping[str, str] = field(default_factory=dict)  #: kind of decision by path of a file set aside
    error: PipelineError | None = None
    before: State = field(default_factory=State)  #: the state that the run began with

    @property
    def received(self) -> bool:
        """Whether an extract was ever received."""
        return bool(self.state.months or self.state.changes or self.lacking or self.running or self.reviewed)

    @property
    def waiting(self) -> tuple[Period, ...]:
        """The periods whose newest release waits for an approval."""
        return tuple(month for month, month_state in self.state.months.items() if month_state.waiting)

    @property
    def reviewed(self) -> bool:
        """Whether a person has to review a waiting release or a file that was set aside."""
        return bool(self.waiting or self.state.waits)
