"""`loopsy ls PEER [PATH]`: what files another machine has."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from loopsy_daemon.cli.completion import PeerArgument
from loopsy_daemon.paths import Paths

if TYPE_CHECKING:
    from loopsy_daemon.cli.peer_results import RemoteListing
    from loopsy_daemon.lan.remote_files import RemoteFiles

DEFAULT_LIMIT: Final = 10_000


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(name="ls")(list_files)


def list_files(
    peer: PeerArgument,
    path: Annotated[
        str, typer.Argument(metavar="PATH", help="A directory or a file there, from its home directory on.")
    ] = "~",
    limit: Annotated[int, typer.Option(min=1, help="At most so many names.")] = DEFAULT_LIMIT,
    show_all: Annotated[bool, typer.Option("--all", "-a", help="Names that begin with a dot, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """List a directory of a peer, or tell about one file; links are shown as links."""
    import asyncio

    from loopsy_daemon.cli.peers import open_peers
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.lan.remote import Remote
    from loopsy_daemon.lan.remote_files import RemoteFiles

    store, keys = open_peers(Paths.from_environment())
    found = store.find(peer)

    async def talk() -> "RemoteListing":
        async with Remote(found.name, found.certificate, found.addresses, keys.get(found.node_id)) as remote:
            return await _listed(RemoteFiles(remote, found.node_id), found.name, path, limit, show_all=show_all)

    show(asyncio.run(talk()), as_json=as_json)


async def _listed(there: "RemoteFiles", peer: str, path: str, limit: int, *, show_all: bool) -> "RemoteListing":
    from loopsy_daemon.cli.peer_results import FileRow, RemoteListing

    facts = await there.facts(path)
    if facts.type != "directory":
        row = FileRow(facts.path, facts.type, facts.size_bytes, facts.modified_at, facts.mode)
        return RemoteListing(peer, facts.path, (row,), is_whole=True)
    rows: list[FileRow] = []
    after: str | None = ""
    while after is not None and len(rows) < limit:
        page = await there.page(path, after)
        rows += [
            FileRow(entry.name, entry.type, entry.size_bytes, entry.modified_at, entry.mode)
            for entry in page.entries
            if show_all or not entry.name.startswith(".")
        ]
        after = page.next
    is_whole = after is None and len(rows) <= limit
    return RemoteListing(peer, facts.path, tuple(rows[:limit]), is_whole=is_whole)
