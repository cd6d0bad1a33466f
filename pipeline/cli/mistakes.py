"""What is wrong with a command line, and what to type instead."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError
from pipeline.printable import printable
from pipeline.settings.reader import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_REQUIRED = re.compile(r"the following arguments are required: (.*)", re.DOTALL)
_CHOICE = re.compile(r"argument \S+: invalid choice: '?([^']*?)'? \(choose from (.*)\)", re.DOTALL)


def refuse_misplaced(top: argparse.ArgumentParser, words: Sequence[str]) -> None:
    """Raise a `SettingsError` for a command that does not exist, and for an option on the wrong side of it."""
    commands, on_top = commands_of(top), _options(top)
    options = {name: _options(command) for name, command in commands.items()}
    owners = {option: name for name in reversed(options) for option in options[name]}
    takes = {option: options[name][option] for option, name in owners.items()} | dict(on_top)
    before, command, behind = _split(takes, words)
    for option in before:
        if option not in on_top and option in owners:
            example = f"pipeline {command or owners[option]} {_usage(takes[option], option)}"
            raise _misplaced(f"`{option}` stands behind the command", example)
    if command is None:
        return
    if command not in commands:
        raise _no_command(command, commands)
    for option in behind:
        if option in on_top and option not in options[command]:
            example = f"pipeline {_usage(on_top[option], option)} {command}"
            raise _misplaced(f"`{option}` stands before the command", example)
        if not any(name.startswith(option) for name in options[command]):
            raise _no_option(option, commands[command], {**options[command], **on_top})


def explain(parser: argparse.ArgumentParser, message: str) -> SettingsError:
    """Return the error for what argparse says about a command line."""
    fix = f"see `{parser.prog} --help`"
    if "required: COMMAND" in message:
        message, fix = "which command?", "begin with `pipeline plan`; `pipeline --help` lists the others"
    elif missing := _REQUIRED.fullmatch(message):
        message, fix = f"what is missing: {missing[1]}", f"for example `{_example(parser)}`"
    elif choice := _CHOICE.fullmatch(message):
        near = nearest(choice[1], re.findall(r"[a-z-]+", choice[2]))
        message = f"`{choice[1]}` is none of {choice[2]}"
        fix = f"did you mean `{parser.prog} {near}`?" if near else f"for example `{_example(parser)}`"
    return SettingsError("bad-command", printable(message), where=parser.prog, fix=fix)


def refuse_left(command: argparse.ArgumentParser, words: Sequence[str]) -> None:
    """Raise a `SettingsError` for words that a command does not take."""
    if not words:
        return
    from pipeline.run.select import month_hint  # noqa: PLC0415 - loaded for this mistake only

    hint = month_hint(words[0]) if "--month" in _options(command) else ""
    message = f"`{printable(' '.join(words))}` is not understood here"
    raise SettingsError("bad-command", message, where=command.prog, fix=hint or f"see `{command.prog} --help`")


def _example(parser: argparse.ArgumentParser) -> str:
    """Return the first of the examples that the help of a command ends with."""
    return (parser.epilog or "").partition("\n")[2].partition("\n")[0].strip() or f"{parser.prog} --help"


def commands_of(top: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parser of each command, by name."""
    return {
        name: choice
        for action in top._actions  # noqa: SLF001 - argparse names its commands nowhere else
        if isinstance(action, argparse._SubParsersAction)  # noqa: SLF001 - the same
        for name, choice in action.choices.items()
    }


def _split(takes: Mapping[str, argparse.Action], words: Sequence[str]) -> tuple[list[str], str | None, list[str]]:
    """Return the options before the command, the command, and the options behind it."""
    before: list[str] = []
    left = iter(words)
    for word in left:
        if word == "--" or not word.startswith("-"):
            behind = list(left)
            return before, word, [each.partition("=")[0] for each in behind if each.startswith("--") and each != "--"]
        name, equals, _ = word.partition("=")
        before.append(name)
        if not equals and name in takes and takes[name].nargs != 0:
            next(left, None)
    return before, None, []


def _options(parser: argparse.ArgumentParser) -> Mapping[str, argparse.Action]:
    return {name: action for action in parser._actions for name in action.option_strings}  # noqa: SLF001 - as above


def _usage(action: argparse.Action, option: str) -> str:
    return option if action.nargs == 0 else f"{option} {action.metavar or 'VALUE'}"


def _misplaced(message: str, example: str) -> SettingsError:
    return SettingsError("bad-command", message, where="the command line", fix=f"`{example}`")


def _no_option(option: str, command: argparse.ArgumentParser, options: Iterable[str]) -> SettingsError:
    near = nearest(option, options)
    fix = f"did you mean `{near}`?" if near else f"see `{command.prog} --help`"
    if option == "--month" and any(action.dest == "period" for action in command._actions):  # noqa: SLF001 - as below
        fix = f"a month stands behind the dataset: `{_example(command)}`"
    message = f"`{command.prog}` knows no option `{printable(option)}`"
    return SettingsError("bad-command", message, where="the command line", fix=fix)


def _no_command(word: str, commands: Mapping[str, argparse.ArgumentParser]) -> SettingsError:
    from pipeline.run.select import names  # noqa: PLC0415 - loaded for this mistake only

    near = nearest(word, commands)
    if word in names():
        fix = f"a dataset stands behind the command: `pipeline publish {word}`"
    elif near:
        fix = f"did you mean `pipeline {near}`?"
    else:
        fix = f"choose from: {', '.join(commands)}"
    return SettingsError("bad-command", f"there is no command `{printable(word)}`", where="the command line", fix=fix)
