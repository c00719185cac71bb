"""Programs for tests of sessions, and how to open one."""

import os
import sys
from collections.abc import Callable
from itertools import count
from typing import Final

from loopsy_daemon.sessions.identity import Labels, Program
from loopsy_daemon.sessions.posix_pty import spawn_posix
from loopsy_daemon.sessions.session import Session

RAW: Final = "import tty,os,sys,time; tty.setraw(0); "
ECHO: Final = [sys.executable, "-c", RAW + "print('ready', end='', flush=True); os.execvp('cat', ['cat'])"]
A: Final = b"a" * 16
B: Final = b"b" * 16
Opener = Callable[[list[str] | str], Session]

_ids = count()


def open_session(argv: list[str] | str) -> Session:
    """Start a program, or a script of /bin/sh, at 80 columns and 24 rows."""
    argv = ["/bin/sh", "-c", argv] if isinstance(argv, str) else argv
    environment = {**os.environ, "TERM": "xterm-256color"}
    program = Program(agent="shell", argv=argv, environment=environment, cwd="/")
    labels = Labels(id=f"session{next(_ids)}", name="test")
    return Session(labels, program, 80, 24, spawn=spawn_posix, on_change=lambda: None)
