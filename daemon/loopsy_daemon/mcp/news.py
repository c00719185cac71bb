"""What the daemon tells, as news for agents: which resources are others now, and a line about it (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from mcp_types import LoggingLevel

from loopsy_daemon.wire.messages import Event, SessionInfo

PEERS: Final = "loopsy://peers"
SESSIONS: Final = "loopsy://sessions"
INBOX: Final = "loopsy://inbox"
TASKS: Final = "loopsy://tasks"
VALUES: Final = "loopsy://values"
WATCHED: Final = (PEERS, SESSIONS, INBOX, TASKS, VALUES)
About = Literal["daemon", "peers", "sessions", "transfers", "values", "messages", "questions"]
_PARTS: Final = {"inbox": INBOX, "tasks": TASKS, "values": VALUES}
_STATES: Final[dict[str, tuple[LoggingLevel, str]]] = {
    "online": ("notice", "can be reached"),
    "offline": ("warning", "cannot be reached"),
    "refused": ("warning", "refuses this machine: it may have ended the pairing"),
    "impostor": ("error", "does not answer: who answers at its address has another certificate"),
    "unknown": ("debug", "has not been asked yet"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line for the client's log: ids, names and counts, never what programs, messages or values say."""

    level: LoggingLevel
    about: About
    text: str


@dataclass(frozen=True, slots=True)
class News:
    """What is another one now, and perhaps a line about it."""

    resources: tuple[str, ...] = ()
    line: Line | None = None


DAEMON_GONE: Final = News(
    (PEERS, SESSIONS), Line("warning", "daemon", "The daemon of this machine does not run. → loopsy start")
)
# What happened in between is not known, so all that can be read may be another one.
DAEMON_BACK: Final = News(WATCHED, Line("notice", "daemon", "The daemon of this machine runs again."))


def news_of(event: Event) -> News | None:
    """Return what an event of the daemon means for agents, or None if that is nothing."""
    details = event.details
    name = details.get("name")
    match event.name:
        case "exchange.changed":
            resource = _PARTS.get(str(details.get("part")))
            return News((resource,)) if resource else None
        case "peer.state":
            level, said = _STATES.get(str(details.get("state")), ("info", f"is {details.get('state')}"))
            return News((PEERS,), Line(level, "peers", f"{name} {said}."))
        case "peer.paired":
            return News((PEERS,), Line("notice", "peers", f"{name} is paired with this machine."))
        case "peer.unpaired":
            return News((PEERS,), Line("notice", "peers", f"{name} is no longer paired with this machine."))
        case "session.exited":
            code, signal = details.get("code"), details.get("signal")
            how = f"by signal {signal}" if signal else f"with code {code}"
            return News((SESSIONS,), Line("info", "sessions", f"The session {name} has ended {how}."))
        case _:
            return None


class SessionNews:
    """Tells when sessions of this machine begin, end, are renamed or removed; what they print is no news."""

    def __init__(self) -> None:
        self._known: frozenset[tuple[str, str, bool]] | None = None

    def look(self, sessions: Iterable[SessionInfo]) -> News | None:
        """Take the list as it is now; return the news, if it is not the first list and there are any."""
        before, self._known = self._known, frozenset((found.id, found.name, found.alive) for found in sessions)
        return News((SESSIONS,)) if before not in (None, self._known) else None
