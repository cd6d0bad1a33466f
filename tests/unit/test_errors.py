"""Errors: what several of them together are, and which end a whole portal."""

from __future__ import annotations

import pytest

from pipeline.errors import (
    CODES,
    GRAVEST_FIRST,
    ExitStatus,
    InputError,
    PipelineError,
    PortalError,
    PrivacyError,
    SettingsError,
    StorageError,
    bug,
    several,
)

INPUT = InputError("empty-file", "it is empty", where="a.csv", fix="export it again")
SETTINGS = SettingsError("bad-setting", "no", where="b")
PRIVACY = PrivacyError("identity-published", "a name", where="c")


def test_every_failure_has_its_place_among_the_gravest() -> None:
    assert sorted(GRAVEST_FIRST) == sorted(set(ExitStatus) - {ExitStatus.OK})


@pytest.mark.parametrize(
    ("errors", "kind"),
    [
        ((INPUT,), InputError),
        ((INPUT, SETTINGS), SettingsError),
        ((SETTINGS, INPUT), SettingsError),
        ((INPUT, PRIVACY, SETTINGS), PrivacyError),
        ((SETTINGS, StorageError("disk-full", "full")), StorageError),
        ((PRIVACY, PipelineError("bug", "at a:1")), PipelineError),
    ],
)
def test_the_gravest_of_several_gives_kind_and_status_and_all_are_shown(
    errors: tuple[PipelineError, ...], kind: type[PipelineError]
) -> None:
    together = several(errors)
    assert type(together) is kind
    assert together.status is kind.status
    assert together.code in {each.code for each in errors if type(each) is kind}
    assert str(together) == "\n".join(str(each) for each in errors)


def test_several_that_are_joined_again_are_all_shown() -> None:
    assert str(several([several([INPUT, SETTINGS]), PRIVACY])) == f"{INPUT}\n{SETTINGS}\n{PRIVACY}"


def test_several_of_a_portal_end_it_when_one_does() -> None:
    changed, token = PortalError("changed-meanwhile", "a"), PortalError("bad-token", "b")
    assert several([changed, token]).whole_portal
    assert not several([changed, PortalError("upload-too-large", "c")]).whole_portal


def test_the_codes_that_end_a_whole_portal() -> None:
    """A time-out is not among them: the next dataset's files may be smaller."""
    assert sorted(code for code, meaning in CODES.items() if meaning.whole_portal) == [
        *("bad-token", "not-a-portal", "portal-certificate", "portal-redirects", "portal-unreachable"),
    ]


def test_what_the_system_refuses_is_no_bug() -> None:
    error = bug(PermissionError(13, "Featherstonehaugh", "/data/Featherstonehaugh"))
    assert (error.code, error.status) == ("system-refused", ExitStatus.STORAGE)
    assert "Permission denied" in error.text()
    assert "Featherstonehaugh" not in error.text()
    assert bug(ValueError("Featherstonehaugh")).status is ExitStatus.BUG
