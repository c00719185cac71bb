"""`loopsy relay configure|show|unset`: which relay this machine uses."""

import re
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

import typer

from loopsy_daemon.errors import LoopsyError, RelayError, UsageError
from loopsy_daemon.paths import Paths

app = typer.Typer(name="relay", help="The relay that this machine uses.", no_args_is_help=True)
JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_HOST: Final = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")


@app.command()
def configure(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where the relay is, as https://relay.example.")],
    invite_file: Annotated[
        Path | None,
        typer.Option("--invite-file", help="File with the invite or the registration secret; - is standard input."),
    ] = None,
    certificate: Annotated[
        Path | None,
        typer.Option("--certificate", help="File with the relay's certificate, if it is a self-made one."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Register this machine at a relay.

    The invite or registration secret comes from the file, else from a hidden prompt, else from standard input;
    an empty one is for a relay that is open.
    """
    import asyncio

    import msgspec

    from loopsy_daemon import config, files, keys
    from loopsy_daemon.cli.daemon import tell_relay_changed
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.cli.results import RelayConfigured
    from loopsy_daemon.cli.secret_input import read_secret
    from loopsy_daemon.relay.api import register_device

    address = normalise_url(url)
    paths = Paths.from_environment()
    files.private_directory(paths.home)
    current = config.load(paths.config)
    if current.relay is not None:
        raise LoopsyError(f"This machine is registered at {current.relay.url} already.", "loopsy relay unset")
    store = keys.open_store(paths, current)  # before the relay makes a device whose secret we could not keep
    bearer = read_secret(f"Invite or registration secret of {address} (empty if it is open): ", invite_file)
    trusted = certificate.absolute() if certificate else None
    registration = asyncio.run(register_device(address, bearer, trusted))
    store.put(keys.DEVICE_SECRET, registration.device_secret)
    kept = str(trusted) if trusted else None
    relay = config.RelayConfig(url=address, device_id=registration.device_id, certificate=kept)
    config.update(paths.config, lambda now: msgspec.structs.replace(now, relay=relay))
    running = tell_relay_changed(paths)
    show(
        RelayConfigured(url=address, device_id=registration.device_id, daemon_running=running),
        as_json=as_json,
    )


@app.command(name="show")
def show_relay(as_json: JsonOption = False) -> None:
    """Tell which relay this machine uses and how the link to it is."""
    from loopsy_daemon import config
    from loopsy_daemon.cli.daemon import read_status
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.cli.results import RelayShown, RelayState

    paths = Paths.from_environment()
    relay = config.load(paths.config).relay
    if relay is None:
        show(RelayShown(relay=None), as_json=as_json)
        return
    report = read_status(paths)
    link = report.relay if report is not None else None
    if link is None:
        state = RelayState(url=relay.url, device_id=relay.device_id)
    else:
        state = RelayState(link.url, link.device_id, link.state, link.since, link.last_error)
    show(RelayShown(relay=state), as_json=as_json)


@app.command()
def unset(as_json: JsonOption = False) -> None:
    """Use no relay any more: its phones are cut off and must be paired again."""
    import asyncio

    import msgspec

    from loopsy_daemon import config, keys
    from loopsy_daemon.cli.daemon import tell_relay_changed
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.cli.results import RelayUnset
    from loopsy_daemon.relay.api import RelayApi

    paths = Paths.from_environment()
    current = config.load(paths.config)
    relay = current.relay
    if relay is None:
        raise LoopsyError("No relay is configured.", "loopsy relay configure URL")
    store = keys.open_store(paths, current)
    secret = store.get(keys.DEVICE_SECRET)
    # Here first: it holds even if the relay cannot be reached.
    config.update(paths.config, lambda now: msgspec.structs.replace(now, relay=None))
    store.remove(keys.DEVICE_SECRET)
    tell_relay_changed(paths)
    forgotten = False
    if secret is not None:
        try:
            trusted = Path(relay.certificate) if relay.certificate else None
            asyncio.run(RelayApi(relay.url, relay.device_id, secret, trusted).delete_device())
            forgotten = True
        except RelayError as error:
            forgotten = error.status in {401, 404}  # it does not know us any more
    show(RelayUnset(url=relay.url, forgotten_there=forgotten), as_json=as_json)


def normalise_url(text: str) -> str:
    """Return the relay's origin. Raises UsageError for what is no address of a relay, or holds a secret."""
    hint = "loopsy relay configure https://relay.example"
    candidate = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(candidate)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise UsageError("That is not an address of a relay.", hint) from None
    if parts.username or parts.password or parts.query or parts.fragment:
        raise UsageError("A relay's address holds no user, query or fragment, and never a secret.", hint)
    if (
        not host
        or not _HOST.fullmatch(host)
        or parts.scheme not in {"http", "https"}
        or parts.path not in {"", "/", "/app", "/app/"}
    ):
        raise UsageError("That is not an address of a relay.", hint)
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise UsageError("A relay on another machine needs https.", f"loopsy relay configure https://{parts.netloc}")
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}{f':{port}' if port else ''}"
