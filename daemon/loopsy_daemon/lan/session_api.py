"""What is said about sessions on another machine, as typed values: one request for each thing that can be done."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from loopsy_daemon.lan import api
from loopsy_daemon.lan.errors import PeerRefused
from loopsy_daemon.wire import limits
from loopsy_daemon.wire.messages import SessionInfo
from loopsy_daemon.wire.messages.values import Cols, Offset, Rows, ShortText

LOCAL: Final = "local"
"""How this machine is called where another one could be named, and its tools where it is said who started a session."""
# What comes back fits into one message of the local socket, too, in base64 and with what stands around it.
MAX_PIECE_BYTES: Final = 32_768
MAX_TEXT_CHARACTERS: Final = 8_192
MAX_KEYS: Final = 64
MAX_WAIT_SECONDS: Final = 30.0
MAX_QUIET_SECONDS: Final = 10.0
DEFAULT_COLS: Final = 120
DEFAULT_ROWS: Final = 40
Wait = Annotated[float, Meta(ge=0, le=MAX_WAIT_SECONDS)]
Quiet = Annotated[float, Meta(ge=0, le=MAX_QUIET_SECONDS)]
Argument = Annotated[str, Meta(pattern=r"^[^\x00]*$")]


class StartSession(Struct, frozen=True, kw_only=True):
    """`start`: run a command on a terminal of its own; without one, the person's shell."""

    command: Annotated[list[Argument], Meta(max_length=4_096)] = []
    name: Annotated[str, Meta(max_length=limits.MAX_NAME_CHARACTERS)] | None = None
    cwd: Annotated[str, Meta(max_length=4_096, pattern=r"^[^\x00]*$")] = ""
    cols: Cols = DEFAULT_COLS
    rows: Rows = DEFAULT_ROWS


class ListSessions(Struct, frozen=True, kw_only=True):
    """`list`: the sessions that the asker may see."""


class ReadOutput(Struct, frozen=True, kw_only=True):
    """`output`: what was printed from `offset` on.

    If that is nothing yet, the answer waits for output, until nothing has come for `quiet_seconds`, or until the
    program ends; for `wait_seconds` at most.
    """

    session: ShortText
    offset: Offset = 0
    limit_bytes: Annotated[int, Meta(ge=1, le=MAX_PIECE_BYTES)] = MAX_PIECE_BYTES
    wait_seconds: Wait = 0.0
    quiet_seconds: Quiet = 0.0


class ReadScreen(Struct, frozen=True, kw_only=True):
    """`screen`: what the terminal shows; with `after`, once something was printed behind that offset, see above."""

    session: ShortText
    after: Offset | None = None
    wait_seconds: Wait = 0.0
    quiet_seconds: Quiet = 0.0


class TypeInto(Struct, frozen=True, kw_only=True):
    """`input`: type a text, then keys by their names; `paste` tells the program that the text is pasted."""

    session: ShortText
    text: Annotated[str, Meta(max_length=MAX_TEXT_CHARACTERS)] = ""
    keys: Annotated[list[Annotated[str, Meta(min_length=1, max_length=32)]], Meta(max_length=MAX_KEYS)] = []
    paste: bool = False


class ResizeSession(Struct, frozen=True, kw_only=True):
    """`resize`: give the terminal another size, unless somebody is looking at it."""

    session: ShortText
    cols: Cols
    rows: Rows


class StopSession(Struct, frozen=True, kw_only=True):
    """`stop`: end the program (HUP, and KILL 2 s later) and wait for its end; or send `signal`, and no more."""

    session: ShortText
    signal: ShortText | None = None


class RemoveSession(Struct, frozen=True, kw_only=True):
    """`remove`: end the program if it runs, and forget the session."""

    session: ShortText


SessionRequest = (
    StartSession | ListSessions | ReadOutput | ReadScreen | TypeInto | ResizeSession | StopSession | RemoveSession
)
VERBS: Final[dict[str, type[SessionRequest]]] = {
    "start": StartSession,
    "list": ListSessions,
    "output": ReadOutput,
    "screen": ReadScreen,
    "input": TypeInto,
    "resize": ResizeSession,
    "stop": StopSession,
    "remove": RemoveSession,
}


class SessionState(Struct, frozen=True, kw_only=True):
    """A session; `mine` if the asker started it."""

    session: SessionInfo
    mine: bool


class SessionStates(Struct, frozen=True, kw_only=True):
    """The answer to `list`."""

    sessions: list[SessionState]


class OutputPiece(Struct, frozen=True, kw_only=True):
    """Output from `offset` on, which is later than what was asked for if that is not kept any more.

    `end` is the offset behind all output so far.
    """

    session: SessionInfo
    offset: int
    data: bytes
    end: int

    @property
    def next_offset(self) -> int:
        """Where to go on."""
        return self.offset + len(self.data)

    @property
    def is_last(self) -> bool:
        """Whether nothing will follow."""
        return not self.session.alive and self.next_offset >= self.end


class ScreenShown(Struct, frozen=True, kw_only=True):
    """The screen's rows as text after the output before `end`; `cursor` is column and row from 0, None if hidden."""

    session: SessionInfo
    text: str
    cursor: tuple[int, int] | None
    end: int


class InputTaken(Struct, frozen=True, kw_only=True):
    """The input goes to the program; what it answers is output from `end` on."""

    session: SessionInfo
    end: int


SessionAnswer = SessionState | SessionStates | OutputPiece | ScreenShown | InputTaken


def decode(verb: str, body: bytes) -> SessionRequest:
    """Return the request. Raises PeerRefused if there is no such verb, MalformedMessage if it is said wrongly."""
    kind = VERBS.get(verb)
    if kind is None:
        raise PeerRefused("not_found", "Nothing like that can be done with a session.")
    return api.decode(body or b"{}", kind)
