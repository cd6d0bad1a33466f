"""Files of settings, and what is said of a mistaken one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.errors import ExitStatus, SettingsError
from pipeline.protect.spend import SpendOptions
from pipeline.run.select import options
from pipeline.settings.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.settings.options import Options


LEAST = """
[force]
slug = "example"
place = "England"
gss = "E92000001"
[force.bodies]
OPCC = "Police and Crime Commissioner for Example"
[publishers.force]
organisation = "example-police"
[contacts]
name = "Open data team"
email = "opendata@police.example.org"
foi_email = "foi@police.example.org"
"""


CC_BY = """[licences.cc-by-4]
id = "CC-BY-4.0"
ckan = "cc-by-4.0"
title = "Creative Commons Attribution 4.0"
url = "https://creativecommons.org/licenses/by/4.0/"
"""


TOKEN = "eyJhbGciOiJIUzI1NiJ9.token-of-an-editor"  # noqa: S105 - made up


def written(folder: Path, text: str) -> Path:
    path = folder / "settings.toml"
    path.write_text(text, encoding="utf-8")
    return path


def loaded(folder: Path, text: str = LEAST, **environ: str) -> Settings:
    return Settings.load(written(folder, text), environ, datasets=options())


def complaint(folder: Path, text: str, **environ: str) -> str:
    with pytest.raises(SettingsError) as caught:
        loaded(folder, text, **environ)
    assert caught.value.status is ExitStatus.SETTINGS
    return str(caught.value)


SPENDING: dict[str, tuple[type[Options], ...]] = {"cards": (SpendOptions,), "items": (SpendOptions,), "other": ()}


def spending(folder: Path, text: str) -> dict[str, SpendOptions]:
    found = Settings.load(written(folder, LEAST + text), {}, datasets=SPENDING).options
    chosen = {name: each.get(SpendOptions) for name, each in found.items()}
    return {name: each for name, each in chosen.items() if isinstance(each, SpendOptions)}
