"""Read from a terminal everything that a snapshot has to bring back."""

import itertools
import re
from typing import Final

from loopsy_daemon.sessions.ghostty import Ghostty
from loopsy_daemon.sessions.rebuild import Alternate, ScreenState, rebuild

_ORIGIN: Final = 6
_ALTERNATE_MODES: Final = (1049, 1047, 47)
# Modes that steer the app's terminal, each with its value after a reset.
_MODES: Final = {
    **dict.fromkeys((7, 25), True),
    **dict.fromkeys((1, 9, 45, 66, 1000, 1002, 1003, 1004, 1006, 1016, 2004, 2026), False),
}
_ANSI_MODES: Final = (4, 20)
_SHAPE: Final = re.compile(rb"\$r(\d+) q")
_USUAL_SHAPE: Final = 2  # a steady block, as after a reset
_HOME_CURSOR: Final = b"\x1b[1;1H\x1b[0m"
_MARGINS: Final = re.compile(rb"\x1b\[(\d+);(\d+)r")
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SETTINGS_BYTES: Final = 2_048  # what a snapshot takes beside the screens
_GUESSES: Final = 4


def take_snapshot(terminal: Ghostty, size_bytes: int) -> bytes:
    """Return the sequences of `rebuild` for this terminal.

    The screens come whole, and of the scrollback the newest rows with which all fits into `size_bytes`.
    """
    mode = _alternate_mode(terminal)
    # What is saved or hidden can only be seen by restoring it, which a copy may do. Inside a sequence that is longer
    # than anything kept there is no copy, and a blank screen stands in for what is hidden.
    hidden_bytes = size_bytes // 2  # nobody looks at the scrollback of a hidden screen yet
    twin = terminal.twin(0 if mode is None else hidden_bytes) or terminal.blank()
    try:
        twin.feed(b"\x18\x1b8")
        saved_cursor = _cursor(twin)
        primary, alternate = terminal, None
        size_bytes -= _SETTINGS_BYTES
        if mode is not None:
            twin.feed(b"\x1b[?%dl" % mode)
            primary, alternate = twin, Alternate(mode, _content(terminal, 0))
            size_bytes = min(hidden_bytes, size_bytes - len(alternate.content))
        return rebuild(
            ScreenState(
                primary=_content(primary, size_bytes),
                primary_cursor=_cursor(primary),
                alternate=alternate,
                saved_cursor=b"" if saved_cursor == _HOME_CURSOR else saved_cursor,
                cursor=_cursor(terminal),
                tab_stops=_tab_stops(terminal),
                margins=_margins(terminal),
                is_origin_relative=terminal.mode(_ORIGIN),
                modes_set=tuple((mode, not value) for mode, value in _MODES.items() if terminal.mode(mode) != value),
                ansi_modes_set=tuple(mode for mode in _ANSI_MODES if terminal.mode(mode, ansi=True)),
                cursor_shape=_cursor_shape(twin),
                colours=_colours(terminal),
                title=_CONTROLS.sub("", terminal.text("TITLE")),
            )
        )
    finally:
        twin.close()


def _alternate_mode(terminal: Ghostty) -> int | None:
    if terminal.number("ACTIVE_SCREEN", "GhosttyTerminalScreen") == 0:
        return None
    return next((mode for mode in _ALTERNATE_MODES if terminal.mode(mode)), _ALTERNATE_MODES[0])


def _content(terminal: Ghostty, size_bytes: int) -> bytes:
    """Return the active screen, preceded by scrollback, as printable from the top left corner."""
    history_rows = terminal.number("SCROLLBACK_ROWS")
    first, last = history_rows, history_rows + terminal.rows - 1
    content = screen = terminal.printed(first, last)
    if size_bytes > len(screen):
        first, content = _with_newest_rows(terminal, screen, size_bytes - len(screen))
    shown, taken_rows = _tried(terminal, content)
    if shown != _trimmed(terminal.plain(first, last)):
        # Editing left rows that claim to go on in the next one and do not: they must not be joined.
        content = terminal.printed(first, last, joined=False)
        _, taken_rows = _tried(terminal, content)
    if first < history_rows:
        # Empty rows at the end are left out, and the screen would begin too early without them.
        content += b"\r\n" * (last - first + 1 - taken_rows)
    return content + b"".join(_fills(terminal, history_rows))


