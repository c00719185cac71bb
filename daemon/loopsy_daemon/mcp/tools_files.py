"""Tools about files: between this machine and a peer, and what a peer has."""

from pathlib import Path
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool
from msgspec import Struct
from pydantic import Field

from loopsy_daemon.lan.remote_files import RemoteFiles
from loopsy_daemon.lan.transfer_api import MAX_PAGE_ENTRIES, Entry
from loopsy_daemon.mcp.arguments import Peer
from loopsy_daemon.mcp.progress import State, reporting
from loopsy_daemon.mcp.registration import tool
from loopsy_daemon.service.machines import Machines


class Transferred(Struct, frozen=True, kw_only=True):
    """A file that is whole at `path`, checked against its SHA-256."""

    path: str
    size_bytes: int
    sha256: str


class RemoteListing(Struct, frozen=True, kw_only=True):
    """The names in a directory; `next` is what to give as `after` for the rest."""

    path: str
    entries: list[Entry]
    next: str | None


def file_tools(machines: Machines) -> list[Tool]:
    """Return the tools."""

    async def loopsy_transfer_file(
        context: Context[Any, Any],
        peer: Peer,
        direction: Annotated[Literal["push", "pull"], Field(description="push: to the peer; pull: from the peer.")],
        source: Annotated[str, Field(description="The file; there, it begins in the home directory unless absolute.")],
        destination: Annotated[str, Field(description="The path of the file, or a directory that exists.")],
        overwrite: Annotated[bool, Field(description="Replace what has the name already.")] = False,
    ) -> Transferred:
        """Copy one file to a peer or from it. It is there whole and checked, or not at all.

        Progress tells the bytes. If it is cut or cancelled, the same call goes on where it was.
        """
        state: State = (0.0, None, None)

        def progress(done_bytes: int, size_bytes: int) -> None:
            nonlocal state
            state = (float(done_bytes), float(size_bytes), None)

        found = machines.peers.find(peer)
        async with machines.remote(found) as remote, reporting(context, lambda: state):
            there = RemoteFiles(remote, found.node_id)
            if direction == "push":
                moved = await there.push(_here(source), destination, overwrite=overwrite, progress=progress)
            else:
                moved = await there.pull(source, _here(destination), overwrite=overwrite, progress=progress)
        return Transferred(path=moved.path, size_bytes=moved.size_bytes, sha256=moved.sha256)

    async def loopsy_list_remote_files(
        peer: Peer,
        path: Annotated[str, Field(description="A directory there, from the home directory on, or absolute.")] = "~",
        after: Annotated[str, Field(description="`next` of the call before, for the rest of a long list.")] = "",
        limit: Annotated[int, Field(ge=1, le=MAX_PAGE_ENTRIES)] = 200,
    ) -> RemoteListing:
        """List a directory of a peer: names, types, sizes in bytes, times in seconds since 1970."""
        found = machines.peers.find(peer)
        async with machines.remote(found) as remote:
            page = await RemoteFiles(remote, found.node_id).page(path, after, limit)
        return RemoteListing(path=page.path, entries=page.entries, next=page.next)

    return [
        tool("Transfer a file", loopsy_transfer_file, destroys=True, repeatable=True),
        tool("List a peer's files", loopsy_list_remote_files, reads=True),
    ]


def _here(path: str) -> Path:
    return Path(path).expanduser()
