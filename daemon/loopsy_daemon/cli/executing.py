"""`loopsy exec PEER -- COMMAND`: run a command on another machine, with its output as it comes."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from loopsy_daemon.cli.completion import PeerArgument
from loopsy_daemon.paths import Paths

if TYPE_CHECKING:
    from loopsy_daemon.cli.peer_results import Execution
    from loopsy_daemon.lan import api
    from loopsy_daemon.lan.remote import Remote

TIMEOUT_STATUS: Final = 124
SIGNALLED_STATUS: Final = 128


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(name="exec")(execute)


def execute(
    peer: PeerArgument,
    command: Annotated[list[str], typer.Argument(metavar="COMMAND…", help="The program and its arguments.")],
    cwd: Annotated[str, typer.Option(metavar="DIRECTORY", help="Where; by default the home directory there.")] = "",
    timeout: Annotated[
        float, typer.Option(min=0.001, max=86_400, metavar="SECONDS", help="End it after so long.")
    ] = 3_600.0,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON, once it has ended.")] = False,
) -> int:
    """Run a command on a peer, without a shell and without input: loopsy exec PEER -- COMMAND.

    The exit status is the command's, 128 and the signal that ended it, 124 after the timeout, 130 after Ctrl-C,
    which ends the command there, or 255 if the peer cannot be reached or refuses.
    """
    import asyncio

    from loopsy_daemon.cli.peers import open_peers
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.lan import api
    from loopsy_daemon.lan.remote import Remote

    store, keys = open_peers(Paths.from_environment())
    found = store.find(peer)
    wanted = api.Execute(command=command, cwd=cwd, timeout_seconds=timeout)
    output = _Output(found.name, collected=as_json)

    async def talk() -> "api.Ended":
        async with Remote(found.name, found.certificate, found.addresses, keys.get(found.node_id)) as remote:
            return await _run(remote, wanted, output)

    ended = asyncio.run(talk())
    if as_json:
        show(output.result(ended), as_json=True)
    elif ended.reason == "timeout":
        typer.echo(f"The command was ended after {timeout:g} s; allow it more: loopsy exec --timeout SECONDS", err=True)
    return _status(ended)


async def _run(remote: "Remote", wanted: "api.Execute", output: "_Output") -> "api.Ended":
    """Run to the end; the first Ctrl-C ends the command there, the second one leaves at once."""
    import asyncio
    import signal
    from contextlib import aclosing, suppress

    from loopsy_daemon.lan import api
    from loopsy_daemon.lan.errors import PeerError, PeerUnreachable

    loop = asyncio.get_running_loop()
    running = asyncio.current_task()
    assert running is not None
    job: str | None = None
    cancelling: asyncio.Task[None] | None = None

    async def cancel(job: str) -> None:
        with suppress(PeerError):  # it has ended already, or the peer is gone: the stream tells
            await remote.cancel(job)

    def interrupted() -> None:
        nonlocal cancelling
        if job is None or cancelling:
            running.cancel()
        else:
            cancelling = loop.create_task(cancel(job))

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, interrupted)
    try:
        async with aclosing(remote.execute(wanted)) as events:
            async for event in events:
                match event:
                    case api.Started(job=started):
                        job = started
                    case api.Output(stream=stream, data=data):
                        output.write(stream, data)
                    case api.Ended():
                        return event
                    case api.Alive():
                        pass
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        if cancelling:
            await cancelling
    raise PeerUnreachable(f"{remote.name} went away.", "loopsy peers")


class _Output:
    """What the command prints: to our own streams as it comes, or collected."""

    def __init__(self, peer: str, *, collected: bool) -> None:
        self._peer = peer
        self._parts = {"stdout": bytearray(), "stderr": bytearray()}
        self._collected = collected

    def write(self, stream: str, data: bytes) -> None:
        """Take a part."""
        import sys

        if self._collected:
            self._parts[stream] += data
            return
        target = sys.stdout if stream == "stdout" else sys.stderr
        target.buffer.write(data)
        target.buffer.flush()

    def result(self, ended: "api.Ended") -> "Execution":
        """Return all of it."""
        from loopsy_daemon.cli.peer_results import Execution

        stdout, stderr = (part.decode(errors="replace") for part in self._parts.values())
        return Execution(self._peer, ended.code, ended.signal, ended.reason, stdout, stderr)


def _status(ended: "api.Ended") -> int:
    import signal

    if ended.reason == "timeout":
        return TIMEOUT_STATUS
    if ended.reason == "cancelled":
        return SIGNALLED_STATUS + signal.SIGINT
    if ended.code is None:
        return SIGNALLED_STATUS + signal.Signals.__members__.get(ended.signal or "", signal.SIGKILL)
    return ended.code