def _with_newest_rows(terminal: Ghostty, screen: bytes, history_bytes: int) -> tuple[int, bytes]:
    """Return the first row of scrollback that fits, and it and all after it as printable: guess, measure, correct."""
    history_rows = terminal.number("SCROLLBACK_ROWS")
    last = history_rows + terminal.rows - 1
    found = (0, screen)
    row_bytes = max(len(screen) // terminal.rows, terminal.cols // 2)
    rows = min(history_rows, history_bytes // row_bytes)
    for _ in range(_GUESSES):
        if rows <= found[0]:
            break
        content = terminal.printed(history_rows - rows, last)
        used_bytes = max(len(content) - len(screen), 1)
        if used_bytes <= history_bytes:
            found = (rows, content)
            if used_bytes * 4 > history_bytes * 3:
                break
        rows = min(history_rows, rows * history_bytes * 15 // (used_bytes * 16))
    return history_rows - found[0], found[1]


def _tried(terminal: Ghostty, content: bytes) -> tuple[list[str], int]:
    """Print content in a blank terminal, and return the text there and how many rows were taken."""
    scratch = terminal.blank()
    try:
        scratch.feed(content)
        taken_rows = scratch.number("SCROLLBACK_ROWS") + scratch.number("CURSOR_Y", "uint16_t") + 1
        return _trimmed(scratch.plain(0, scratch.number("TOTAL_ROWS") - 1)), taken_rows
    finally:
        scratch.close()


def _trimmed(text: str) -> list[str]:
    """Return lines without blanks at their ends and without empty lines at the end."""
    return [line.rstrip() for line in text.rstrip().split("\n")]


def _fills(terminal: Ghostty, history_rows: int) -> list[bytes]:
    """Return sequences that paint rows without text, whose background the library leaves out."""
    lines = terminal.plain(history_rows, history_rows + terminal.rows - 1).split("\n")
    painted: list[bytes] = []
    for row in range(terminal.rows):
        if (row < len(lines) and lines[row].strip()) or not terminal.has_fill(history_rows + row):
            continue
        column = 1
        for fill, cells in itertools.groupby(terminal.fills(history_rows + row)):
            width = sum(1 for _ in cells)
            if fill is not None:
                parameters = ";".join(map(str, fill.parameters))
                painted.append(f"\x1b[{row + 1};{column}H\x1b[0;{parameters}m\x1b[{width}X".encode())
            column += width
    return painted


def _cursor(terminal: Ghostty) -> bytes:
    return terminal.setting("cursor", "style", "charsets", "protection")


def _tab_stops(terminal: Ghostty) -> bytes:
    stops = terminal.setting("tabstops")
    usual = b"".join(b"\x1b[%dG\x1bH" % column for column in range(9, terminal.cols + 1, 8))
    return b"" if stops == b"\x1b[3g" + usual + b"\x1b[H" else stops


def _margins(terminal: Ghostty) -> tuple[int, int] | None:
    found = _MARGINS.search(terminal.setting("scrolling_region"))
    return None if found is None else (int(found[1]), int(found[2]))


def _cursor_shape(twin: Ghostty) -> int:
    """Return the parameter of DECSCUSR, or 0 for the shape that the app chose; only asking tells."""
    replies: list[bytes] = []
    twin.on_reply(replies.append)
    twin.feed(b"\x1bP$q q\x1b\\")
    found = _SHAPE.search(b"".join(replies))
    shape = int(found[1]) if found else 0
    return 0 if shape == _USUAL_SHAPE else shape


def _colours(terminal: Ghostty) -> bytes:
    """Return the palette entries that the program changed."""
    now, usual = terminal.palette(), terminal.palette(default=True)
    if now == usual:
        return b""
    changed = [index for index in range(256) if now[3 * index : 3 * index + 3] != usual[3 * index : 3 * index + 3]]
    return b"".join(
        b"\x1b]4;%d;rgb:%02x/%02x/%02x\x1b\\" % (index, *now[3 * index : 3 * index + 3]) for index in changed
    )
