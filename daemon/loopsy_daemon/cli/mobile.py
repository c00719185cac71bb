"""`loopsy mobile pair`: let a phone in."""

from pathlib import Path
from typing import Annotated

import typer

from loopsy_daemon.errors import UsageError

app = typer.Typer(name="mobile", help="Let phones in.", no_args_is_help=True)
INTERRUPTED_STATUS = 130


@app.callback()
def _group() -> None:
    """Let phones in."""


@app.command()
def pair(
    ttl: Annotated[int, typer.Option("--ttl", min=30, max=1_800, help="How many seconds the pairing is open.")] = 300,
    qr_png: Annotated[
        Path | None, typer.Option("--qr-png", help="Also write the QR code as a PNG; delete it after use.")
    ] = None,
    digits: Annotated[int, typer.Option("--digits", min=4, max=8, help="How long the code is.")] = 4,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON line at once, and another at the end.")
    ] = False,
) -> int:
    """Open a pairing, show its link, QR code and code, and wait for the phone."""
    from loopsy_daemon.cli.daemon import with_daemon
    from loopsy_daemon.cli.pairing import Pairing
    from loopsy_daemon.cli.pairing_screen import show_pairing
    from loopsy_daemon.cli.render import show
    from loopsy_daemon.cli.results import PairEnded, PairOpened

    if qr_png is not None and not qr_png.parent.is_dir():
        raise UsageError(f"There is no directory {qr_png.parent}.", f"mkdir -p {qr_png.parent}")

    def opened(pairing: PairOpened) -> None:
        if qr_png is not None:
            _write_png(qr_png, pairing.url)
        if as_json:
            show(pairing, as_json=True)
        else:
            show_pairing(pairing)

    try:
        ended = with_daemon(Pairing(ttl_seconds=ttl, digits=digits, opened=opened).run)
    except KeyboardInterrupt:
        show(PairEnded(outcome="cancelled"), as_json=as_json)
        return INTERRUPTED_STATUS
    show(ended, as_json=as_json)
    return 0 if ended.outcome == "paired" else 1


def _write_png(path: Path, url: str) -> None:
    from loopsy_daemon import files
    from loopsy_daemon.cli.qr import png, qr_matrix

    files.write_atomically(path, png(qr_matrix(url)))  # 0600: who has the picture has half of the pairing
