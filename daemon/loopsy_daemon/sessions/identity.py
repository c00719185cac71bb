"""Who a session is: the program that it runs, and what it is called."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What a session runs."""

    agent: str
    argv: Sequence[str]
    environment: Mapping[str, str]
    cwd: str


@dataclass(slots=True, kw_only=True)
class Labels:
    """What names a session."""

    id: str
    name: str
    created_at: float = field(default_factory=time.time)
