"""The program `loopsy` as a person or a script runs it: a process with a home, perhaps in a terminal."""

import json
import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import ptyprocess

from loopsy_daemon import files
from loopsy_daemon.paths import Paths
from loopsy_daemon.sessions.screen import Screen
from tests.support.forked import ForkedProcess, daemon_main, loopsy_main, run_forked

DEADLINE_SECONDS = 40.0
RUN_SECONDS = 60.0
PROGRAM = [sys.executable, "-c", "from loopsy_daemon.cli.main import main; main()"]


class Loopsy:
    """Runs commands in one home, with secrets in a file."""

    def __init__(self, home: Path, environment: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.environment = {
            **os.environ,
            "LOOPSY_HOME": str(home),
            "LOOPSY_SECRETS": "file",
            "TERM": "xterm-256color",
            "SHELL": "/bin/sh",
            "ENV": "",
            "PS1": "$ ",
            **(environment or {}),
        }

    def run(self, *arguments: str, given: str = "", status: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a command to its end and check its exit status."""
        done = run_forked(loopsy_main, arguments, self.environment, given, RUN_SECONDS)
        assert done.returncode == status, (arguments, done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def start(self) -> int:
        """Have a daemon as `loopsy start` makes it, but forked, which is soon done; return its pid."""
        paths = Paths.of(self.home)
        for directory in (paths.home, paths.logs):
            files.private_directory(directory)
        deadline = time.monotonic() + DEADLINE_SECONDS
        while files.is_held(paths.daemon_lock):  # one that was killed may need a moment to let go
            assert time.monotonic() < deadline
            time.sleep(0.01)
        with paths.daemon_log.open("ab") as log, Path(os.devnull).open("rb") as nothing:
            before = log.tell()
            daemon = ForkedProcess(daemon_main, [], self.environment, (nothing.fileno(), log.fileno(), log.fileno()))
        while b" serves " not in (said := paths.daemon_log.read_bytes()[before:]):
            assert daemon.returncode is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.01)
        return daemon.pid

    def json(self, *arguments: str, status: int = 0) -> Any:
        """Run a command with `--json` and return its answer."""
        end = arguments.index("--") if "--" in arguments else len(arguments)
        return json.loads(self.run(*arguments[:end], "--json", *arguments[end:], status=status).stdout)

    def terminal(self, *arguments: str, columns: int = 80, rows: int = 24) -> "Terminal":
        """Run a command in a terminal."""
        return Terminal([*PROGRAM, *arguments], self.environment, columns, rows)


class Terminal:
    """A program in a real pseudo-terminal, as a context that leaves no process behind."""

    def __init__(self, command: list[str], environment: Mapping[str, str], columns: int, rows: int) -> None:
        self.process = ptyprocess.PtyProcess.spawn(command, env=dict(environment), dimensions=(rows, columns))
        self.output = b""
        self._looked_at = 0
        self._columns, self._rows = columns, rows

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.process.close(force=True)

    def send(self, data: bytes) -> None:
        """Type."""
        while data:
            data = data[os.write(self.process.fd, data) :]

    def expect(self, pattern: bytes) -> re.Match[bytes]:
        """Wait until the pattern appears in the output behind what was found last."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not (match := re.compile(pattern, re.DOTALL).search(self.output, self._looked_at)):
            assert self._read(deadline), f"{pattern!r} is not in {self.output[self._looked_at :]!r}"
        self._looked_at = match.end()
        return match

    def end(self) -> int:
        """Read to the end and return the exit status, negative for a signal."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while self._read(deadline):
            pass
        self.process.wait()
        status: int = self.process.exitstatus if self.process.signalstatus is None else -self.process.signalstatus
        return status

    def shows(self, text: str) -> None:
        """Wait until a person would see the text on the screen."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while text not in self.screen():
            assert self._read(deadline), f"{text!r} is not in {self.screen()}"

    def screen(self) -> str:
        """Return what a person sees: the output in a terminal of this size."""
        if self.process.isalive():
            self._rows, self._columns = self.process.getwinsize()
        screen = Screen(self._columns, self._rows)
        screen.feed(self.output)
        text = screen.text
        screen.close()
        return text

    def _read(self, deadline: float) -> bool:
        ready, _, _ = select.select([self.process.fd], [], [], max(0.0, deadline - time.monotonic()))
        assert ready, f"nothing more after {self.output[-2_000:]!r}"
        try:
            data = os.read(self.process.fd, 65_536)
        except OSError:  # EIO: the program has ended
            return False
        self.output += data
        return bool(data)
