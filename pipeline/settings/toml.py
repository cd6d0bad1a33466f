"""How a TOML file of settings or decisions is read: bounded before it is parsed, and never quoted."""

from __future__ import annotations

import errno
import re
import tomllib
from itertools import accumulate
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError
from pipeline.plain import NotPlainError, open_plain

if TYPE_CHECKING:
    from pathlib import Path

#: A longer file of settings or decisions is not read.
MOST_BYTES = 4 << 20
#: So deep may tables and lists be in each other: the time that TOML takes grows with the square of it.
_DEEPEST = 8
_BRACKETS = re.compile(r"[\[\]{}]")
_LONG_NAME = re.compile(rf"(?<![\w-])[\w-]++(?:[ \t]*+\.[ \t]*+[\w-]++){{{_DEEPEST}}}")
#: Comments, and texts of every kind; one that does not end reaches to the end of its line, or of the file.
_TEXTS = re.compile(
    r'''#[^\n]*|"""(?:[^\\]|\\.)*?(?:"{3,5}|\Z)|\'{3}.*?(?:\'{3,5}|\Z)|"(?:[^"\\\n]|\\.)*+"?|'[^'\n]*'?''', re.DOTALL
)


def read_toml(file: Path) -> dict[str, object]:
    """Return the content of a TOML file; what is wrong with it is said by line, never by its text."""
    try:
        with open_plain(file) as opened:
            return _bounded(opened.read(MOST_BYTES + 1), file)
    except FileNotFoundError:
        message, fix = "there is no such file", "run from the project's folder, or name the file: --settings FILE"
        raise SettingsError("no-settings-file", message, where=str(file), fix=fix) from None
    except NotPlainError:
        fix = "name a file that you may read: --settings FILE"
        raise SettingsError("no-settings-file", "this is no plain file", where=str(file), fix=fix) from None
    except OSError as fault:
        reason = errno.errorcode.get(fault.errno or 0, "OSError")
        fix = "name a file that you may read: --settings FILE"
        raise SettingsError("no-settings-file", f"cannot be read ({reason})", where=str(file), fix=fix) from None
    except UnicodeDecodeError:
        raise SettingsError("not-toml", "this is no UTF-8 text", where=str(file), fix="save it as UTF-8") from None
    except tomllib.TOMLDecodeError as fault:
        at = re.search(r"at (?:line [0-9]+, column [0-9]+|end of document)", str(fault))
        message = f"this is no TOML ({at[0] if at else 'a name is set twice'})"
        fix = "texts stand in quotation marks, a table begins with [name], each name comes once"
        raise SettingsError("not-toml", message, where=str(file), fix=fix) from None
    except (RecursionError, ValueError):
        raise _too_much(file, "a value is nested deeper, or a number longer, than any setting is") from None


def _bounded(content: bytes, file: Path) -> dict[str, object]:
    """Return what a TOML text says; one that is longer, or nested deeper, than any of ours is not parsed at all."""
    if len(content) > MOST_BYTES:
        raise _too_much(file, f"this is longer than {MOST_BYTES >> 20} MiB, more than any settings or decisions are")
    text = content.decode("utf-8-sig")
    bare = _TEXTS.sub(lambda found: "" if found[0].startswith("#") else "_", text)
    depths = accumulate(1 if found[0] in "[{" else -1 for found in _BRACKETS.finditer(bare))
    if _LONG_NAME.search(bare) or max(depths, default=0) > _DEEPEST:
        raise _too_much(file, "a value is nested deeper, or a number longer, than any setting is")
    return tomllib.loads(text)


def _too_much(file: Path, message: str) -> SettingsError:
    return SettingsError("not-toml", message, where=str(file), fix="remove what is not ours")
