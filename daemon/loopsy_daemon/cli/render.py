"""The one place that turns results into text for a person, or into JSON for a program."""

import dataclasses
import json
import shlex
import sys
import time
from collections.abc import Sequence
from typing import Final, assert_never

from loopsy_daemon.cli import results
from loopsy_daemon.cli.dashboard_results import DashboardResult, show_dashboard
from loopsy_daemon.cli.mcp_results import AgentRows, show_agents
from loopsy_daemon.cli.peer_rendering import show_peer_result
from loopsy_daemon.cli.peer_results import PeerResult
from loopsy_daemon.cli.session_rendering import show_fleet_result
from loopsy_daemon.cli.session_results import FleetResult
from loopsy_daemon.cli.tables import Cell, print_table
from loopsy_daemon.cli.text import ago, count, printable, size

_PAIRING_ENDS: Final = {
    "cancelled": "The pairing was cancelled.",
    "expired": "The pairing expired; open another: loopsy mobile pair",
    "not_stored": "The phone could not be stored, so it is not paired; see why: loopsy status",
    "refused": "The pairing has ended after too many wrong codes; open another: loopsy mobile pair",
}


def show(result: results.Result, *, as_json: bool) -> None:
    """Print the result to stdout, at once."""
    if as_json:
        sys.stdout.write(json.dumps(dataclasses.asdict(result), ensure_ascii=False) + "\n")
    else:
        _show_text(result)
    sys.stdout.flush()


def _show_text(result: results.Result) -> None:
    if isinstance(result, PeerResult):
        show_peer_result(result)
        return
    if isinstance(result, FleetResult):
        show_fleet_result(result)
        return
    if isinstance(result, AgentRows):
        show_agents(result)
        return
    if isinstance(result, DashboardResult):
        show_dashboard(result)
        return
    match result:
        case results.PhoneList():
            _show_phones(result.phones)
        case results.SessionList():
            _show_sessions(result.sessions)
        case results.RecordingList():
            _show_recordings(result.recordings)
        case results.CommandList():
            _show_commands(result.commands)
        case results.SessionOutput():
            sys.stdout.writelines(f"{line}\n" for line in result.lines)
        case _:
            print("\n".join(_lines(result)))


def _lines(result: results.OwnResult) -> list[str]:
    match result:
        case results.Initialised():
            first = "Ready" if result.created else "Ready already"
            return [f"{first}: {printable(result.name)} in {result.home}, secrets in the {result.secrets}."]
        case results.Started(already_running=True):
            return [f"The daemon runs already (pid {result.pid})."]
        case results.Started():
            return [f"The daemon runs (pid {result.pid})."]
        case results.Stopped():
            return [_stopped_line(result)]
        case results.StatusResult():
            return _status_lines(result)
        case results.RelayConfigured():
            next_step = "" if result.daemon_running else "; start the daemon: loopsy start"
            return [f"Registered at {result.url} as {result.device_id}{next_step}."]
        case results.RelayShown(relay=None):
            return ["No relay is configured."]
        case results.RelayShown(relay=relay):
            assert relay is not None
            return [f"relay   {relay.url}", f"device  {relay.device_id}", f"link    {_link(relay)}"]
        case results.RelayUnset():
            note = (
                "" if result.forgotten_there else " The relay could not be told; it forgets this device after a year."
            )
            return [f"This device does not use {result.url} any more.{note}"]
        case results.PairOpened():
            return [f"link  {result.url}", f"code  {result.code}"]
        case results.PairEnded(outcome="paired"):
            return [f"Paired with {printable(result.label or result.phone_id or 'a phone')}."]
        case results.PairEnded():
            return [_PAIRING_ENDS.get(result.outcome, f"The pairing has ended: {printable(result.outcome)}.")]
        case results.PhoneRevoked():
            return [f"{printable(result.phone)} is revoked."]
        case results.SessionOpened():
            return [result.id]
        case results.SessionEnded(was_alive=True):
            return [f"{printable(result.name)} ({result.id}) was ended."]
        case results.SessionEnded():
            return [f"{printable(result.name)} ({result.id}) had ended, and is forgotten."]
        case results.RecordingState(is_running=True):
            return [f"Recording into {result.name}; end it: loopsy record stop {result.session}"]
        case results.RecordingState():
            return [f"{result.name} has ended; play it: loopsy record play {result.name}"]
        case results.RecordingRemoved():
            return [f"{result.name} is deleted."]
        case (
            results.PhoneList()
            | results.SessionList()
            | results.CommandList()
            | results.RecordingList()
            | results.SessionOutput()
        ):
            raise AssertionError("these are printed as they are")
        case _:
            assert_never(result)


