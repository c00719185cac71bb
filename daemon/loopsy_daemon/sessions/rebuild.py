"""Write the escape sequences that rebuild a screen in a terminal that has just been reset (pure)."""

import re
from dataclasses import dataclass
from typing import Final

# A terminal that is told to reset may still be inside a sequence of the output that the snapshot overtakes.
CANCEL: Final = b"\x18"
_PLAIN_PEN: Final = b'\x1b[0m\x1b]8;;\x1b\\\x1b[0"q\x1b(B\x1b)B\x0f'
_HOME: Final = b"\x1b[H"
_CURSOR_ADDRESS: Final = re.compile(rb"\x1b\[(\d+);(\d+)H")


@dataclass(frozen=True, slots=True)
class Alternate:
    """The alternate screen while it is on: the private mode that turned it on, and what it shows."""

    mode: int
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenState:
    """Everything a snapshot has to bring back.

    Contents are printable as they are from the top left corner. A cursor is its absolute address, followed by
    pen and character sets; its address is (top, left) = (1, 1). `last_cluster` steps back and prints what is before it.
    """

    primary: bytes
    primary_cursor: bytes
    alternate: Alternate | None
    saved_cursor: bytes
    cursor: bytes
    tab_stops: bytes
    margins: tuple[int, int] | None
    is_origin_relative: bool
    modes_set: tuple[tuple[int, bool], ...]
    ansi_modes_set: tuple[int, ...]
    cursor_shape: int
    colours: bytes
    title: str
    last_cluster: bytes


def rebuild(state: ScreenState) -> bytes:
    """Return the sequences: contents first, for which nothing may be changed, then what steers later output."""
    parts = [CANCEL, state.colours, state.primary]
    if state.alternate is not None:
        # Turning it on saves the primary cursor where the mode says so, as the program did.
        parts += [state.primary_cursor, b"\x1b[?%dh" % state.alternate.mode, _PLAIN_PEN, _HOME, state.alternate.content]
    parts += [_PLAIN_PEN, state.tab_stops]
    if state.saved_cursor:
        parts += [state.saved_cursor, b"\x1b7", _PLAIN_PEN]
    if state.margins is not None:
        parts.append(b"\x1b[%d;%dr" % state.margins)
    parts.append(_placed_cursor(state))
    parts += [b"\x1b[%dh" % mode for mode in state.ansi_modes_set]
    parts += [b"\x1b[?%d%c" % (mode, b"h" if value else b"l") for mode, value in state.modes_set]
    if state.cursor_shape:
        parts.append(b"\x1b[%d q" % state.cursor_shape)
    if state.title:
        parts.append(b"\x1b]2;" + state.title.encode() + b"\x1b\\")
    parts.append(state.last_cluster)
    return b"".join(parts)


def _placed_cursor(state: ScreenState) -> bytes:
    if not state.is_origin_relative:
        return state.cursor
    top = state.margins[0] if state.margins is not None else 1

    def relative(address: re.Match[bytes]) -> bytes:
        return b"\x1b[%d;%dH" % (max(int(address[1]) - top + 1, 1), int(address[2]))

    return b"\x1b[?6h" + _CURSOR_ADDRESS.sub(relative, state.cursor, count=1)
