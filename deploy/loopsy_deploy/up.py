"""`make up`: a relay on this machine, a daemon that uses it, and a link to pair a phone, until Ctrl-C."""

import asyncio
import os
import shlex
import signal
import sys
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from loopsy_daemon import config as configuration
from loopsy_daemon import files, keys
from loopsy_daemon.errors import ConnectionLost, LoopsyError, SecretsUnavailable
from loopsy_daemon.paths import Paths
from loopsy_daemon.relay.address import is_loopback
from loopsy_daemon.wire.limits import PAIR_TTL_MAX_SECONDS
from loopsy_daemon.wire.messages import Event, PairStart, PairStarted, Watch
from loopsy_deploy.local import LocalRelay
from loopsy_deploy.payload import ASSETS, locate
from loopsy_deploy.up_daemon import STOP_DEADLINE_SECONDS, UpDaemon
from loopsy_deploy.up_registration import ensure_registered
from loopsy_deploy.up_view import say, show_event, show_ready

WEBAPP_DIST: Final = locate(ASSETS)
UP_JSON_VARIABLE: Final = "UP_JSON"
E = TypeVar("E", bound=Exception)


async def run(paths: Paths, up_json: Path | None) -> None:
    """Run until a signal. Raises LoopsyError; whatever was started is stopped."""
    interrupted = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, interrupted.set)
    serving = asyncio.create_task(_serve(paths, up_json))
    waiting = asyncio.create_task(interrupted.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if not serving.done():
        say("Stopping.")
        serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving


async def _serve(paths: Paths, up_json: Path | None) -> None:
    files.private_directory(paths.home)
    store = _open_store(paths)
    configured = configuration.load(paths.config).relay
    if configured and not is_loopback(configured.url):
        raise LoopsyError(
            f"{paths.home} uses the relay at {configured.url}.", "use another home: LOOPSY_HOME=~/.loopsy-local make up"
        )
    daemon = UpDaemon(paths)
    await daemon.require_none()
    async with AsyncExitStack() as stack:
        relay = await stack.enter_async_context(LocalRelay(paths.home / "local-relay", assets_directory=WEBAPP_DIST))
        await ensure_registered(paths, store, relay.url, relay.registration_secret)
        await stack.enter_async_context(daemon)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(relay.watch())
            tasks.create_task(daemon.watch())
            tasks.create_task(_follow(paths, daemon, relay.url, up_json))


async def _follow(paths: Paths, daemon: UpDaemon, relay_url: str, up_json: Path | None) -> None:
    """Converse with the daemon until it goes away; then it is for `UpDaemon.watch` to say how it ended."""
    try:
        await _converse(paths, daemon, relay_url, up_json)
    except ConnectionLost:
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_DEADLINE_SECONDS):
                await daemon.watch()
        raise


async def _converse(paths: Paths, daemon: UpDaemon, relay_url: str, up_json: Path | None) -> None:
    """Open a pairing once the link is up, then show what happens; an expired pairing is opened anew."""
    client = daemon.client
    await client.request(Watch(id=client.next_id()))
    status = await daemon.wait_connected()
    await _open_pairing(daemon, relay_url, up_json, paths)
    say(f"The daemon (pid {status.pid}) is connected. Ctrl-C stops everything.")
    async for message in client.messages():
        if isinstance(message, Event):
            show_event(message, paths)
            if message.name == "pair.ended" and message.details.get("outcome") == "expired":
                await _open_pairing(daemon, relay_url, up_json, paths)


async def _open_pairing(daemon: UpDaemon, relay_url: str, up_json: Path | None, paths: Paths) -> None:
    started = await daemon.client.request(PairStart(id=daemon.client.next_id(), ttl=PAIR_TTL_MAX_SECONDS))
    assert isinstance(started, PairStarted)
    show_ready(started, relay_url, paths)
    if up_json:
        ready = {"relay_url": relay_url, "pair_url": started.url, "code": started.code, "pid": os.getpid()}
        files.write_atomically(up_json, msgspec.json.format(msgspec.json.encode(ready)) + b"\n")


def _open_store(paths: Paths) -> keys.SecretStore:
    """Return the home's secret store; a new home on a machine without a trusted keyring gets a private file."""
    config = configuration.load(paths.config)
    try:
        store = keys.open_store(paths, config)
        store.get(keys.DEVICE_SECRET)
    except SecretsUnavailable:
        if paths.config.exists() and config.relay:
            raise
        config = configuration.update(paths.config, lambda former: msgspec.structs.replace(former, secrets="file"))
        say(f"No keyring that Loopsy trusts: secrets are kept in {paths.secrets} (0600).")
        store = keys.open_store(paths, config)
    return store


def main() -> int:
    """Run; return the exit code."""
    named = os.environ.get(UP_JSON_VARIABLE)
    up_json = Path(named).absolute() if named else None
    failures: list[LoopsyError] = []
    try:
        if up_json:
            _prepare(up_json)
        with suppress(KeyboardInterrupt):  # before the handlers are in place
            asyncio.run(run(Paths.from_environment(), up_json))
    except* LoopsyError as errors:
        failures = _leaves(errors)
    except* OSError as errors:
        failures += [LoopsyError(f"{error}.", "make room, or use another LOOPSY_HOME") for error in _leaves(errors)]
    finally:
        if up_json:
            with suppress(OSError):
                up_json.unlink()  # nothing of it holds any more
    for failure in failures[:1]:  # what follows from the first is no news
        print(f"{failure}" + (f"\nhint: {failure.hint}" if failure.hint else ""), file=sys.stderr)
    return 1 if failures else 0


def _prepare(up_json: Path) -> None:
    """Remove what an earlier run wrote there: it is void. Raises LoopsyError if nothing can be written."""
    if not up_json.parent.is_dir():
        raise LoopsyError(
            f"{UP_JSON_VARIABLE} names a file in {up_json.parent}, which is no directory.",
            f"mkdir -p {shlex.quote(str(up_json.parent))}",
        )
    up_json.unlink(missing_ok=True)


def _leaves(group: BaseExceptionGroup[E]) -> list[E]:
    found: list[E] = []
    for error in group.exceptions:
        found += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found


if __name__ == "__main__":
    sys.exit(main())
