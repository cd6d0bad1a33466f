"""The review of payees at a terminal: each is shown with what is known of it, and one key says what it is."""

from __future__ import annotations

import dataclasses
import os
import select
import sys
import time
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING

from pipeline.cli.decisions import NEXT, out, settings_of
from pipeline.cli.said import say_line
from pipeline.codelists import CODELISTS, CodeLists
from pipeline.errors import BusyError, Interrupted, PipelineError, SettingsError
from pipeline.model.suggestion import PERSONAL, PROTECTED
from pipeline.printable import printable
from pipeline.report.screen import show
from pipeline.run.classify import TypeList, to_classify
from pipeline.storage.supplier_review import KINDS, PARTIES

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pipeline.storage.supplier_review import Waiting

#: The key of each type.
TYPES = {"o": "ORG", "t": "SOLE", "i": "IND", "m": "STAFF", "p": "PROT"}
#: Those that are never named.
_KEPT_BACK = (*PERSONAL, *PROTECTED)
_PENCE = 100
#: So many choices fit into the narrowest window.
_ABREAST = 3
#: How long is waited at once: for a key, and for somebody else's run that keeps answers from being written; seconds.
_PAUSE = 1.0
#: How long the rest of an arrow key or a function key may take, in seconds.
_LATE = 0.2


def review(options: argparse.Namespace) -> None:
    """Ask about each payee of a kind that nobody has classified, and add the answers to the force's list."""
    settings, of = settings_of(options), KINDS[options.what]
    types = TypeList(settings.data / "reference", settings.data / "private", of)
    waiting, listed = to_classify(settings, types)
    again = f"pipeline review {of.many}"
    if not waiting:
        more = f"; {listed:,} are in {types.path}, and `pipeline publish` says what they wait for" if listed else ""
        out([f"no {of.one} is left to classify, as the last `pipeline publish` found{more}"])
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty() and find_spec("termios")):
        raise SettingsError(
            "not-a-terminal",
            "the review shows names, and asks on a terminal only",
            where=again,
            fix=f"run it in a terminal, or add lines to {types.path} by hand: the {of.one}'s {of.by}, a comma, "
            f"and one of {', '.join(TYPES.values())}",
        )
    walk = _Walk(waiting, types, CodeLists(CODELISTS, {}).read("supplier-type").mapping())
    try:
        walk.ask_all()
        walk.keep(patient=True)
    except KeyboardInterrupt:
        with suppress(PipelineError):  # what waits for a run to end; the rest is written
            walk.keep()
        kept = f"{len(walk.kept):,} of {len(walk.answers):,} answers are in the list"
        raise Interrupted("interrupted", f"stopped; {kept}", where=str(types.path), fix=f"`{again}` goes on") from None
    _say(walk.ending())


