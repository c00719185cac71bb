"""Tools about files: between this machine and a peer, and what a peer has."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool
from msgspec import Struct
from pydantic import Field

from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.lan import peers
from loopsy_daemon.lan.remote_files import Moved, RemoteFiles
from loopsy_daemon.lan.transfer_api import MAX_PAGE_ENTRIES, Entry
from loopsy_daemon.mcp.arguments import Peer
from loopsy_daemon.mcp.progress import State, reporting
from loopsy_daemon.mcp.questions import consent, meant_peer
from loopsy_daemon.mcp.registration import tool
from loopsy_daemon.mcp.telling import tell
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
        begun: asyncio.Queue[int] = asyncio.Queue()

        def progress(done_bytes: int, size_bytes: int) -> None:
            nonlocal state
            state = (float(done_bytes), float(size_bytes), None)

        async def move(found: peers.Peer, *, overwrite: bool) -> Moved:
            async with (
                machines.remote(found) as remote,
                reporting(context, lambda: state),
                _telling(context, found.name, begun),
            ):
                there = RemoteFiles(remote, found.node_id, begun.put_nowait)
                if direction == "push":
                    return await there.push(_here(source), destination, overwrite=overwrite, progress=progress)
                return await there.pull(source, _here(destination), overwrite=overwrite, progress=progress)

        found = await meant_peer(context, machines, peer)
        try:
            moved = await move(found, overwrite=overwrite)
        except LoopsyError as error:
            is_taken = getattr(error, "code", None) == "file_exists" and not overwrite
            if not (is_taken and await consent(context, f"{error.message} Replace it?", "Replace it")):
                raise
            moved = await move(found, overwrite=True)
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


@asynccontextmanager
async def _telling(context: Context[Any, Any], machine: str, begun: asyncio.Queue[int]) -> AsyncIterator[None]:
    """Tell while the block runs where a transfer goes on that was cut, now or in an earlier call."""

    async def follow() -> None:
        if offset := await begun.get():
            await tell(context, "notice", "transfers", f"The transfer with {machine} goes on at byte {offset}.")
        while True:
            offset = await begun.get()
            said = f"The transfer with {machine} was interrupted; it goes on at byte {offset}."
            await tell(context, "warning", "transfers", said)

    following = asyncio.create_task(follow())
    # As with progress: a client that went away is nobody to tell.
    following.add_done_callback(lambda done: done.cancelled() or done.exception())
    try:
        yield
    finally:
        following.cancel()


def _here(path: str) -> Path:
    return Path(path).expanduser()
