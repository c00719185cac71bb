"""Show what a command about the relay of this machine found or did: text for a person, or one JSON object."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Final, assert_never

from loopsy_deploy.local_results import LocalAutostart, LocalResult, LocalShown, LocalStopped

_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"))


def show(result: LocalResult, *, as_json: bool) -> None:
    """Print the result on standard output."""
    print(json.dumps(asdict(result), indent=2) if as_json else "\n".join(lines_of(result)))


def lines_of(result: LocalResult) -> list[str]:
    """Return the result in words."""
    match result:
        case LocalShown():
            return _shown(result)
        case LocalStopped():
            return ["The relay has ended." if result.ran else "No relay was running."]
        case LocalAutostart(enabled=True):
            again = "" if result.changed else " already"
            return [
                f"The relay starts at every login{again}: {result.file}",
                "Now: loopsy-deploy-relay local start",
                "Also while nobody is logged in (Linux): loginctl enable-linger",
            ]
        case LocalAutostart():
            return ["The relay starts at login no more." if result.changed else "The relay did not start at login."]
        case _:
            assert_never(result)


def _shown(shown: LocalShown) -> list[str]:
    autostart = f"autostart    {'on' if shown.autostart else 'off'}"
    if shown.url is None:
        return [
            f"relay        {'is starting' if shown.running else 'does not run'}",
            f"state        {shown.state}",
            autostart,
        ]
    health = "does not answer" if shown.health is None else f"{shown.health}, version {shown.version}"
    lines = [f"address      {shown.url}"]
    lines += [f"             {url}" for url in shown.other_urls]
    lines += [
        f"health       {health}",
        f"process      {shown.pid}, for {_duration(shown.uptime_seconds or 0)}",
        f"state        {shown.state}",
        autostart,
    ]
    if shown.certificate is not None:
        until = datetime.fromisoformat(shown.certificate.expires_at)
        lines += [
            f"certificate  SHA-256 {shown.certificate.fingerprint}",
            f"             until {until:%Y-%m-%d}, for {', '.join(shown.certificate.names)}",
        ]
    return [*lines, f"register this machine: {shown.register}"]


def _duration(seconds: int) -> str:
    for unit_seconds, name in _UNITS:
        if seconds >= unit_seconds:
            return f"{seconds // unit_seconds} {name}"
    return f"{seconds} s"
