"""What a client asks to read: found, permitted, and the same file as before if it goes on."""

from dataclasses import dataclass
from pathlib import Path

from loopsy_daemon.transfer.errors import BadPath, FileChanged, TooLarge
from loopsy_daemon.transfer.places import SourceFile, open_file
from loopsy_daemon.transfer.rules import Rules


@dataclass(frozen=True, slots=True)
class DownloadWish:
    """A path as it was given, where relative ones begin, and what the client has of which version."""

    text: str
    base: Path
    offset: int = 0
    version: str | None = None


def open_download(rules: Rules, wish: DownloadWish) -> tuple[Path, SourceFile]:
    """Return the resolved path and the open file. Blocks. Raises TransferError."""
    path = rules.path(wish.text, wish.base)
    source = open_file(path)
    try:
        _require_good(rules, wish, source)
    except BaseException:
        source.close()
        raise
    return path, source


def _require_good(rules: Rules, wish: DownloadWish, source: SourceFile) -> None:
    if source.size_bytes > rules.max_bytes:
        raise TooLarge(
            f"The file is larger than {rules.max_bytes:,} bytes.",
            "To allow more, raise `transfer: max_bytes:` in config.yaml of that machine, then: loopsy restart",
        )
    if wish.version is not None and wish.version != source.version:
        raise FileChanged("The file is another one by now.", "Download it again.")
    if wish.offset > source.size_bytes or (wish.offset > 0 and wish.version is None):
        raise BadPath("That is no place to go on from.", "Download the file again.")
