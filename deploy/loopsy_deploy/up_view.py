"""What `make up` prints: the link, QR code and code, then a line for each thing that happens."""

import shlex
import sys
import time

from loopsy_daemon.cli.pairing_screen import show_pairing
from loopsy_daemon.cli.results import PairOpened
from loopsy_daemon.cli.text import printable
from loopsy_daemon.paths import Paths
from loopsy_daemon.wire.messages import Event, PairStarted


def say(line: str) -> None:
    """Print a line about what this program does."""
    print(line, file=sys.stderr, flush=True)


def show_ready(started: PairStarted, relay_url: str, paths: Paths) -> None:
    """Print how to pair a phone."""
    show_pairing(PairOpened(url=started.url, code=started.code, expires_at=started.expires_at))
    say(f"Relay: {relay_url}   Home: {paths.home}")
    say(f"More: LOOPSY_HOME={shlex.quote(str(paths.home))} loopsy list | shell | phone list | mobile pair")
    say("The relay listens on this machine only: open the link in a browser here.")


def show_event(event: Event, paths: Paths) -> None:
    """Print what happened, if a person wants to know it."""
    text = _describe(event, paths)
    if text:
        print(f"{time.strftime('%H:%M:%S', time.localtime(event.at))}  {text}", flush=True)


def _describe(event: Event, paths: Paths) -> str | None:
    details = {name: printable(str(value)) for name, value in event.details.items()}
    match event.name:
        case "phone.paired":
            return f"Phone paired: {details['label']}. Another one: loopsy mobile pair"
        case "phone.connected":
            return f"Phone connected: {details['label']}"
        case "phone.disconnected":
            return f"Phone disconnected: {details['label']}"
        case "phone.revoked":
            return f"Phone revoked: {details['label']}"
        case "session.opened":
            return f"Session opened: {details['name']} ({details['agent']})"
        case "session.exited":
            how = f"signal {details['signal']}" if event.details.get("signal") else f"status {details['code']}"
            return f"Session ended: {details['name']} ({how})"
        case "pair.wrong_code":
            return f"Wrong code; {details['left']} more tries."
        case "pair.ended":
            return {
                "refused": "The pairing has ended after five wrong codes. A new one: loopsy mobile pair",
                "expired": "The pairing has expired; here is a new one.",
                "not_stored": f"The phone could not be stored, so it is not paired: tail {paths.daemon_log}",
                "cancelled": "The pairing was cancelled.",
            }.get(details["outcome"])
        case "relay.connected":
            return "Connected to the relay."
        case "relay.disconnected":
            return "Disconnected from the relay."
        case _:
            return None
