"""The portal's folder: where everything lives, and what is remembered from one start to the next."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from laptop.failure import step

ORGANISATION = "example-police"
ORGANISATION_TITLE = "Example Police"


@dataclass
class State:
    """What a portal remembers from one start to the next.

    `way` is how it runs, `install` where its programs are, `cluster` where its database is, `prepared` the stamp of
    the CKAN that its tables fit, `indexed` the address that its search index speaks of.
    """

    way: str = ""
    install: str = ""
    ports: dict[str, int] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    cluster: str = ""
    prepared: str = ""
    indexed: str = ""

    def secret(self, name: str) -> str:
        """The secret of this name, made the first time it is asked for: 48 hexadecimal digits."""
        return self.secrets.setdefault(name, secrets.token_hex(24))

    @property
    def address(self) -> str:
        """The address of the portal, without a slash at its end."""
        return f"http://127.0.0.1:{self.ports['ckan']}"


@dataclass(frozen=True)
class Folder:
    """The paths below one portal's folder."""

    root: Path

    @property
    def env(self) -> Path:
        """The file of three lines that the pipeline reads."""
        return self.root / "env"

    @property
    def state(self) -> Path:
        """The file that holds the portal's memory, secrets included."""
        return self.root / "state.json"

    def log(self, part: str) -> Path:
        """The log of one part."""
        return self.root / "log" / f"{part}.log"

    def make(self) -> None:
        """The folder exists; other users may pass through it to what is theirs, but not look around."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.root.chmod(0o711)
        for name in ("log", "run"):
            (self.root / name).mkdir(exist_ok=True)
            (self.root / name).chmod(0o700)

    def recall(self) -> State:
        """The state that the last start left, or an empty one."""
        if not self.state.exists():
            return State()
        return State(**json.loads(self.state.read_text(encoding="utf-8")))

    def remember(self, state: State) -> None:
        """The state is on disk, whole, readable by its owner only."""
        write_private(self.state, json.dumps(asdict(state), indent=1) + "\n")

    def write_env(self, state: State) -> None:
        """The pipeline's file holds the portal's address, the editor's token and the organisation."""
        values = {
            "PIPELINE_CKAN_URL": state.address,
            "PIPELINE_CKAN_TOKEN": state.secrets["token"],
            "PIPELINE_CKAN_ORGANISATION": ORGANISATION,
        }
        write_private(self.env, "".join(f"{name}={value}\n" for name, value in values.items()))


def write_private(path: Path, text: str) -> None:
    """The file holds the text and was never, at any moment, half written or readable by others."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """No other start, stop or installation works in this folder meanwhile; a second one waits here."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            step(f"Another run works in {folder}: waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
