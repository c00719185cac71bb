"""`loopsy init`: make the home of this machine's daemon, its configuration and its key."""

from typing import Annotated

import typer

from loopsy_daemon.errors import SecretsUnavailable, UsageError
from loopsy_daemon.paths import Paths


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command()(init)


def init(
    secrets_file: Annotated[
        bool,
        typer.Option("--secrets-file", help="Keep the secrets in a private file instead of the system's keyring."),
    ] = False,
    name: Annotated[
        str | None, typer.Option("--name", help="What phones call this machine; its host name if not given.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Make this machine ready: directory, configuration, key.

    A second time it changes only what is asked for.
    """
    import base64
    from contextlib import suppress

    import msgspec

    from loopsy_daemon import config, files, keys
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.cli.results import Initialised
    from loopsy_daemon.cli.text import printable

    if name is not None and not (name.strip() == name and 1 <= len(name) <= 64 and printable(name) == name):
        raise UsageError("A name has 1 to 64 printable characters.", "loopsy init --name studio")
    paths = Paths.from_environment()
    files.private_directory(paths.home)
    created = not paths.config.exists()
    before = config.load(paths.config)
    wanted = msgspec.structs.replace(
        before,
        name=before.name if name is None else name,
        secrets="file" if secrets_file else before.secrets,
    )
    store = keys.open_store(paths, wanted)
    if keys.store_kind(wanted) != keys.store_kind(before):
        former = None
        with suppress(SecretsUnavailable):  # no keyring that we trust: nothing was ever put there
            former = keys.open_store(paths, before)
        if former is not None:
            keys.move_secrets(former, store)
    key = keys.load_or_create_device_key(paths, store)
    # Last, so that a machine without a trusted keyring is not left half made.
    after = config.update(
        paths.config, lambda now: msgspec.structs.replace(now, name=wanted.name, secrets=wanted.secrets)
    )
    public_key = base64.urlsafe_b64encode(key.public_key().public_bytes_raw()).decode().rstrip("=")
    show(
        Initialised(
            home=str(paths.home),
            name=after.name,
            secrets=keys.store_kind(after),
            public_key=public_key,
            created=created,
        ),
        as_json=as_json,
    )
