"""`loopsy dashboard`: this machine's sessions, peers, messages and phones in a browser on this machine."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loopsy_daemon.errors import UsageError
from loopsy_daemon.paths import Paths

if TYPE_CHECKING:
    from loopsy_daemon.service.client import DaemonClient
    from loopsy_daemon.wire import messages


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(dashboard)


def dashboard(
    no_open: Annotated[bool, typer.Option("--no-open", help="Print the link, and open no browser.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="Serve the dashboard no more, and log every page out.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON, and open no browser.")] = False,
) -> None:
    """Open the dashboard in a browser on this machine: sessions, peers, messages, phones and more.

    The daemon serves it on loopback, and ends that after 15 minutes in which no page is open.
    The link works once, within a minute.
    """
    from loopsy_daemon.cli.daemon import ask, with_daemon
    from loopsy_daemon.cli.dashboard_results import DashboardLink, DashboardStopped
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.wire import messages

    async def open_it(client: "DaemonClient") -> "messages.DashboardOpened":
        return await ask(client, messages.DashboardOpen(id=client.next_id()), messages.DashboardOpened)

    async def stop_it(client: "DaemonClient") -> None:
        await ask(client, messages.DashboardStop(id=client.next_id()), messages.Ok)

    if stop:
        if no_open:
            raise UsageError("--stop opens nothing.", "loopsy dashboard --stop")
        with_daemon(stop_it)
        show(DashboardStopped(), as_json=as_json)
        return
    opened = with_daemon(open_it)
    was_asked = not (no_open or as_json) and _open_browser(opened.url, Paths.from_environment().dashboard_page)
    show(DashboardLink(opened.url, opened.expires_at, was_asked), as_json=as_json)


def _open_browser(url: str, page: Path) -> bool:
    """Ask the desktop's browser to open the link; return whether there is one to ask.

    It is given a file of ours alone that leads to the link: what is in a program's arguments, everybody can read.
    """
    import webbrowser

    from loopsy_daemon import files

    if sys.platform != "darwin" and not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")):
        return False  # what would be found is a browser for terminals
    files.private_directory(page.parent)
    redirect = f'<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url={url}">\n'
    files.write_atomically(page, redirect.encode())
    try:
        return webbrowser.open(page.as_uri())
    except (OSError, webbrowser.Error):
        return False
