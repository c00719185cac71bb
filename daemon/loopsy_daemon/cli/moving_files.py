"""`loopsy send` and `loopsy pull`: files and directories to another machine and from it."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loopsy_daemon.cli.completion import PeerArgument
from loopsy_daemon.paths import Paths

if TYPE_CHECKING:
    from loopsy_daemon.cli.transfer_progress import TransferProgress
    from loopsy_daemon.lan.remote_directories import MovedDirectory
    from loopsy_daemon.lan.remote_files import Moved, RemoteFiles

    Move = Callable[[RemoteFiles, str, TransferProgress], Awaitable[Moved | MovedDirectory]]

ForceOption = Annotated[bool, typer.Option("--force", help="Overwrite what has the name already.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON, once all is there.")]
INTERRUPTED_STATUS = 130


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command()(send)
    app.command()(pull)


def send(
    peer: PeerArgument,
    files: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files and directories of this machine.")],
    to: Annotated[
        str, typer.Option("--to", metavar="DESTINATION", help="A directory there, or the path of the file there.")
    ] = "~/",
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> int:
    """Send files and directories to a peer: into its home directory, or where --to says.

    Files appear there whole and checked, or not at all. After a cut or Ctrl-C the same command goes on where it was.
    The exit status is 255 if the peer cannot be reached or refuses, 130 after Ctrl-C.
    """

    async def move(there: "RemoteFiles", name: str, progress: "TransferProgress") -> "Moved | MovedDirectory":
        from loopsy_daemon.lan.remote_directories import push_directory
        from loopsy_daemon.lan.transfer_flow import in_thread

        if await in_thread(Path(name).is_dir):
            return await push_directory(there, Path(name), to, progress, overwrite=force)
        return await there.push(Path(name), to, overwrite=force, progress=progress)

    return _move_all(peer, [str(file) for file in files], move, as_json=as_json)


def pull(
    peer: PeerArgument,
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH…", help="Files and directories there, from its home on, or absolute."),
    ],
    to: Annotated[
        Path, typer.Option("--to", metavar="DESTINATION", help="A directory here, or the path of the file here.")
    ] = Path(),
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> int:
    """Fetch files and directories from a peer: into this directory, or where --to says.

    Files appear here whole and checked, or not at all. After a cut or Ctrl-C the same command goes on where it was.
    The exit status is 255 if the peer cannot be reached or refuses, 130 after Ctrl-C.
    """

    async def move(there: "RemoteFiles", name: str, progress: "TransferProgress") -> "Moved | MovedDirectory":
        from loopsy_daemon.lan.remote_directories import pull_directory

        if (await there.facts(name)).type == "directory":
            return await pull_directory(there, name, to, progress, overwrite=force)
        return await there.pull(name, to, overwrite=force, progress=progress)

    return _move_all(peer, paths, move, as_json=as_json)


def _move_all(peer: str, names: list[str], move: "Move", *, as_json: bool) -> int:
    """Move one after the other; what was moved before one fails is told, too, and 1 returned if something is not."""
    import asyncio

    import uvloop

    from loopsy_daemon.cli.peer_results import DirectoryMoved, FilesMoved, MovedFile, NotMoved
    from loopsy_daemon.cli.peers import open_peers
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.cli.text import size
    from loopsy_daemon.cli.transfer_progress import TransferProgress
    from loopsy_daemon.lan.remote import Remote
    from loopsy_daemon.lan.remote_directories import MovedDirectory
    from loopsy_daemon.lan.remote_files import RemoteFiles

    store, keys = open_peers(Paths.from_environment())
    found = store.find(peer)
    files: list[MovedFile] = []
    directories: list[DirectoryMoved] = []
    progress = TransferProgress("")

    async def talk() -> None:
        nonlocal progress
        async with Remote(found.name, found.certificate, found.addresses, keys.get(found.node_id)) as remote:
            there = RemoteFiles(remote, found.node_id)
            for name in names:
                with TransferProgress(Path(name).name) as progress:
                    done = await move(there, name, progress)
                if isinstance(done, MovedDirectory):
                    inside = tuple(
                        MovedFile(f"{name.rstrip('/')}/{below}", file.path, file.size_bytes, file.sha256)
                        for below, file in done.files
                    )
                    left_out = tuple(NotMoved(one.path, one.reason, one.is_failure) for one in done.left_out)
                    directories.append(DirectoryMoved(name, done.path, inside, done.unchanged, left_out))
                else:
                    files.append(MovedFile(name, done.path, done.size_bytes, done.sha256))

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(talk())
    except KeyboardInterrupt:
        how_far = f" after {size(progress.done_bytes)} of {size(progress.size_bytes)}" if progress.size_bytes else ""
        sys.stderr.write(f"Interrupted{how_far}.\nhint: the same command goes on from there\n")
        return INTERRUPTED_STATUS
    finally:
        if files or directories:
            show(FilesMoved(found.name, tuple(files), tuple(directories)), as_json=as_json)
    return int(any(one.is_failure for directory in directories for one in directory.left_out))
