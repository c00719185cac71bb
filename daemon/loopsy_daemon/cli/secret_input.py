"""How a secret reaches a command: a private file, a hidden prompt or standard input, never an argument."""

import getpass
import sys
from pathlib import Path
from typing import Final

from loopsy_daemon.errors import UsageError

MAX_SECRET_BYTES: Final = 1_024


def read_secret(prompt: str, file: Path | None) -> str | None:
    """Return the secret, or None if what was given is empty.

    It comes from the file (`-`: standard input), else from a hidden prompt on a terminal, else from standard input.
    """
    if file is not None and str(file) != "-":
        try:
            with file.open("rb") as opened:
                raw = opened.read(MAX_SECRET_BYTES + 1)
        except OSError as error:
            raise UsageError(f"{file} cannot be read: {error.strerror}.", f"ls -l {file}") from None
    elif file is None and sys.stdin.isatty():
        raw = getpass.getpass(prompt, stream=sys.stderr).encode()
    else:
        raw = sys.stdin.buffer.read(MAX_SECRET_BYTES + 1)
    if len(raw) > MAX_SECRET_BYTES:
        raise UsageError(f"The secret is longer than {MAX_SECRET_BYTES} bytes.", "give the file that holds it alone")
    try:
        text = raw.decode("ascii").strip()
    except UnicodeDecodeError:
        text = "not ascii"
    if not text.isprintable() or " " in text:
        raise UsageError("A secret is one line of letters, digits and signs.", "give the file that holds it alone")
    return text or None
