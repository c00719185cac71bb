"""Text for people of what `loopsy session` reports."""

import sys
import time

from loopsy_daemon.cli import session_results as results
from loopsy_daemon.cli.tables import Cell, print_table
from loopsy_daemon.cli.text import ago, printable
from loopsy_daemon.service.fleet_values import Fleet, FleetSession


def show_fleet_result(result: results.FleetResult) -> None:
    """Print the result to stdout, and what did not work to stderr."""
    match result:
        case Fleet():
            _show_fleet(result)
        case FleetSession():
            _show_session(result)
        case results.FleetText(text=text):
            sys.stdout.write(text if text.endswith("\n") or not text else f"{text}\n")
        case results.FleetInput():
            pass


def _show_fleet(fleet: Fleet) -> None:
    if fleet.done == "started":
        for session in fleet.sessions:
            print(f"{printable(session.machine)}  {printable(session.name)}  {session.id}")
    elif fleet.done in {"stopped", "removed"}:
        for session in fleet.sessions:
            end = f": {_end(session)}" if fleet.done == "stopped" else ""
            print(f"{printable(session.machine)}  {printable(session.name)} was {fleet.done}{end}.")
        if not fleet.sessions and not fleet.problems:
            print("Nothing runs that was started from here.")
    elif fleet.sessions:
        now = time.time()
        rows = [
            (
                Cell(session.machine),
                Cell(session.name, may_shrink=True),
                Cell(session.id),
                _state(session),
                Cell("here" if session.mine else session.started_by or "-"),
                Cell(ago(session.active_at, now) if session.alive else "-"),
                Cell(session.title or session.preview, may_shrink=True),
            )
            for session in fleet.sessions
        ]
        print_table(("MACHINE", "NAME", "ID", "STATE", "STARTED BY", "IDLE", "TITLE"), rows)
    elif not fleet.problems:
        print("No session; start one: loopsy session start PEER NAME -- COMMAND")
    for problem in fleet.problems:
        hint = f" → {printable(problem.hint)}" if problem.hint else ""
        print(f"{printable(problem.machine)}: {printable(problem.message)}{hint}", file=sys.stderr)


def _show_session(session: FleetSession) -> None:
    lines = [
        ("machine", session.machine),
        ("name", session.name),
        ("id", session.id),
        ("state", _end(session)),
        (
            "started",
            f"{ago(session.created_at)} ago by {'this machine' if session.mine else session.started_by or '-'}",
        ),
        ("active", f"{ago(session.active_at)} ago"),
        ("size", f"{session.cols} by {session.rows}, {session.clients} attached"),
        ("directory", session.cwd),
        ("title", session.title),
        ("shows", session.preview),
    ]
    for label, value in lines:
        if value:
            print(f"{label:<10} {printable(value)}")


def _state(session: FleetSession) -> Cell:
    style = "green" if session.alive else "dim" if session.code == 0 else "red"
    return Cell(_end(session), style=style)


def _end(session: FleetSession) -> str:
    if session.alive:
        return "running"
    return f"ended by {session.signal}" if session.signal else f"exit {session.code}"
