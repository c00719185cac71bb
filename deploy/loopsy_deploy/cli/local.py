"""`loopsy-deploy-relay local …`: the relay of this machine, in the foreground, in the background, at every login."""

from pathlib import Path
from typing import Annotated

import typer

from loopsy_deploy.cli.options import JsonOption, OpenOption, OriginsOption, StateOption

app = typer.Typer(
    name="local",
    help="The relay on this machine: run it here, or keep it in the background. Settings stay until given again.",
    no_args_is_help=True,
)

HostOption = Annotated[
    str | None,
    typer.Option("--host", help="The address to listen on, 127.0.0.1 at first; 0.0.0.0 for phones on your network."),
]
PortOption = Annotated[
    int | None, typer.Option("--port", min=0, max=65_535, help="The port; 0 takes the last one if it is free.")
]
TlsOption = Annotated[
    bool | None,
    typer.Option("--tls/--no-tls", help="Do TLS, with a certificate that is made here.", show_default=False),
]
NamesOption = Annotated[
    list[str] | None, typer.Option("--tls-name", help="A further name or address that the certificate is for.")
]
CertificateOption = Annotated[
    Path | None, typer.Option("--certificate", help="Do TLS with this certificate (PEM, with its chain).")
]
KeyOption = Annotated[Path | None, typer.Option("--key", help="The certificate's private key (PEM).")]
ProxyOption = Annotated[
    bool | None,
    typer.Option(
        "--behind-proxy/--no-proxy",
        help="Trust the headers in which a TLS proxy on this machine names the client.",
        show_default=False,
    ),
]


@app.command()
def run(
    host: HostOption = None,
    port: PortOption = None,
    tls: TlsOption = None,
    names: NamesOption = None,
    certificate: CertificateOption = None,
    key: KeyOption = None,
    behind_proxy: ProxyOption = None,
    allowed_origins: OriginsOption = None,
    open_registration: OpenOption = None,
    state: StateOption = None,
) -> None:
    """Run the relay until Ctrl-C."""
    from loopsy_deploy.cli import running_local

    settings = (host, port, tls, names, certificate, key, behind_proxy, allowed_origins, open_registration)
    running_local.run(state, running_local.choices(*settings))


@app.command()
def start(
    host: HostOption = None,
    port: PortOption = None,
    tls: TlsOption = None,
    names: NamesOption = None,
    certificate: CertificateOption = None,
    key: KeyOption = None,
    behind_proxy: ProxyOption = None,
    allowed_origins: OriginsOption = None,
    open_registration: OpenOption = None,
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Start the relay in the background, and wait until it answers."""
    from loopsy_deploy.cli import running_local

    settings = (host, port, tls, names, certificate, key, behind_proxy, allowed_origins, open_registration)
    running_local.start(state, running_local.choices(*settings), as_json=as_json)


@app.command()
def stop(state: StateOption = None, as_json: JsonOption = False) -> None:
    """End the relay. It starts again at the next login if that is enabled."""
    from loopsy_deploy.cli import running_local

    running_local.stop(state, as_json=as_json)


@app.command()
def status(state: StateOption = None, as_json: JsonOption = False) -> int:
    """Tell whether the relay runs and answers, and where; exit status 1 if it does not."""
    from loopsy_deploy.cli import running_local

    return running_local.status(state, as_json=as_json)


@app.command()
def logs(
    state: StateOption = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    count: Annotated[int, typer.Option("--lines", "-n", min=0, help="How many of the last lines.")] = 50,
) -> None:
    """Show what the relay had to say."""
    from loopsy_deploy.cli import running_local

    running_local.logs(state, count, follow=follow)


@app.command()
def enable(state: StateOption = None, as_json: JsonOption = False) -> None:
    """Let the relay start at every login."""
    from loopsy_deploy.cli import running_local

    running_local.enable(state, as_json=as_json)


@app.command()
def disable(state: StateOption = None, as_json: JsonOption = False) -> None:
    """Let the relay start at login no more; one that runs goes on."""
    from loopsy_deploy.cli import running_local

    running_local.disable(state, as_json=as_json)
