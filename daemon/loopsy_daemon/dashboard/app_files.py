"""The files of the app that the dashboard serves, read before anybody asks."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from loopsy_daemon.errors import LoopsyError

PLACES: Final = (
    Path(__file__).resolve().parent / "_app",
    Path(__file__).resolve().parents[3] / "webapp" / "dashboard" / "dist",
)
"""In an installed wheel the package brings the files; in a checkout they are where the app is built."""
PAGE_NAME: Final = "index.html"
_KINDS: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class AppFile:
    """One file; `changes` unless its name says what is in it."""

    content: bytes
    kind: str
    changes: bool


def find_app(places: tuple[Path, ...] = PLACES) -> dict[str, AppFile]:
    """Return the files by the paths under which they are asked for. Raises LoopsyError if the app is not built.

    All of them, about 1 MiB: an update of Loopsy may replace them while they are served.
    """
    for root in places:
        if (root / PAGE_NAME).is_file():
            files = [path for path in root.rglob("*") if path.is_file() and path.suffix in _KINDS]
            found = {f"/{path.relative_to(root).as_posix()}": path for path in files}
            return {
                "/" if name == f"/{PAGE_NAME}" else name: AppFile(
                    path.read_bytes(), _KINDS[path.suffix], changes=not name.startswith("/assets/")
                )
                for name, path in found.items()
            }
    raise LoopsyError("The dashboard's app is not built.", "make build")