@dataclasses.dataclass(slots=True)
class _Walk:
    """The way through the payees: ``answers`` are a type by reference, ``kept`` those of them that are written."""

    waiting: Sequence[Waiting]
    types: TypeList
    labels: Mapping[str, str]
    answers: dict[str, str] = dataclasses.field(default_factory=dict)
    kept: dict[str, str] = dataclasses.field(default_factory=dict)

    def ask_all(self) -> None:
        """Ask about one after the other until all were asked, or somebody stops."""
        _say(self._beginning())
        place = 0
        while place < len(self.waiting):
            payee = self.waiting[place]
            answer = self._ask(payee, place)
            if answer == "q":
                return
            if answer == "b":
                place = max(place - 1, 0)
                continue
            if answer == "s":
                self.answers.pop(payee.reference, None)
            else:
                self.answers[payee.reference] = answer
            with suppress(BusyError):  # a run is at work: it is kept later
                self.keep()
            place += 1

    def keep(self, *, patient: bool = False) -> None:
        """Write the answers that are not written yet; ``patient`` waits for the end of a run that is at work."""
        told = False
        while self.kept != self.answers:
            try:
                self.types.save(self.answers, say=say_line)
                self.kept = dict(self.answers)
            except BusyError:
                if not patient:
                    raise
                if not told:
                    _say(["a run is at work: the last answers are written when it has ended (Ctrl-C gives them up)"])
                told = True
                time.sleep(_PAUSE)

    def ending(self) -> Iterator[str]:
        """Yield what was written, and what to do next."""
        left = len(self.waiting) - len(self.answers)
        if not self.answers:
            yield f"nothing was answered; {self.types.of.many} left to classify: {left:,}"
            return
        yield f"written to {self.types.path}: {len(self.answers):,}; {self.types.of.many} left to classify: {left:,}"
        yield NEXT

    def _beginning(self) -> Iterator[str]:
        first = "" if self.types.of is PARTIES else ", the largest amounts first"
        yield f"{self.types.of.many} to classify: {len(self.waiting):,}{first}"
        labels = {kind: self.labels[kind].lower() for kind in TYPES.values()}
        yield f"named in public: {', '.join(text for kind, text in labels.items() if kind not in _KEPT_BACK)}"
        yield f"never named: {', '.join(labels[kind] for kind in _KEPT_BACK)}; who has no answer stays withheld"
        yield f"each answer is written at once, to {self.types.path}"

    def _ask(self, payee: Waiting, place: int) -> str:
        """Return the type of a payee, or the key of what else is to be done."""
        said = self.answers.get(payee.reference, "")
        offered = said or payee.suggestion.type
        with _keys() as key:
            _say(["", *self._shown(payee, place, said)])
            _say(self._choices(offered))
            doubted = ""
            while True:
                pressed = key()
                if pressed in ("", "\x04"):  # the terminal has gone, or Ctrl-D
                    return "q"
                if pressed in ("s", "b", "q"):
                    return pressed
                chosen = offered if pressed in ("\r", "\n") else TYPES.get(pressed, "")
                named = chosen not in _KEPT_BACK and payee.suggestion.type in _KEPT_BACK
                if chosen and named and said != chosen != doubted:
                    doubted = chosen
                    _say([f"it may be a person, who would be named: press again for {self.labels[chosen].lower()}"])
                elif chosen:
                    _say([f"= {self.labels[chosen]}"])
                    return chosen
                else:
                    doubted = ""
                    _say(["press one of these keys"])

    def _shown(self, payee: Waiting, place: int, said: str) -> Iterator[str]:
        kind, reason = payee.suggestion
        yield f"{place + 1:,} of {len(self.waiting):,}: {payee.name or '(no name)'}"
        if payee.kind is PARTIES:
            yield f"  lines {payee.lines:,}, in the register of {payee.months}"
        else:
            pounds, pence = divmod(abs(payee.total), _PENCE)
            sign = "-" if payee.total < 0 else ""
            yield f"  number {printable(payee.reference)}, lines {payee.lines:,}, total {sign}£{pounds:,}.{pence:02}"
            yield f"  paid in {payee.months}"
        yield f"  suggested: {self.labels[kind]} ({reason})" if kind else f"  nothing is suggested ({reason})"
        if said:
            yield f"  your answer: {self.labels[said]}"

    def _choices(self, offered: str) -> Iterator[str]:
        choices = [f"[{key}] {self.labels[kind].lower()}" for key, kind in TYPES.items()]
        for start in range(0, len(choices), _ABREAST):
            yield "  " + "  ".join(choices[start : start + _ABREAST])
        enter = f"[Enter] {self.labels[offered].lower()}  " if offered else ""
        yield f"  {enter}[s] skip  [b] back  [q] stop"


@contextmanager
def _keys() -> Iterator[Callable[[], str]]:
    """Give what waits for one key; what was typed before is dropped, and the terminal is left as it was found.

    What comes as several characters at once (an arrow key, a text that is pasted) is no key of ours.
    """
    import termios  # noqa: PLC0415 - not on Windows
    import tty  # noqa: PLC0415

    number = sys.stdin.fileno()
    before = termios.tcgetattr(number)

    def one() -> str:
        while not select.select([number], [], [], _PAUSE)[0]:  # a signal that came just before is seen after a pause
            pass
        try:
            typed = os.read(number, 1024)
        except OSError:
            return ""
        if typed == b"\x1b":  # its rest may come late, over a slow line
            time.sleep(_LATE)
            termios.tcflush(number, termios.TCIFLUSH)
        return typed.decode("utf-8", "replace").lower() if len(typed) < 2 else "?"  # noqa: PLR2004 - one or none

    tty.setcbreak(number, termios.TCSAFLUSH)
    try:
        yield one
    finally:
        with suppress(termios.error):
            termios.tcsetattr(number, termios.TCSADRAIN, before)


def _say(lines: Iterable[str]) -> None:
    show(lines, sys.stdout)
    sys.stdout.flush()
