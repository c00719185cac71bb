"""Tools about sessions: programs on terminals of peers and of this machine, which outlive the call that starts them."""

from typing import Annotated, Any, Final

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool
from msgspec import Struct
from pydantic import Field

from loopsy_daemon.lan import session_api
from loopsy_daemon.lan.plain_output import plain_output
from loopsy_daemon.mcp.arguments import Command, Directory, Machine, SessionName, argv
from loopsy_daemon.mcp.questions import meant_peer
from loopsy_daemon.mcp.registration import tool
from loopsy_daemon.service.fleet import listed, named_machines
from loopsy_daemon.service.fleet_values import Fleet, FleetSession
from loopsy_daemon.service.machines import Machines

Wait = Annotated[
    float, Field(ge=0, le=session_api.MAX_WAIT_SECONDS, description="How long to wait for output that is not there.")
]
Quiet = Annotated[
    float,
    Field(
        ge=0,
        le=session_api.MAX_QUIET_SECONDS,
        description="Once output comes, wait until none has come for so long, so that it is seen whole.",
    ),
]
DEFAULT_WAIT_SECONDS: Final = 10.0
DEFAULT_QUIET_SECONDS: Final = 0.3


class SessionFacts(Struct, frozen=True, kw_only=True):
    """A session on a machine. Once it has ended, `code` or `signal` says how."""

    machine: str
    id: str
    name: str
    alive: bool
    code: int | None
    signal: str | None
    started_by: str | None
    cwd: str
    title: str
    last_line: str


class SessionFactsList(Struct, frozen=True, kw_only=True):
    """The sessions, and what did not work on machines that could not be asked."""

    sessions: list[SessionFacts]
    problems: list[str]


class SessionOutput(Struct, frozen=True, kw_only=True):
    """Output as plain text; go on with `next_offset`. `is_over` once nothing will follow.

    `left_out_bytes` of what was asked for are not kept any more.
    """

    text: str
    next_offset: int
    left_out_bytes: int
    alive: bool
    code: int | None
    signal: str | None
    is_over: bool


class SessionScreen(Struct, frozen=True, kw_only=True):
    """What the terminal shows; `next_offset` is the offset behind what has been printed so far."""

    text: str
    cursor_column: int | None
    cursor_row: int | None
    columns: int
    rows: int
    alive: bool
    code: int | None
    signal: str | None
    next_offset: int


class SessionInput(Struct, frozen=True, kw_only=True):
    """It was typed; what the program answers is output from `next_offset` on."""

    next_offset: int


