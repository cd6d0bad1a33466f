"""The pseudonym key: what is accepted, what stops a run, and that its content never shows."""

from __future__ import annotations

import os
import pickle
import resource
import stat
from pathlib import Path

import pytest

from pipeline.errors import ExitStatus, SettingsError
from pipeline.settings.key import (
    BACK_UP,
    Key,
    _check_private,
    default_key_file,
    ensure_sample_key,
    load_key,
    make_key,
    sample_key,
)

GOOD = bytes(range(100, 132)).hex()


@pytest.fixture
def published(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "published"
    folder.mkdir(parents=True)
    return folder


def key_file(folder: Path, content: str, mode: int = 0o600) -> Path:
    path = folder / "pseudonym.key"
    path.write_text(content)
    path.chmod(mode)
    return path


def fault(path: Path, published: Path) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        load_key(path, published=published)
    return caught.value


@pytest.mark.parametrize("content", [GOOD + "\n", GOOD, GOOD.upper() + "\r\n"])
def test_a_key_of_64_hex_digits_is_loaded(content: str, tmp_path: Path, published: Path) -> None:
    assert load_key(key_file(tmp_path, content), published=published).bytes == bytes.fromhex(GOOD)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "key-not-hex"),
        (GOOD[:-1], "key-not-hex"),
        (GOOD + "0", "key-not-hex"),
        (GOOD[:-1] + "g", "key-not-hex"),
        (" " + GOOD, "key-not-hex"),
        (GOOD + "\n\n", "key-not-hex"),
        (GOOD[:-1] + "\u0661", "key-not-hex"),
        ("00" * 32, "key-weak"),
        (bytes([*range(15), *[7] * 17]).hex(), "key-weak"),
    ],
)
def test_a_key_that_did_not_come_from_chance_is_refused(
    content: str, code: str, tmp_path: Path, published: Path
) -> None:
    error = fault(key_file(tmp_path, content), published)
    assert error.code == code
    assert str(tmp_path / "pseudonym.key") in str(error)
    assert content not in str(error) or not content


def test_sixteen_different_bytes_are_enough(tmp_path: Path, published: Path) -> None:
    path = key_file(tmp_path, bytes([*range(16), *[7] * 16]).hex())
    assert len(load_key(path, published=published).bytes) == 32


@pytest.mark.parametrize("mode", [0o640, 0o620, 0o604, 0o601, 0o644])
def test_a_key_that_others_can_reach_is_refused(mode: int, tmp_path: Path, published: Path) -> None:
    error = fault(key_file(tmp_path, GOOD, mode), published)
    assert error.code == "key-exposed"
    assert "chmod 600" in error.fix


def test_a_missing_key_is_said_so(tmp_path: Path, published: Path) -> None:
    error = fault(tmp_path / "none.key", published)
    assert error.code == "key-missing"
    assert "pipeline key new" in error.fix
    assert error.status is ExitStatus.SETTINGS


