"""What a program's terminal shows, kept by parsing what the program prints.

One owner: every call comes from the event loop that owns the session.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from loopsy_daemon.sessions.ghostty import Ghostty
from loopsy_daemon.sessions.history import Piece, piece_above
from loopsy_daemon.sessions.picture import Picture, take_picture
from loopsy_daemon.sessions.snapshot import Taken, take_snapshot
from loopsy_daemon.sessions.tracked_row import TrackedRow
from loopsy_daemon.sessions.transcript import transcript
from loopsy_daemon.wire import limits

SCROLLBACK_LINES: Final = 10_000
# Longer unfinished sequences (a pasted image, say) are not kept; see `unfinished`.
UNFINISHED_BYTES: Final = 1024 * 1024
# Foreground, background and cursor that a program is told of until a client has said its own: the app's dark theme.
FIRST_COLOURS: Final = bytes.fromhex("d3d9e4 0b0e14 7cc4ff")
_NAME: Final = b"Loopsy"
_CELL_BYTES: Final = 8
_ROW_BYTES: Final = 8
# The library forgets whole pages, so one more than needed keeps the lines that were asked for; pages carry styles, too.
_PAGE_BYTES: Final = 800_000
_PERCENT_WITH_OVERHEAD: Final = 108
_GRAPHEME_CLUSTERS: Final = 2027  # the app's terminal measures emoji and combining marks by cluster, always
# Answers that would claim what the app's terminal cannot do: kitty keyboard and graphics, sizes in pixels.
_OVERCLAIMS: Final = re.compile(rb"\x1b(?:\[\?\d*u|_G|\[[46];\d+;\d+t)")
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class Screen:
    """A terminal without a window: feed what the program prints, ask what it shows.

    `on_reply` gets the answers to the program's queries, at once, from within `feed` or `resize`.
    """

    def __init__(
        self,
        cols: int,
        rows: int,
        *,
        scrollback_lines: int = SCROLLBACK_LINES,
        on_reply: Callable[[bytes], object] = lambda _: None,
        on_bell: Callable[[], object] = lambda: None,
        on_title: Callable[[], object] = lambda: None,
    ) -> None:
        self._scrollback_lines = scrollback_lines
        self._on_reply = on_reply
        self._terminal = Ghostty(cols, rows)
        self._terminal.limit_scrollback(self._scrollback_bytes(cols))
        self._terminal.limit_unfinished(UNFINISHED_BYTES)
        self._terminal.refuse_images()
        self._terminal.set_default_mode(_GRAPHEME_CLUSTERS)
        self._terminal.set_colours(FIRST_COLOURS)
        self._terminal.set_name(_NAME)
        self._terminal.on_size_query()
        self._terminal.on_reply(self._answer)
        self._terminal.on_bell(on_bell)
        self._terminal.on_title(on_title)
        self.feed = self._terminal.feed

    def _scrollback_bytes(self, cols: int) -> int:
        if self._scrollback_lines == 0:
            return 0
        rows_bytes = self._scrollback_lines * (cols * _CELL_BYTES + _ROW_BYTES)
        return (rows_bytes + _PAGE_BYTES) * _PERCENT_WITH_OVERHEAD // 100

    def _answer(self, reply: bytes) -> None:
        if not _OVERCLAIMS.match(reply):
            self._on_reply(reply)

    @property
    def cols(self) -> int:
        """Width in cells."""
        return self._terminal.cols

    @property
    def rows(self) -> int:
        """Height in cells."""
        return self._terminal.rows

    def resize(self, cols: int, rows: int) -> None:
        """Change the size; the primary screen reflows."""
        self._terminal.limit_scrollback(self._scrollback_bytes(cols))
        self._terminal.resize(cols, rows)

    def report_colours(self, colours: bytes) -> None:
        """Tell programs that ask these colours: foreground, background and cursor, three bytes each."""
        self._terminal.set_colours(colours)

    def close(self) -> None:
        """Free the terminal now."""
        self._terminal.close()

    @property
    def title(self) -> str:
        """What the program set with OSC 0 or 2, without control characters."""
        return _CONTROLS.sub("", self._terminal.text("TITLE"))[: limits.MAX_PREVIEW_CHARACTERS]

    @property
    def directory_url(self) -> str:
        """The file URL that the program said with OSC 7, or nothing."""
        return self._terminal.text("PWD").rstrip("\x00")

    @property
    def preview(self) -> str:
        """The last line of the screen that is not empty, shortened."""
        history_rows = self._terminal.number("SCROLLBACK_ROWS")
        for line in reversed(self._terminal.plain(history_rows, history_rows + self.rows - 1).split("\n")):
            if shown := _CONTROLS.sub("", line).strip():
                return shown[: limits.MAX_PREVIEW_CHARACTERS]
        return ""

    @property
    def text(self) -> str:
        """The screen's rows as plain text."""
        history_rows = self._terminal.number("SCROLLBACK_ROWS")
        return self._terminal.plain(history_rows, history_rows + self.rows - 1)

    def transcript(self, *, styled: bool) -> Iterator[str]:
        """Yield the text of scrollback and screen in small pieces, between which neither feed nor resize it."""
        return transcript(self._terminal, styled=styled)

    @property
    def picture(self) -> Picture:
        """What the screen shows, to be painted elsewhere."""
        return take_picture(self._terminal)

    @property
    def has_application_cursor(self) -> bool:
        """Whether the program wants cursor keys in their other form (DECCKM)."""
        return self._terminal.mode(1)

    @property
    def has_bracketed_paste(self) -> bool:
        """Whether the program wants to be told what is pasted."""
        return self._terminal.mode(2004)

    @property
    def is_ground(self) -> bool:
        """Whether the parser is outside any sequence and any character."""
        return bool(self._terminal.number("VT_GROUND", "bool"))

    def unfinished(self) -> bytes | None:
        """Return the beginning of the sequence or character that the parser is in, or None if it was too long."""
        return b"" if self.is_ground else self._terminal.unfinished()

    def snapshot(self, size_bytes: int, *, must_fit: bool = False) -> Taken:
        """Return sequences that rebuild this terminal in one of the same size that was just reset.

        The screens come whole, and of the scrollback the newest lines with which all fits into `size_bytes`; what
        `must_fit` may lack pens. What `unfinished` returns is not part of it.
        """
        return take_snapshot(self._terminal, size_bytes, must_fit=must_fit)

    def history(self, edge: TrackedRow, size_bytes: int) -> Piece | None:
        """Return the newest rows above `edge`, which moves up; None if what lies there cannot be told now."""
        return piece_above(self._terminal, edge, size_bytes)


def warm_up() -> None:
    """Do once what the library's binding does at the first use of each type, so that no session waits for it."""
    screen = Screen(8, 2)
    screen.feed(b"\x1b]2;x\x07" + b"line\r\n" * 8 + b"\x1b[41m\x1b[K\x1b[?1049h\x1b[c\x07\x1b[18t\x1b[>q")
    edge = screen.snapshot(1).edge
    screen.feed(b"\x1b[?1049l")
    if edge is not None:
        screen.history(edge, 1)
    screen.feed(b"\x1b[")
    screen.unfinished()
    screen.close()
