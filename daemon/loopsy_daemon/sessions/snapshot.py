"""Read from a terminal everything that a snapshot has to bring back."""

import dataclasses
import re
from dataclasses import dataclass
from typing import Final

from loopsy_daemon.sessions.ghostty import Ghostty
from loopsy_daemon.sessions.last_cluster import last_cluster
from loopsy_daemon.sessions.rebuild import Alternate, ScreenState, rebuild
from loopsy_daemon.sessions.screen_content import content_of
from loopsy_daemon.sessions.tracked_row import TrackedRow
from loopsy_daemon.sessions.transcript import primary_screen

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


@dataclass(frozen=True, slots=True)
class Taken:
    """A snapshot, the oldest row of the primary screen and its scrollback in it, and whether nothing was left out.

    `edge` is None where that row could not be found: nobody can say then what lies above.
    """

    data: bytes
    edge: TrackedRow | None
    is_exact: bool


def take_snapshot(terminal: Ghostty, size_bytes: int, *, must_fit: bool = False) -> Taken:
    """Return the sequences of `rebuild` for this terminal.

    The screens come whole, and of the scrollback the newest rows with which all fits into `size_bytes`. Screens that
    alone are larger come as text without pens where the snapshot `must_fit`, and the hidden one not at all.
    """
    mode = _alternate_mode(terminal)
    # What is saved or hidden can only be seen by restoring it, which a copy may do. Inside a sequence that is longer
    # than anything kept there is no copy, and a blank screen stands in for what is hidden.
    hidden_bytes = size_bytes // 2  # nobody looks at the scrollback of a hidden screen yet
    twin = terminal.twin(0 if mode is None else hidden_bytes) or terminal.blank()
    try:
        twin.feed(b"\x18\x1b8")
        saved_cursor = _cursor(twin)
        primary, alternate, left_bytes = terminal, None, size_bytes - _SETTINGS_BYTES
        if mode is not None:
            twin.feed(b"\x1b[?%dl" % mode)
            primary, alternate = twin, Alternate(mode, content_of(terminal, 0).data)
            left_bytes = min(hidden_bytes, left_bytes - len(alternate.content))
        content = content_of(primary, left_bytes)
        state = ScreenState(
            primary=content.data,
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
            last_cluster=last_cluster(terminal),
            title=_CONTROLS.sub("", terminal.text("TITLE")),
        )
        data = rebuild(state)
        if must_fit and len(data) > size_bytes:
            return Taken(_fitting(terminal, state, size_bytes), None, is_exact=False)
        return Taken(data, _edge(terminal, mode is not None, content.history_rows), is_exact=True)
    finally:
        twin.close()


def _fitting(terminal: Ghostty, state: ScreenState, size_bytes: int) -> bytes:
    """Return the screen that is shown as text without pens, rows at the top left empty if that is still too much."""
    blank = dataclasses.replace(state, primary=b"", alternate=state.alternate and Alternate(state.alternate.mode, b""))
    left_bytes = size_bytes - len(rebuild(blank))
    rows = terminal.number("SCROLLBACK_ROWS")
    lines = [line.encode() for line in terminal.plain(rows, rows + terminal.rows - 1).split("\n")]
    size = sum(len(line) + 2 for line in lines)
    for number, line in enumerate(lines):
        if size <= left_bytes:
            break
        size -= len(line)
        lines[number] = b""
    text = b"\r\n".join(lines)
    if state.alternate is None:
        return rebuild(dataclasses.replace(blank, primary=text))
    return rebuild(dataclasses.replace(blank, alternate=Alternate(state.alternate.mode, text)))


def _edge(terminal: Ghostty, is_hidden: bool, history_rows: int) -> TrackedRow | None:
    """Follow the row of the primary screen that has so many rows of scrollback from it on."""
    if not is_hidden:
        return terminal.track(terminal.number("SCROLLBACK_ROWS") - history_rows)
    if not terminal.number("VT_GROUND", "bool"):
        return None  # the terminal cannot be told to show its other screen inside a sequence
    with primary_screen(terminal):
        return terminal.track(max(terminal.number("SCROLLBACK_ROWS") - history_rows, 0))


def _alternate_mode(terminal: Ghostty) -> int | None:
    if terminal.number("ACTIVE_SCREEN", "GhosttyTerminalScreen") == 0:
        return None
    return next((mode for mode in _ALTERNATE_MODES if terminal.mode(mode)), _ALTERNATE_MODES[0])


def _cursor(terminal: Ghostty) -> bytes:
    return terminal.setting("cursor", "style", "hyperlink", "charsets", "protection")


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
    """Return the palette entries, and the colours of text, background and cursor, that the program changed."""
    changed = b"".join(
        b"\x1b]%d;rgb:%02x/%02x/%02x\x1b\\" % (number, *colour)
        for number, name in ((10, "FOREGROUND"), (11, "BACKGROUND"), (12, "CURSOR"))
        if (colour := terminal.colour(name)) != terminal.colour(name, default=True)
    )
    now, usual = terminal.palette(), terminal.palette(default=True)
    if now == usual:
        return changed
    entries = [index for index in range(256) if now[3 * index : 3 * index + 3] != usual[3 * index : 3 * index + 3]]
    return changed + b"".join(
        b"\x1b]4;%d;rgb:%02x/%02x/%02x\x1b\\" % (index, *now[3 * index : 3 * index + 3]) for index in entries
    )
