"""What the public sees in the place of a payee who is not named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.columns.arrays import where

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from pipeline.model.context import Context
    from pipeline.model.public_rows import PublicRows
    from pipeline.protect.rules.kept_back import Lines
    from pipeline.protect.rules.named import Names


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """Published columns that redaction touches, and the raw columns whose problems it settles."""

    name: str = "supplier_name"
    code: str = "redaction"
    markers: str = "redaction-marker"
    always_blank: tuple[str, ...] = ("supplier_id", "company_number", "contract_reference")
    protected_blank: tuple[str, ...] = ("department", "category", "purpose")
    raw_always: tuple[str, ...] = ("Supplier Name", "Supplier No", "Company No", "Contract Ref")
    raw_protected: tuple[str, ...] = ("Cost Centre Name", "Account Name")

    @property
    def touches(self) -> tuple[str, ...]:
        """Every published column that may change."""
        return (self.name, self.code, *self.always_blank, *self.protected_blank)

    def holds(self, rows: PublicRows, names: Names) -> bool:
        """Return whether a text of public rows holds a name."""
        return any(names.stand_in(rows.text(name)).any() for name in self.protected_blank)

    def redacted(
        self,
        columns: Mapping[str, pa.Array],
        lines: Lines,
        names: Names,
        context: Context,
    ) -> dict[str, pa.Array]:
        """Return the columns with people and protected payees redacted, and no text of any row that holds a name."""
        personal, protected = lines.personal, lines.protected
        marker = context.codelists.read(self.markers).mapping()
        done = dict(columns)
        for code, mask in (("personal", personal), ("other", protected)):
            done[self.name] = where(mask, marker[code], done[self.name])
            done[self.code] = where(mask, code, done[self.code])
        for name in self.always_blank:
            done[name] = where(personal | protected, None, done[name])
        for name in self.protected_blank:
            hidden = protected | names.stand_in(done[name])
            done[name] = where(hidden, None, done[name])
        return done
