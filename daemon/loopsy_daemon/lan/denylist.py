"""The guard against accidents: programs that no peer starts here; whoever means to get around it can."""

import shlex
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import PurePath
from typing import Final

_SHELLS: Final = frozenset({"sh", "bash", "dash", "zsh", "ksh", "fish"})
# They start what follows them, behind options, assignments and numbers of their own.
_WRAPPERS: Final = frozenset(
    {
        "env",
        "sudo",
        "doas",
        "nice",
        "ionice",
        "nohup",
        "setsid",
        "timeout",
        "time",
        "xargs",
        "exec",
        "command",
        "stdbuf",
    }
)
_FIND_STARTS: Final = frozenset({"-exec", "-execdir", "-ok", "-okdir"})
_SEPARATORS: Final = frozenset(";&|()\n")
_MAX_DEPTH: Final = 8


def denied_program(command: Sequence[str], deny: Iterable[str]) -> str | None:
    """Return the program of the command that is on the list, or None; `mkfs` stands for `mkfs.ext4`, too."""
    denied = frozenset(deny)
    for program in _programs(command, 0):
        name = PurePath(program).name
        if name in denied or name.partition(".")[0] in denied:
            return name
    return None


def _programs(command: Sequence[str], depth: int) -> Iterator[str]:
    """Yield what would be started: the first word, what a wrapper starts, what a shell's `-c` says, find's -exec."""
    wrapped = finding = has_script = False
    before = ""
    for index, word in enumerate(command):
        name = PurePath(word).name
        # A wrapper's own arguments may look like a program: then one too many is looked at, never one too few.
        if index == 0 or (wrapped and word[:1] != "-" and "=" not in word) or (finding and before in _FIND_STARTS):
            yield word
            wrapped = wrapped or name in _WRAPPERS
            finding = finding or name == "find"
            if name in _SHELLS and not has_script and depth < _MAX_DEPTH:
                has_script = True
                for option, script in pairwise(command[index + 1 :]):
                    if option[:1] == "-" and option[-1:] == "c":
                        for part in _parts(script):
                            yield from _programs(part, depth + 1)
        before = word


def _parts(script: str) -> Iterator[list[str]]:
    """Yield the simple commands of a shell script, roughly: without leading assignments and keywords."""
    lexer = shlex.shlex(script, posix=True, punctuation_chars=";&|()\n")
    lexer.whitespace = " \t\r"
    lexer.commenters = ""
    part: list[str] = []
    try:
        for word in lexer:
            if word and set(word) <= _SEPARATORS:
                yield part
                part = []
            elif part or not ("=" in word or word in {"then", "do", "else", "if", "while", "until", "!", "{"}):
                part.append(word)
    except ValueError:  # an open quote: the shell will say so
        pass
    yield part
