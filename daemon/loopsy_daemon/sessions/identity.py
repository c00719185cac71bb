"""Who a session is: the program that it runs, what it is called, how much of it is kept."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What a session runs."""

    agent: str
    argv: Sequence[str]
    environment: Mapping[str, str]
    cwd: str


@dataclass(frozen=True, slots=True)
class Starter:
    """Who had a session started, if no person with a terminal or a phone did: its id, and what it is called."""

    id: str
    name: str


@dataclass(slots=True, kw_only=True)
class Labels:
    """What names a session."""

    id: str
    name: str
    started_by: Starter | None = None
    created_at: float = field(default_factory=time.time)


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """How much of a session is kept."""

    scrollback_lines: int = 10_000
    output_log_bytes: int = 2_097_152


DEFAULT_MEMORY: Final = Memory()