def test_a_folder_or_a_pipe_is_no_key_and_nothing_hangs(tmp_path: Path, published: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    assert fault(tmp_path / "pipe", published).code == "key-not-a-file"
    assert fault(published.parent, published).code == "key-not-a-file"


def test_a_key_of_another_user_is_refused(tmp_path: Path) -> None:
    path = key_file(tmp_path, GOOD)
    facts = list(path.stat())
    facts[4] = os.geteuid() + 4711  # the owner
    with pytest.raises(SettingsError) as caught:
        _check_private(path, os.stat_result(facts))
    assert caught.value.code == "key-wrong-owner"
    facts[4] = 0
    _check_private(path, os.stat_result(facts))


def test_a_link_counts_as_the_file_it_leads_to(tmp_path: Path, published: Path) -> None:
    target = key_file(tmp_path, GOOD)
    link = tmp_path / "link.key"
    link.symlink_to(target)
    assert load_key(link, published=published).bytes == bytes.fromhex(GOOD)
    target.chmod(0o644)
    assert fault(link, published).code == "key-exposed"
    loop = tmp_path / "loop.key"
    loop.symlink_to(loop)
    assert fault(loop, published).code == "key-unreadable"


def test_a_key_may_not_stand_in_a_repository_or_the_public_folder(tmp_path: Path, published: Path) -> None:
    assert fault(key_file(published, GOOD), published).code == "key-misplaced"
    (tmp_path / ".git").mkdir()
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    assert fault(key_file(deep, GOOD), published).code == "key-misplaced"
    outside = tmp_path.parent / f"{tmp_path.name}-link.key"
    outside.symlink_to(deep / "pseudonym.key")
    assert fault(outside, published).code == "key-misplaced"


def test_a_new_key_is_private_whole_and_never_overwrites(tmp_path: Path, published: Path) -> None:
    path = tmp_path / "new folder" / "pseudonym.key"
    before = os.umask(0o000)
    try:
        made = make_key(path, published=published)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert load_key(path, published=published).bytes == made.bytes
    assert path.read_text() == made.bytes.hex() + "\n"
    assert made.bytes != make_key(tmp_path / "another.key", published=published).bytes
    with pytest.raises(SettingsError) as caught:
        make_key(path, published=published)
    assert caught.value.code == "key-exists"
    assert load_key(path, published=published).bytes == made.bytes


def test_no_key_is_made_where_none_may_stand(tmp_path: Path, published: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        make_key(published / "k.key", published=published)
    assert caught.value.code == "key-misplaced"
    assert list(published.iterdir()) == []
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError) as caught:
        make_key(tmp_path / "file" / "k.key", published=published)
    assert caught.value.code == "key-unwritable"


def test_a_key_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path, published: Path) -> None:
    path = tmp_path / "pseudonym.key"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        with pytest.raises(SettingsError) as caught:
            make_key(path, published=published)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.code == "key-unwritable"
    assert not path.exists()


def test_the_usual_place_is_the_users_data_folder() -> None:
    usual = Path("police-open-data/pseudonym.key")
    assert default_key_file({"HOME": "/home/a", "XDG_DATA_HOME": "/x"}) == "/x" / usual
    assert default_key_file({"HOME": "/home/a"}) == "/home/a/.local/share" / usual
    assert default_key_file({"HOME": "/home/a", "XDG_DATA_HOME": "relative"}) == "/home/a/.local/share" / usual
    for environ in ({}, {"HOME": ""}):
        with pytest.raises(SettingsError) as caught:
            default_key_file(environ)
        assert caught.value.code == "no-home"
        assert "PIPELINE_KEY_FILE" in caught.value.fix


def test_a_key_never_shows_and_is_never_copied(tmp_path: Path, published: Path) -> None:
    key = load_key(key_file(tmp_path, GOOD), published=published)
    for text in (str(key), repr(key), f"{key}", f"{key.secret:>80}", f"{vars(type(key))}"):
        assert GOOD not in text
        assert str(bytes.fromhex(GOOD)) not in text
    with pytest.raises(TypeError):
        pickle.dumps(key)


def test_tags_name_a_key_without_telling_it() -> None:
    key, other = sample_key(), Key(type(sample_key().secret)(bytes.fromhex(GOOD)))
    assert (len(key.fingerprint), len(key.series)) == (64, 12)
    assert key.series not in key.fingerprint
    assert (key.fingerprint, key.series) == (sample_key().fingerprint, sample_key().series)
    assert key.fingerprint != other.fingerprint
    assert key.series != other.series
    assert key == sample_key() != other


def test_the_samples_key_is_the_same_everywhere(tmp_path: Path, published: Path) -> None:
    path = tmp_path / "private" / "sample" / "key"
    assert ensure_sample_key(path) == ensure_sample_key(path) == sample_key()
    assert sample_key().series == "e8175bcc535c"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_key(path, published=published) == sample_key()
    path.write_bytes(b"")  # a first run that was stopped in the middle
    assert ensure_sample_key(path) == sample_key()
    path.write_text(GOOD)
    with pytest.raises(SettingsError) as caught:
        ensure_sample_key(path)
    assert caught.value.code == "key-not-sample"
    assert path.read_text() == GOOD


def test_the_warning_says_why_a_copy_matters() -> None:
    for reason in ("lost", "two copies", "link published references"):
        assert reason in " ".join(BACK_UP.split()), reason
