"""`loopsy logs`: what other machines have asked of this one."""

import re
import time
from typing import TYPE_CHECKING, Annotated, Final

import typer

from loopsy_daemon.cli.completion import peer_names
from loopsy_daemon.errors import UsageError
from loopsy_daemon.paths import Paths

if TYPE_CHECKING:
    from loopsy_daemon.lan.audit import AuditLine

_NEWEST: Final = 100
_LOOK_SECONDS: Final = 0.25
_AGE: Final = re.compile(r"(\d{1,9})(s|min|m|h|d)")
_UNIT_SECONDS: Final = {"s": 1, "m": 60, "min": 60, "h": 3_600, "d": 86_400}


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(logs)


def logs(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what comes, until Ctrl-C.")] = False,
    peer: Annotated[
        str | None,
        typer.Option("--peer", metavar="PEER", help="Only of this machine.", autocompletion=peer_names),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="WHEN", help="30min, 2h, 7d; or a time such as 2026-05-01T18:00.")
    ] = None,
    count: Annotated[
        int | None,
        typer.Option("--lines", "-n", min=0, help=f"Only the newest so many; {_NEWEST}, with --since all."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON for each request.")] = False,
) -> None:
    """Show what other machines have asked of this one: when, who, from where, with what answer.

    Also of those that were refused. Arguments of commands and contents of files are not in it.
    """
    import sys
    from collections import deque

    from loopsy_daemon.lan.audit_reading import AuditReader, is_of

    begin = 0.0 if since is None else moment(since, time.time())
    is_wanted = is_of(peer) if peer else None
    newest = count if count is not None or since is not None else _NEWEST
    with AuditReader(Paths.from_environment().audit_log) as reader:
        wanted = (line for line in reader.lines() if line.at >= begin and (is_wanted is None or is_wanted(line)))
        found = deque(wanted, maxlen=newest)
        for line in found:
            _print(line, as_json=as_json)
        if not found and not follow and newest != 0:
            print("Nothing like that is in the log.", file=sys.stderr)
        while follow:
            sys.stdout.flush()
            time.sleep(_LOOK_SECONDS)
            for line in reader.lines():
                if is_wanted is None or is_wanted(line):
                    _print(line, as_json=as_json)


def moment(text: str, now: float) -> float:
    """Return the time, in seconds since 1970, that a person means with `2h` or `2026-05-01`. Raises UsageError."""
    from datetime import datetime

    age = _AGE.fullmatch(text)
    if age:
        return now - int(age[1]) * _UNIT_SECONDS[age[2]]
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        raise UsageError(f"{text!r} is no time.", "loopsy logs --since 2h") from None


def _print(line: "AuditLine", *, as_json: bool) -> None:
    import json

    import msgspec

    from loopsy_daemon.cli.text import printable

    if as_json:
        print(json.dumps(msgspec.structs.asdict(line), ensure_ascii=False))
        return
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(line.at))
    what = " ".join(part for part in (line.method, line.path, line.program, line.file) if part)
    print(printable(f"{when}  {line.status}  {line.name or '-':16}  {line.address:15}  {what}"))
