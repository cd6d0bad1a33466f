"""The file of the laptop's portal: read, and refused when it was tampered with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.errors import SettingsError
from pipeline.settings.laptop_portal import laptop_portal, read_portal_env
from tests.lib.settings_files import TOKEN

if TYPE_CHECKING:
    from pathlib import Path


PORTAL = f"PIPELINE_CKAN_URL=http://127.0.0.1:5000\nPIPELINE_CKAN_TOKEN={TOKEN}\nPIPELINE_CKAN_ORGANISATION=example\n"


def portal_file(folder: Path, text: str = PORTAL, mode: int = 0o600) -> Path:
    path = folder / "env"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_the_laptops_portal_is_read_from_its_file(tmp_path: Path) -> None:
    assert laptop_portal(tmp_path / "none") is None
    assert read_portal_env(tmp_path / "none") == {}
    portal = laptop_portal(portal_file(tmp_path))
    assert portal is not None
    assert (portal.url, portal.token.reveal(), portal.organisation) == ("http://127.0.0.1:5000", TOKEN, "example")
    assert TOKEN not in repr(portal)


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        (PORTAL, 0o644),
        (PORTAL, 0o640),
        (PORTAL + "PATH=/tmp\n", 0o600),
        (PORTAL + PORTAL, 0o600),
        (PORTAL.replace("=", ":"), 0o600),
        (PORTAL.splitlines()[0] + "\n", 0o600),
        (PORTAL.replace("http://127.0.0.1:5000", "https://data.example.org"), 0o600),
        (PORTAL.replace("http://127.0.0.1:5000", "http://127.0.0.1.example.org"), 0o600),
        (PORTAL.replace("http://127.0.0.1:5000", "http://127.0.0.1:80@data.example.org"), 0o600),
        ("", 0o600),
    ],
)
def test_a_portal_file_that_was_tampered_with_is_refused(text: str, mode: int, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read_portal_env(portal_file(tmp_path, text, mode))
    assert caught.value.code == "bad-portal-file"
    assert TOKEN not in str(caught.value)
