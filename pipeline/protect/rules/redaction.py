"""What the public sees in the place of a payee who is not named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.columns.arrays import where
from pipeline.protect.rules.kept_back import texts_kept
from pipeline.protect.rules.named import names_somebody

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pyarrow as pa

    from pipeline.model.context import Context
    from pipeline.protect.rules.kept_back import Lines


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

    def redacted(
        self,
        columns: Mapping[str, pa.Array],
        lines: Lines,
        names: Iterable[frozenset[str]],
        context: Context,
    ) -> dict[str, pa.Array]:
        """Return the columns with people and protected payees redacted, and no text of any row that holds their names.

        ``names`` are their names, each as its words.
        """
        personal, protected = lines.personal, lines.protected
        marker = context.codelists.read(self.markers).mapping()
        done = dict(columns)
        for code, mask in (("personal", personal), ("other", protected)):
            done[self.name] = where(mask, marker[code], done[self.name])
            done[self.code] = where(mask, code, done[self.code])
        for name in self.always_blank:
            done[name] = where(personal | protected, None, done[name])
        for name in self.protected_blank:
            hidden = protected | texts_kept(done[name], context) | names_somebody(done[name], names)
            done[name] = where(hidden, None, done[name])
        return done
