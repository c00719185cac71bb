"""A screen of one size painted into a terminal of another: parsed here, and cut where there is no room."""

from loopsy_daemon.sessions.screen import Screen

_BEGIN = b"\x1b[?2026h\x1b[?25l\x1b[?7l"
_END = b"\x1b[0m\x1b[?7h"
_SHOW = b"\x1b[?2026l"


class Painter:
    """Feed it what a program prints, and write its frames to a terminal that is fresh at the first one.

    Where the terminal is lower than the screen, the rows around the cursor are shown.
    """

    def __init__(self, cols: int, rows: int, note: str = "") -> None:
        self.notice = ""  # stands in the last row while it is there
        self._screen = Screen(cols, rows, scrollback_lines=0)
        self._note = note  # stands there only if the screen leaves room
        self._painted: dict[int, bytes] = {}
        self._painted_size = (0, 0)

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows of the screen."""
        return self._screen.cols, self._screen.rows

    def feed(self, data: bytes) -> None:
        """Take output."""
        self._screen.feed(data)

    def resize(self, cols: int, rows: int) -> None:
        """Change the size of the screen."""
        self._screen.resize(cols, rows)

    def forget(self) -> None:
        """Paint everything in the next frame."""
        self._painted_size = (0, 0)

    def close(self) -> None:
        """Free the screen."""
        self._screen.close()

    def frame(self, columns: int, rows: int) -> bytes:
        """Return what makes a terminal of this size show the screen; only rows that changed are painted."""
        picture = self._screen.picture
        top = 0
        if picture.cursor is not None:
            top = max(0, min(picture.cursor[1] - rows + 1, len(picture.rows) - rows))
        wanted = dict(enumerate(picture.rows[top : top + rows]))
        if self._note and len(wanted) < rows:
            wanted[rows - 1] = b"\x1b[2m" + self._note[:columns].encode()
        if self.notice:
            wanted[rows - 1] = b"\x1b[7m" + f" {self.notice} "[:columns].encode()
        parts = [_BEGIN]
        if self._painted_size != (columns, rows):
            self._painted_size = (columns, rows)
            self._painted = {}
            parts.append(b"\x1b[0m\x1b[2J")
        changed = [row for row in range(rows) if wanted.get(row, b"") != self._painted.get(row, b"")]
        parts += [b"\x1b[%d;1H\x1b[0m\x1b[2K%b" % (row + 1, wanted.get(row, b"")) for row in changed]
        self._painted = wanted
        parts.append(_END)
        if picture.cursor is not None:
            column, row = picture.cursor[0], picture.cursor[1] - top
            parts.append(b"\x1b[%d;%dH\x1b[?25h" % (row + 1, min(column, columns - 1) + 1))
        parts.append(_SHOW)
        return b"".join(parts)
