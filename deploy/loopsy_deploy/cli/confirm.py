"""Questions to a person at a terminal: asked on stderr, answered on standard input."""

import sys

from loopsy_daemon.errors import UsageError


def confirm(question: str, *, default: bool) -> bool:
    """Return the answer to a yes-or-no question; the default is for an empty line."""
    print(f"{question} [{'Y/n' if default else 'y/N'}] ", end="", file=sys.stderr, flush=True)
    answer = _line().lower()
    return answer in {"y", "yes"} if answer else default


def ask(question: str, default: str) -> str:
    """Return a line of text; the default is for an empty one."""
    print(f"{question} [{default}]: " if default else f"{question}: ", end="", file=sys.stderr, flush=True)
    return _line() or default


def _line() -> str:
    line = sys.stdin.readline()
    if not line:  # the input has ended: that is no answer, and least of all a yes
        raise UsageError("Nobody answered.", "add --yes to be asked nothing")
    return line.strip()
