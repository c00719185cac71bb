"""What a key sends to a program, by the key's name: `enter`, `ctrl-c`, `alt-b`, `shift-tab`, `f5` (pure)."""

import re
from typing import Final

from loopsy_daemon.sessions.errors import BadRequest

_PLAIN: Final = {
    "enter": b"\r",
    "tab": b"\t",
    "shift-tab": b"\x1b[Z",
    "escape": b"\x1b",
    "space": b" ",
    "backspace": b"\x7f",
    "ctrl-space": b"\x00",
}
# The last byte of CSI, or of SS3 where the program wants application cursor keys.
_CURSOR: Final = {"up": b"A", "down": b"B", "right": b"C", "left": b"D", "home": b"H", "end": b"F"}
_NUMBERED: Final = {
    "insert": 2,
    "delete": 3,
    "pageup": 5,
    "pagedown": 6,
    "f5": 15,
    "f6": 17,
    "f7": 18,
    "f8": 19,
    "f9": 20,
    "f10": 21,
    "f11": 23,
    "f12": 24,
}
_FUNCTION: Final = {"f1": b"P", "f2": b"Q", "f3": b"R", "f4": b"S"}
_MODIFIERS: Final = {"shift": 1, "alt": 2, "ctrl": 4}
_NAME: Final = re.compile(r"((?:shift-|alt-|ctrl-)*)(.+)", re.DOTALL)
_HINT: Final = "Keys are enter, tab, escape, up, pagedown, f5, ctrl-c, alt-b, shift-tab and their like."


def key_bytes(name: str, *, application_cursor: bool = False) -> bytes:
    """Return what the key sends. Raises BadRequest if there is no key of this name."""
    lowered = name.lower() if len(name) > 1 else name
    if lowered in _PLAIN:
        return _PLAIN[lowered]
    match = _NAME.fullmatch(name)
    assert match  # any text that is not empty matches, and an empty one has no key
    modifiers, key = {part for part in match[1].lower().split("-") if part}, match[2]
    sent = _special(key.lower(), modifiers, application_cursor=application_cursor)
    if sent is None:
        sent = _character(key, modifiers)
    if sent is None:
        raise BadRequest(f"There is no key {name[:32]!r}.", _HINT)
    return sent


def _special(key: str, modifiers: set[str], *, application_cursor: bool) -> bytes | None:
    number = 1 + sum(_MODIFIERS[modifier] for modifier in modifiers)
    if key in _CURSOR or key in _FUNCTION:
        final = _CURSOR.get(key) or _FUNCTION[key]
        if modifiers:
            return b"\x1b[1;%d%c" % (number, final)
        return (b"\x1bO" if application_cursor or key in _FUNCTION else b"\x1b[") + final
    if key in _NUMBERED:
        return b"\x1b[%d;%d~" % (_NUMBERED[key], number) if modifiers else b"\x1b[%d~" % _NUMBERED[key]
    if key in _PLAIN and modifiers == {"alt"}:
        return b"\x1b" + _PLAIN[key]
    return None


def _character(key: str, modifiers: set[str]) -> bytes | None:
    if len(key) != 1 or not key.isprintable() or "shift" in modifiers:
        return None
    sent = key.encode()
    if "ctrl" in modifiers:
        code = ord(key.upper())
        if not (ord("@") <= code <= ord("_")):
            return None
        sent = bytes([code & 0x1F])
    return b"\x1b" + sent if "alt" in modifiers else sent
