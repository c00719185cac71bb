"""Names for files that others send: a name from elsewhere is a wish, and never becomes a path (pure)."""

import re
import unicodedata
from typing import Final

MAX_NAME_BYTES: Final = 180
_MAX_SYSTEM_NAME_BYTES: Final = 255
_MAX_EXTENSION_BYTES: Final = 20
FALLBACK: Final = "file"
_NOT_IN_NAMES: Final = frozenset('/\\:*?"<>|')
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def is_name(text: str) -> bool:
    """Tell whether a text is one name in a directory, as file systems know them, and no path."""
    if text in {"", ".", ".."} or "/" in text or "\x00" in text:
        return False
    return len(text.encode(errors="surrogatepass")) <= _MAX_SYSTEM_NAME_BYTES


def safe_name(wanted: str) -> str:
    """Return a file name as close to the wish as is safe: visible, portable, at most 180 bytes of UTF-8.

    Control and formatting characters are dropped (they turn text around), separators become `_`; no dot, blank or
    hyphen begins it, and it is not a name that some system keeps for a device.
    """
    text = unicodedata.normalize("NFC", wanted)
    text = "".join("_" if character in _NOT_IN_NAMES else character for character in text)
    text = "".join(character for character in text if unicodedata.category(character)[0] != "C")
    text = " ".join(text.split()).lstrip(".-~ ").rstrip(". ")
    if _RESERVED.match(text):
        text = f"_{text}"
    return _shortened(text, MAX_NAME_BYTES) or FALLBACK


def numbered_name(name: str, number: int) -> str:
    """Return the name for the case that it is taken: `photo.jpg`, `photo-2.jpg`; the first number is 1."""
    if number == 1:
        return name
    stem, extension = _split(name)
    ending = f"-{number}{extension}"
    return _cut(stem, MAX_NAME_BYTES - len(ending.encode())) + ending


def _shortened(name: str, most_bytes: int) -> str:
    if len(name.encode()) <= most_bytes:
        return name
    stem, extension = _split(name)
    return _cut(stem, most_bytes - len(extension.encode())).rstrip(". ") + extension


def _split(name: str) -> tuple[str, str]:
    """Return (stem, extension with its dot), where what follows the last dot is short enough to be one."""
    stem, dot, extension = name.rpartition(".")
    if not stem or not dot or " " in extension or len(extension.encode()) > _MAX_EXTENSION_BYTES:
        return name, ""
    return stem, f".{extension}"


def _cut(text: str, most_bytes: int) -> str:
    """Return as much of the text as fits, in whole characters."""
    return text.encode()[:most_bytes].decode(errors="ignore")
