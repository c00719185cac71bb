"""Prints the character before the cursor again, so that a mark or a joiner that follows finds it."""

from loopsy_daemon.sessions.ghostty import Ghostty

_INSERT = 4
_ORIGIN = 6  # the app's terminal steps back into another row with it
_PLAIN = b"\x1b[0m"


def last_cluster(terminal: Ghostty) -> bytes:
    """Return what steps back and prints the character before the cursor, or nothing where that could change the screen.

    A terminal joins code points into one character only while nothing but text comes between them.
    """
    column = terminal.number("CURSOR_X", "uint16_t") - 1
    row = terminal.number("SCROLLBACK_ROWS") + terminal.number("CURSOR_Y", "uint16_t")
    if column < 0 or terminal.number("CURSOR_PENDING_WRAP", "bool"):
        return b""
    if terminal.is_tail(column + 1, row):
        return b""  # the cursor stands in the middle of it
    if terminal.mode(_INSERT, ansi=True) or terminal.mode(_ORIGIN):
        return b""
    if terminal.has_links(row) or terminal.setting("hyperlink", "charsets", "protection"):
        return b""
    pen, printed = terminal.setting("style"), terminal.printed_cells(column, column, row)
    if pen != _PLAIN:
        if not printed.startswith(pen):
            return b""
        printed = printed.removeprefix(pen).removesuffix(_PLAIN)
    if not printed.strip() or printed.startswith(b"\x1b"):
        return b""  # a blank, or a character that was printed with another pen
    return b"\x1b[%dD" % (2 if terminal.is_tail(column, row) else 1) + printed
