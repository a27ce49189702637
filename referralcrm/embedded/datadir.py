"""The one folder that holds everything a run makes: data, secrets, ports, logs, mail."""

import contextlib
import os
import secrets
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def data_dir() -> Path:
    """The data folder: DATA_DIR (relative to the checkout), or `.data` in the checkout."""
    return (CHECKOUT / Path(os.environ.get("DATA_DIR") or ".data").expanduser()).resolve()


def private(name: str) -> Path:
    """A folder below the data folder that only its owner can enter; made when missing."""
    folder = data_dir() / name
    if not folder.is_dir():
        data_dir().mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def kept(name: str, make, *, folder: str = "secrets") -> str:
    """The text kept under this name; made once by `make()`, even when two processes ask at once."""
    path = private(folder) / name
    if not path.exists():
        draft = written(path, make())
        with contextlib.suppress(FileExistsError):  # another process was first; a link says so
            os.link(draft, path)
        draft.unlink()
    return path.read_text()


def keep(name: str, text: str, *, folder: str) -> None:
    """Replace the text kept under this name in one step."""
    path = private(folder) / name
    written(path, text).replace(path)


def written(path: Path, text: str) -> Path:
    """A new file beside `path` (mode 0600) with this text, safely on the disk."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return draft