def session_tools(machines: Machines) -> list[Tool]:
    """Return the tools."""

    async def loopsy_session_start(
        context: Context[Any, Any],
        peer: Machine,
        command: Command,
        name: Annotated[str | None, Field(description="What the session is called, e.g. build.")] = None,
        cwd: Directory = "",
        columns: Annotated[int, Field(ge=2, le=1_000)] = session_api.DEFAULT_COLS,
        rows: Annotated[int, Field(ge=1, le=1_000)] = session_api.DEFAULT_ROWS,
    ) -> SessionFacts:
        """Start a program on a terminal of its own: a build, a server, a coding agent, a shell.

        It goes on after this call. Follow it with loopsy_session_output or loopsy_session_screen, type with
        loopsy_session_input, end it with loopsy_session_stop. People see it in the lists of that machine, too.
        """
        request = session_api.StartSession(command=argv(command), name=name, cwd=cwd, cols=columns, rows=rows)
        is_here = peer.casefold() == session_api.LOCAL
        machine = session_api.LOCAL if is_here else (await meant_peer(context, machines, peer)).node_id
        async with machines.sessions(machine) as sessions:
            return _facts(sessions.machine, await sessions.start(request))

    async def loopsy_session_list(
        peer: Annotated[str | None, Field(description="One machine; if none is named, all.")] = None,
    ) -> SessionFactsList:
        """List sessions: on peers those that this machine started (unless it may see all), on this one all."""
        fleet = await listed(machines, named_machines(machines, [] if peer is None else [peer]))
        return _list(fleet)

    async def loopsy_session_output(
        peer: Machine,
        session: SessionName,
        offset: Annotated[int, Field(ge=0, description="Where to begin: 0, or next_offset of the last call.")] = 0,
        wait_seconds: Wait = DEFAULT_WAIT_SECONDS,
        quiet_seconds: Quiet = DEFAULT_QUIET_SECONDS,
    ) -> SessionOutput:
        """Read what a session has printed from an offset on, as plain text; up to 32 KiB at a time.

        If nothing is there yet, this waits for output or for the end. Call it again with next_offset until is_over.
        """
        request = session_api.ReadOutput(
            session=session, offset=offset, wait_seconds=wait_seconds, quiet_seconds=quiet_seconds
        )
        async with machines.sessions(peer) as sessions:
            piece = await sessions.output(request)
        # Of a full piece, what is cut in the middle comes whole with the next one.
        text, taken = plain_output(piece.data, is_last=piece.next_offset >= piece.end and not piece.session.alive)
        return SessionOutput(
            text=text,
            next_offset=piece.offset + taken,
            left_out_bytes=max(0, piece.offset - offset),
            alive=piece.session.alive,
            code=piece.session.code,
            signal=piece.session.signal,
            is_over=piece.is_last,
        )

    async def loopsy_session_screen(
        peer: Machine,
        session: SessionName,
        after: Annotated[
            int | None, Field(ge=0, description="Wait for output behind this offset first, e.g. next_offset.")
        ] = None,
        wait_seconds: Wait = DEFAULT_WAIT_SECONDS,
        quiet_seconds: Quiet = DEFAULT_QUIET_SECONDS,
    ) -> SessionScreen:
        """Read what the terminal of a session shows now: for programs that draw, as editors and agents do."""
        request = session_api.ReadScreen(
            session=session, after=after, wait_seconds=wait_seconds, quiet_seconds=quiet_seconds
        )
        async with machines.sessions(peer) as sessions:
            shown = await sessions.screen(request)
        column, row = shown.cursor or (None, None)
        return SessionScreen(
            text=shown.text,
            cursor_column=column,
            cursor_row=row,
            columns=shown.session.cols,
            rows=shown.session.rows,
            alive=shown.session.alive,
            code=shown.session.code,
            signal=shown.session.signal,
            next_offset=shown.end,
        )

    async def loopsy_session_input(
        peer: Machine,
        session: SessionName,
        text: Annotated[
            str, Field(max_length=session_api.MAX_TEXT_CHARACTERS, description="Typed first, as it is.")
        ] = "",
        keys: Annotated[
            list[str] | None,
            Field(
                max_length=session_api.MAX_KEYS,
                description="Typed after the text: enter, escape, tab, up, pagedown, f5, ctrl-c, alt-b, shift-tab, …",
            ),
        ] = None,
        paste: Annotated[bool, Field(description="Tell the program that the text is pasted, not typed.")] = False,
    ) -> SessionInput:
        """Type into a session. A line needs its Enter: keys=["enter"]."""
        request = session_api.TypeInto(session=session, text=text, keys=keys or [], paste=paste)
        async with machines.sessions(peer) as sessions:
            return SessionInput(next_offset=(await sessions.type_in(request)).end)

    async def loopsy_session_stop(
        peer: Machine,
        session: SessionName,
        signal: Annotated[
            str | None, Field(description="INT, TERM, HUP, QUIT, KILL, TSTP or CONT: send this, and no more.")
        ] = None,
    ) -> SessionFacts:
        """End the program of a session: hang-up, and kill two seconds later. Its output can still be read."""
        async with machines.sessions(peer) as sessions:
            return _facts(sessions.machine, await sessions.stop(session, signal))

    async def loopsy_session_remove(peer: Machine, session: SessionName) -> SessionFacts:
        """Forget a session and its output; its program is ended first if it runs."""
        async with machines.sessions(peer) as sessions:
            return _facts(sessions.machine, await sessions.remove(session))

    return [
        tool("Start a session", loopsy_session_start, destroys=True),
        tool("List sessions", loopsy_session_list, reads=True),
        tool("Read a session's output", loopsy_session_output, reads=True),
        tool("Read a session's screen", loopsy_session_screen, reads=True),
        tool("Type into a session", loopsy_session_input, destroys=True),
        tool("Stop a session", loopsy_session_stop, destroys=True, repeatable=False),
        tool("Remove a session", loopsy_session_remove, destroys=True),
    ]


def _facts(machine: str, state: session_api.SessionState) -> SessionFacts:
    return _facts_of(FleetSession.of(machine, state))


def _facts_of(session: FleetSession) -> SessionFacts:
    return SessionFacts(
        machine=session.machine,
        id=session.id,
        name=session.name,
        alive=session.alive,
        code=session.code,
        signal=session.signal,
        started_by=session.started_by,
        cwd=session.cwd,
        title=session.title,
        last_line=session.preview,
    )


def _list(fleet: Fleet) -> SessionFactsList:
    problems = [f"{problem.machine}: {problem.message} → {problem.hint}" for problem in fleet.problems]
    return SessionFactsList(sessions=[_facts_of(session) for session in fleet.sessions], problems=problems)