def _status_lines(status: results.StatusResult) -> list[str]:
    lines = [f"name      {printable(status.name)}", f"home      {status.home}"]
    if status.running:
        lines += [
            f"daemon    running, pid {status.pid}, version {status.version}, up {ago(status.started_at or 0.0)}",
            f"sessions  {status.sessions}",
            f"phones    {status.phones} paired, {status.phones_online} online",
        ]
    else:
        lines.append("daemon    not running; start it: loopsy start")
    relay = status.relay
    if relay is None:
        lines.append("relay     none; register at one: loopsy relay configure URL")
    else:
        lines.append(f"relay     {relay.url}, {_link(relay)}")
    if status.unknown_config_keys:
        lines.append(f"warning   config.yaml has keys that mean nothing: {', '.join(status.unknown_config_keys)}")
    return lines


def _stopped_line(result: results.Stopped) -> str:
    if not result.was_running:
        line = "The daemon was not running"
    elif result.forced:
        line = "The daemon did not answer and was ended"
    else:
        line = "The daemon has stopped"
    return f"{line}; {count(result.programs, 'program')} ended." if result.programs else f"{line}."


def _link(relay: results.RelayState) -> str:
    if relay.state is None:
        return "not connected"
    since = f" for {ago(relay.since)}" if relay.since else ""
    reason = f" ({printable(relay.last_error)})" if relay.last_error and relay.state != "connected" else ""
    return f"{relay.state}{since}{reason}"


def _show_phones(phones: Sequence[results.PhoneRow]) -> None:
    if not phones:
        print("No phone is paired; pair one: loopsy mobile pair")
        return
    rows = [
        (
            Cell(phone.phone_id),
            Cell(phone.label, may_shrink=True),
            Cell("online", style="green") if phone.online else Cell("offline"),
            Cell("never" if phone.last_seen_at is None else f"{ago(phone.last_seen_at)} ago"),
            Cell(f"{ago(phone.paired_at)} ago"),
        )
        for phone in phones
    ]
    print_table(("PHONE", "LABEL", "STATE", "SEEN", "PAIRED"), rows)


def _show_sessions(sessions: Sequence[results.SessionRow]) -> None:
    if not sessions:
        print("No session; start one: loopsy shell")
        return
    now = time.time()
    rows = [
        (
            Cell(session.id),
            Cell(session.name, may_shrink=True),
            Cell(session.agent),
            _state(session),
            Cell(str(session.clients)),
            Cell(ago(session.active_at, now) if session.alive else "-"),
            Cell(session.title or session.preview, may_shrink=True),
        )
        for session in sessions
    ]
    print_table(("ID", "NAME", "AGENT", "STATE", "CLIENTS", "IDLE", "TITLE"), rows)


def _show_commands(commands: Sequence[results.CommandRow]) -> None:
    if not commands:
        print("No command is saved; add one: loopsy commands add Tests -- make test")
        return
    rows = [
        (
            Cell(command.label),
            Cell(shlex.join(command.arguments), may_shrink=True),
            Cell(command.directory or "~"),
            Cell(command.id),
        )
        for command in commands
    ]
    print_table(("LABEL", "COMMAND", "DIRECTORY", "ID"), rows)


def _show_recordings(recordings: Sequence[results.RecordingRow]) -> None:
    if not recordings:
        print("No recording; start one: loopsy shell --record")
        return
    rows = [
        (
            Cell(recording.name),
            Cell(recording.title, may_shrink=True),
            Cell(recording.state, style="green" if recording.state == "recording" else ""),
            Cell(f"{ago(recording.started_at)} ago"),
            Cell(ago(0.0, recording.seconds)),
            Cell(size(recording.size_bytes)),
        )
        for recording in recordings
    ]
    print_table(("RECORDING", "SESSION", "STATE", "STARTED", "LENGTH", "SIZE"), rows)


def _state(session: results.SessionRow) -> Cell:
    if session.alive:
        return Cell("running", style="green")
    if session.signal:
        return Cell(f"ended by {session.signal}", style="red")
    return Cell(f"exit {session.code}", style="dim" if session.code == 0 else "red")
