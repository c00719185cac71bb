"""What is uploaded: the relay's bundle, its configuration and the app, found in the package or in a checkout."""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from loopsy_daemon import __version__
from loopsy_deploy.errors import BundleMissing

PLACES: Final = (Path(__file__).resolve().parent / "_payload", Path(__file__).resolve().parents[2])
"""In an installed wheel the package brings the files; in a checkout they are at its root."""
WORKER: Final = Path("relay", "dist", "worker.mjs")
CONFIGURATION: Final = Path("relay", "wrangler.jsonc")
ASSETS: Final = Path("webapp", "dist")
_STRING_OR_COMMENT: Final = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Payload:
    """The files of one version; `root` holds them as a checkout does."""

    root: Path
    version: str
    bundle_hash: str

    @property
    def worker(self) -> Path:
        """The Worker's only module."""
        return self.root / WORKER

    @property
    def assets(self) -> Path:
        """The directory of the static files."""
        return self.root / ASSETS

    def asset_files(self) -> list[Path]:
        """Return the static files that are served; `_headers` says how, and is not one of them."""
        return [path for path in _files(self.assets) if path.name != "_headers"]

    def configuration(self) -> dict[str, Any]:
        """Return the relay's wrangler configuration, without its comments."""
        text = (self.root / CONFIGURATION).read_text(encoding="utf-8")
        loaded = json.loads(_STRING_OR_COMMENT.sub(lambda match: match[1] or "", text))
        assert isinstance(loaded, dict)
        return loaded


def find_payload(places: Sequence[Path] | None = None) -> Payload:
    """Return the payload of this installation. Raises BundleMissing."""
    for root in PLACES if places is None else places:
        if (root / WORKER).is_file() and (root / CONFIGURATION).is_file() and (root / ASSETS / "app").is_dir():
            return Payload(root, __version__, _hash(root))
    raise BundleMissing("The relay and its app are not built.", "make build")


def locate(path: Path) -> Path:
    """Return where a file or directory of the product is: in the package, or else in the checkout, built or not."""
    return next((root / path for root in PLACES if (root / path).exists()), PLACES[-1] / path)


def _hash(root: Path) -> str:
    whole = hashlib.sha256()
    for path in sorted([root / WORKER, root / CONFIGURATION, *_files(root / ASSETS)]):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"{path.relative_to(root).as_posix()}\0{content}\n".encode())
    return whole.hexdigest()


def _files(directory: Path) -> Iterator[Path]:
    return (path for path in sorted(directory.rglob("*")) if path.is_file())
