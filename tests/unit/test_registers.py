"""Registers are combined by columns, and say exactly what combining them entry by entry would say."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.build.registers import Sources, register_rules, standing
from pipeline.datasets import declared
from pipeline.settings.decisions import Desk
from pipeline.storage.registers import entered

if TYPE_CHECKING:
    from pipeline.model.handling import RowRule

REGISTERS = ("incident", "restricted", "payee")


def rule_of(register: str) -> tuple[str, RowRule]:
    """Return a rule that keeps a register, and the dataset that has it."""
    return next(
        (name, rule) for name, each in declared().items() for rule in register_rules(each) if rule.register == register
    )


def value_of(register: str, chance: random.Random, month: str) -> str:
    """Return an entry as a source makes it."""
    if register == "incident":
        mark = "*" * (chance.random() < 0.1)
        return f"{month} {chance.randrange(999):09} {month}-{chance.randrange(1, 29):02}{mark}"
    return chance.choice({"restricted": ("Y", "?"), "payee": ("ORG", "IND", "PROT", "", "?", "?IND")}[register])


def sources_of(register: str, seed: int) -> dict[str, dict[str, str]]:
    """Return what six sources enter under few keys, some of which begin alike."""
    chance = random.Random(seed)  # noqa: S311 - for a test
    keys = [f"f:{chance.randrange(4):06x}{number:026x}" for number in range(120)]
    months = [f"2024-0{number}" for number in range(1, 7)]
    return {
        f"asb/{month}.csv": {
            key: value_of(register, chance, month) for key in chance.sample(keys, chance.randrange(60))
        }
        for month in months
    }


def one_by_one(rule: RowRule, sources: dict[str, dict[str, str]]) -> dict[str, str]:
    given: dict[str, list[str]] = {}
    for each in sources.values():
        for key, value in each.items():
            given.setdefault(key, []).append(value)
    if rule.repeats_only:
        given = {key: values for key, values in given.items() if len(values) > 1 or values[0].endswith("*")}
    combined = {key: rule.combine(values) if len(values) > 1 else values[0] for key, values in given.items()}
    return {key: value for key, value in rule.resolve(combined).items() if value}


@pytest.mark.parametrize("register", REGISTERS)
@pytest.mark.parametrize("seed", range(5))
def test_registers_combined_by_columns_say_what_their_entries_say(register: str, seed: int) -> None:
    name, rule = rule_of(register)
    sources = sources_of(register, seed)
    kept = {path: entered(each) for path, each in sources.items()}
    there = Sources({path: {path[4:11]} for path in sources}, (), {})
    found = standing(declared()[name], {register: kept}, {}, desk=Desk(Path("decisions.toml")), sources=there)
    assert found.combined[register] == one_by_one(rule, sources)
    assert len(found.combined[register]) > 10
