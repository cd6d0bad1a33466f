"""The settings of contracts: how they are named in the Open Contracting Data Standard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Self

from pipeline.settings import reader as checks
from pipeline.settings.options import Options
from pipeline.settings.reader import Form

if TYPE_CHECKING:
    from pipeline.settings.reader import Section

_PREFIX: Final = Form(r"ocds-[A-Za-z0-9]{6}", "the prefix that was registered: `ocds-` and six letters or digits")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractOptions(Options):
    """The registered prefix of contracting process identifiers, and the address below which packages stand.

    Both are "" where the settings do not say: contracts have no such identifier then, and there are no packages.
    """

    section: ClassVar[str] = "contracts"
    ocid_prefix: str = ""
    package_base: str = ""

    @classmethod
    def read(cls, section: Section) -> Self:
        """Return how contracts are named."""
        return cls(
            ocid_prefix=section.text("ocid_prefix", _PREFIX, default=""),
            package_base=section.text("package_base", checks.WEB, default=""),
        )
