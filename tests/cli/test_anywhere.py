"""The core runs where the system has none of what only POSIX has, and without make."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import ExitStatus
from tests.lib import EVERY_CASE, ROOT
from tests.lib.product import DATASETS, Product, contents
from tests.lib.small_tree import AS_OF, small_tree

if TYPE_CHECKING:
    from pathlib import Path

#: What Windows lacks is taken away before anything of ours is imported.
_BARE = """
import ctypes, os, subprocess, sys
for name in ("fcntl", "grp", "pwd", "resource", "termios", "tty"):
    sys.modules[name] = None
for name in ("O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "chown", "copy_file_range", "fchmod", "fork",
             "getuid", "getgid"):
    delattr(os, name)
os.supports_effective_ids.clear()
os.supports_follow_symlinks.clear()
library = ctypes.CDLL
ctypes.CDLL = lambda name, *words, **more: library(name, *words, **more) if name else object()
def no_process(*words, **more):
    raise AssertionError("another program was started")
subprocess.Popen = no_process
from pipeline.cli.parser import main
sys.exit(main(sys.argv[1:]))
"""


#: Ends the process, as a kill does, just before the new tree becomes the public folder: the old one is moved away.
_KILLED = """
import os, sys
def die(event, words):
    if event == "os.rename" and str(words[1]).endswith(os.path.join("data", "published")):
        os._exit(9)
sys.addaudithook(die)
"""


@pytest.fixture
def small(tmp_path: Path) -> Product:
    return small_tree(tmp_path / "force")


def bare(product: Product, *words: str, first: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command where there is no POSIX module, after the statements ``first``."""
    environment = product.environment(PYTHONPATH=str(ROOT), PIPELINE_AS_OF=AS_OF, PYTHONWARNINGS="ignore")
    return subprocess.run(
        [sys.executable, "-c", first + _BARE, *words],
        cwd=product.folder, env=environment, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip


def test_plan_publish_and_plan_again_need_nothing_of_posix(small: Product) -> None:
    looked = bare(small, "plan", "--quiet")
    assert (looked.returncode, looked.stderr) == (0, ""), looked.stdout
    done = bare(small, "publish", "--quiet")
    assert done.returncode == 0, done.stdout + done.stderr
    undisturbed = small_tree(small.folder / "undisturbed")
    assert undisturbed.run("publish", "--quiet", PIPELINE_AS_OF=AS_OF).status == 0
    assert contents(small.published) == contents(undisturbed.published)
    before = contents(small.data)
    again = bare(small, "plan")
    assert again.returncode == 0, again.stderr
    assert again.stdout.count("nothing to build") == len(DATASETS)
    assert "catalogue: nothing would change" in again.stdout
    assert contents(small.data) == before
    assert small.run("publish", "--quiet", PIPELINE_AS_OF=AS_OF).status == 0  # the other way of locking leaves nothing
    assert contents(small.published) == contents(undisturbed.published)


@pytest.mark.parametrize("words", [("datasets",), ("sample",), ("key", "new"), ("quarantine",), ("accounts",)])
def test_other_commands_need_nothing_of_posix(small: Product, tmp_path: Path, words: tuple[str, ...]) -> None:
    where = Product.empty(tmp_path / "other") if words[0] in {"sample", "key"} else small
    done = bare(where, *words)
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_is_said_once_that_files_have_no_modes(small: Product) -> None:
    done = bare(small, "publish")
    assert done.stderr.count("keeps no permissions") == 1
    assert "only you can open data/private" in done.stderr
    assert "keeps no permissions" not in small.run("publish", PIPELINE_AS_OF=AS_OF).err


def test_a_group_is_refused_where_there_are_none(small: Product) -> None:
    text = small.settings.read_text(encoding="utf-8")
    small.settings.write_text(f'private_group = "information-governance"\n{text}', encoding="utf-8")
    done = bare(small, "plan")
    assert done.returncode == ExitStatus.SETTINGS
    assert "this system has no groups" in done.stderr


@pytest.mark.skipif(not EVERY_CASE, reason="kills elsewhere are tried too; CI=true tries this one")
def test_a_kill_between_the_two_renames_is_mended_by_the_next_run(small: Product) -> None:
    assert bare(small, "publish", "--quiet", "--month", "2024-01").returncode == 0
    before = contents(small.published)
    assert bare(small, "publish", "--quiet", first=_KILLED).returncode == 9
    assert not small.published.exists()
    done = bare(small, "publish", "--quiet")
    assert done.returncode == 0, done.stdout + done.stderr
    undisturbed = small_tree(small.folder / "undisturbed")
    assert undisturbed.run("publish", "--quiet", PIPELINE_AS_OF=AS_OF).status == 0
    assert contents(small.published) == contents(undisturbed.published) != before
    assert bare(small, "plan", "--quiet").returncode == 0
