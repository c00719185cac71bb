"""What a program's terminal shows, kept by parsing what the program prints.

One owner: every call comes from the event loop that owns the session.
"""

import re
from collections.abc import Callable
from typing import Final

from loopsy_daemon.sessions.ghostty import Ghostty
from loopsy_daemon.sessions.snapshot import take_snapshot
from loopsy_daemon.wire import limits

SCROLLBACK_LINES: Final = 10_000
# Longer unfinished sequences (a pasted image, say) are not kept; see `unfinished`.
UNFINISHED_BYTES: Final = 1024 * 1024
# What a program is told that the colours are; the app's first theme is dark.
REPORTED_FOREGROUND: Final = (0xD6, 0xDA, 0xE0)
REPORTED_BACKGROUND: Final = (0x0B, 0x0E, 0x14)
_NAME: Final = b"Loopsy"
_CELL_BYTES: Final = 8
_ROW_BYTES: Final = 8
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
        self._terminal.set_colours(REPORTED_FOREGROUND, REPORTED_BACKGROUND)
        self._terminal.set_name(_NAME)
        self._terminal.on_size_query()
        self._terminal.on_reply(self._answer)
        self._terminal.on_bell(on_bell)
        self._terminal.on_title(on_title)
        self.feed = self._terminal.feed

    def _scrollback_bytes(self, cols: int) -> int:
        return self._scrollback_lines * (cols * _CELL_BYTES + _ROW_BYTES)

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

    @property
    def is_ground(self) -> bool:
        """Whether the parser is outside any sequence and any character."""
        return bool(self._terminal.number("VT_GROUND", "bool"))

    def unfinished(self) -> bytes | None:
        """Return the beginning of the sequence or character that the parser is in, or None if it was too long."""
        return b"" if self.is_ground else self._terminal.unfinished()

    def snapshot(self, size_bytes: int) -> bytes:
        """Return sequences that rebuild this terminal in one of the same size that was just reset.

        The screens come whole, and of the scrollback the newest lines with which all fits into `size_bytes`.
        What `unfinished` returns is not part of it.
        """
        return take_snapshot(self._terminal, size_bytes)


def warm_up() -> None:
    """Do once what the library's binding does at the first use of each type, so that no session waits for it."""
    screen = Screen(8, 2)
    screen.feed(b"\x1b]2;x\x07\x1b[41m\x1b[K\x1b[?1049h\x1b[c\x07\x1b[18t\x1b[>q\x1b[")
    screen.snapshot(1)
    screen.unfinished()
    screen.close()
