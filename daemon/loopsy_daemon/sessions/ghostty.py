"""libghostty's terminal behind a small typed port."""

import sys
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from loopsy_daemon.sessions.cells import rows_of_cells
from loopsy_daemon.sessions.encoded_terminal import decoded, encoded
from loopsy_daemon.sessions.fill import Fill, fill_of
from loopsy_daemon.sessions.formatter import TEXT, TEXT_AND_PENS, formatted
from loopsy_daemon.sessions.libghostty import check, ffi, lib, new_sized, refer
from loopsy_daemon.sessions.tracked_row import TrackedRow

_ANSI_MODE: Final = 1 << 15
_LONGEST_LINK_BYTES: Final = 4_096
_ESCAPE: Final = 0x1B
_LINK: Final = b"\x1b]8;"
_MEASURES_TEXT: Final = (2027,)  # grapheme clusters
_UNLIMITED_LINES: Final = 1 << 32
# What is enough for the screens of a twin, usually, mostly and always; and what its scrollback takes for each byte
# that it prints as.
_TWIN_BYTES: Final = (128 * 1024, 1024 * 1024, sys.maxsize)
_ENCODED_PER_PRINTED: Final = 3


class Ghostty:
    """One terminal. Rows are numbered from the oldest of the active screen's scrollback on."""

    def __init__(self, cols: int, rows: int, *, handle: Any = None) -> None:
        if handle is None:
            holder = ffi.new("GhosttyTerminal*")
            check(lib.ghostty_terminal_new(ffi.NULL, holder, cols, rows), "terminal_new")
            handle = holder[0]
        self.cols = cols
        self.rows = rows
        self._handle = ffi.gc(handle, lib.ghostty_terminal_free)
        self.may_have_links = False
        self._fed = b""
        self._callbacks: list[Any] = []  # the library points to these
        self._tracked: weakref.WeakSet[TrackedRow] = weakref.WeakSet()
        self._write = lib.ghostty_terminal_vt_write

    def feed(self, data: bytes) -> None:
        """Parse output."""
        if not self.may_have_links:
            has_escape = _ESCAPE in data  # one byte is found fifty times as quickly as four
            self.may_have_links = (has_escape and _LINK in data) or _LINK in self._fed + data[: len(_LINK)]
            self._fed = data[-len(_LINK) :]
        self._write(self._handle, data, len(data))

    def resize(self, cols: int, rows: int) -> None:
        """Change the size; the primary screen reflows."""
        check(lib.ghostty_terminal_resize(self._handle, cols, rows, 8, 16), "terminal_resize")
        self.cols, self.rows = cols, rows

    def close(self) -> None:
        """Free the terminal now."""
        for tracked in tuple(self._tracked):
            tracked.release()
        ffi.release(self._handle)
        self._callbacks.clear()  # they lead back to who made the terminal

    def twin(self, history_bytes: int = 0) -> "Ghostty | None":
        """Return a copy that can be changed without a trace here, with the newest scrollback only; it answers nobody.

        None while the parser is in a sequence that was too long to keep: the library refuses then.
        """
        # The library writes its screens first, then the scrollback from new to old: the rest is not even encoded.
        for screen_bytes in _TWIN_BYTES:
            handle = decoded(
                encoded(self._handle, screen_bytes + history_bytes * _ENCODED_PER_PRINTED), history_bytes > 0
            )
            if handle is not None:
                twin = Ghostty(self.cols, self.rows, handle=handle)
                twin.may_have_links = self.may_have_links
                return twin
        return None

    def blank(self) -> "Ghostty":
        """Return a fresh terminal of the same size that measures text alike."""
        blank = Ghostty(self.cols, self.rows)
        blank.limit_scrollback(sys.maxsize)
        for number in _MEASURES_TEXT:
            if self.mode(number):
                blank.set_default_mode(number)
        return blank

    # --- settings and events --------------------------------------------------------------------------------------

    def limit_scrollback(self, size_bytes: int) -> None:
        """Keep about this much scrollback. The library is fast at its cap of bytes and slow at its cap of lines."""
        self._set("SCROLLBACK_MAX_LINES", ffi.new("size_t*", _UNLIMITED_LINES))
        self._set("SCROLLBACK_MAX_BYTES", ffi.new("size_t*", size_bytes))

    def limit_unfinished(self, size_bytes: int) -> None:
        """Keep sequences in progress up to this size for `unfinished`; otherwise none."""
        self._set("CONTINUATION_MAX_BYTES", ffi.new("size_t*", size_bytes))

    def refuse_images(self) -> None:
        """Store no images: nobody would show them."""
        self._set("KITTY_IMAGE_STORAGE_LIMIT", ffi.new("uint64_t*", 0))

    def set_default_mode(self, number: int) -> None:
        """Set a DEC private mode, now and after every reset."""
        config = ffi.new("GhosttyTerminalModeConfig*", {"mode": number, "value": True})
        self._set("MODE_DEFAULT", config)
        self._set("MODE", config)

    def set_colours(self, colours: bytes) -> None:
        """Set the colours that a program is told are the default ones: foreground, background and cursor."""
        for place, name in enumerate(("FOREGROUND", "BACKGROUND", "CURSOR")):
            rgb = dict(zip("rgb", colours[3 * place : 3 * place + 3], strict=True))
            self._set(f"COLOR_{name}", ffi.new("GhosttyColorRgb*", rgb))

    def set_name(self, name: bytes) -> None:
        """Set what XTVERSION answers."""
        text = ffi.new("uint8_t[]", name)
        value = ffi.new("GhosttyString*", {"ptr": text, "len": len(name)})
        self._callbacks.append(text)
        self._connect("XTVERSION", "GhosttyTerminalXtversionFn", lambda _terminal, _data: value[0])

    def on_reply(self, handler: Callable[[bytes], object]) -> None:
        """Call `handler` with each answer to a query, from within `feed` or `resize`."""

        def written(_terminal: Any, _data: Any, pointer: Any, size: int) -> None:
            handler(bytes(ffi.buffer(pointer, size)))

        self._connect("WRITE_PTY", "GhosttyTerminalWritePtyFn", written)

    def on_size_query(self) -> None:
        """Answer queries for the size in cells."""

        def answer(_terminal: Any, _data: Any, out: Any) -> bool:
            out.rows, out.columns, out.cell_width, out.cell_height = self.rows, self.cols, 8, 16
            return True

        self._connect("SIZE", "GhosttyTerminalSizeFn", answer)

    def on_bell(self, handler: Callable[[], object]) -> None:
        """Call `handler` when the bell rings."""
        self._connect("BELL", "GhosttyTerminalBellFn", lambda _terminal, _data: _call(handler))

    def on_title(self, handler: Callable[[], object]) -> None:
        """Call `handler` when the title changed."""
        self._connect("TITLE_CHANGED", "GhosttyTerminalTitleChangedFn", lambda _terminal, _data: _call(handler))

    # --- facts ----------------------------------------------------------------------------------------------------

    def number(self, key: str, ctype: str = "size_t") -> int:
        """Return one of the library's numbers by its name, such as `SCROLLBACK_ROWS`."""
        out = ffi.new(ctype + "*")
        check(lib.ghostty_terminal_get(self._handle, getattr(lib, f"GHOSTTY_TERMINAL_DATA_{key}"), out), key)
        return int(out[0])

    def text(self, key: str) -> str:
        """Return one of the library's texts by its name, such as `TITLE`."""
        out = ffi.new("GhosttyString*")
        check(lib.ghostty_terminal_get(self._handle, getattr(lib, f"GHOSTTY_TERMINAL_DATA_{key}"), out), key)
        return bytes(ffi.buffer(out.ptr, out.len)).decode(errors="replace") if out.len else ""

    def mode(self, number: int, *, ansi: bool = False) -> bool:
        """Return whether a DEC private mode is set, or with `ansi` an ANSI mode."""
        config = ffi.new("GhosttyTerminalModeConfig*", {"mode": number | (_ANSI_MODE if ansi else 0)})
        check(lib.ghostty_terminal_get(self._handle, lib.GHOSTTY_TERMINAL_DATA_MODE, config), "mode")
        return bool(config.value)

    def palette(self, *, default: bool = False) -> bytes:
        """Return the 256 colours, three bytes each, as they are or as they were before the program changed them."""
        key = lib.GHOSTTY_TERMINAL_DATA_COLOR_PALETTE_DEFAULT if default else lib.GHOSTTY_TERMINAL_DATA_COLOR_PALETTE
        out = ffi.new("GhosttyColorRgb[256]")
        check(lib.ghostty_terminal_get(self._handle, key, out), "palette")
        return bytes(ffi.buffer(out))

    def colour(self, name: str, *, default: bool = False) -> tuple[int, int, int]:
        """Return `FOREGROUND`, `BACKGROUND` or `CURSOR`, as it is or as it was before the program changed it."""
        key = getattr(lib, f"GHOSTTY_TERMINAL_DATA_COLOR_{name}{'_DEFAULT' if default else ''}")
        out = ffi.new("GhosttyColorRgb*")
        check(lib.ghostty_terminal_get(self._handle, key, out), name)
        return out.r, out.g, out.b

    def unfinished(self) -> bytes | None:
        """Return the beginning of the sequence or character that the parser is in, or None if it was too long."""
        written = ffi.new("size_t*")
        result = lib.ghostty_terminal_continuation_buf(self._handle, ffi.NULL, 0, written)
        if result not in (lib.GHOSTTY_SUCCESS, lib.GHOSTTY_OUT_OF_SPACE):
            return None
        buffer = ffi.new("uint8_t[]", max(written[0], 1))
        check(lib.ghostty_terminal_continuation_buf(self._handle, buffer, len(buffer), written), "continuation")
        return bytes(ffi.buffer(buffer, written[0]))

    def track(self, row: int) -> TrackedRow:
        """Follow a row of the active screen."""
        tracked = TrackedRow(self._handle, row)
        self._tracked.add(tracked)
        return tracked

    def is_continued(self, row: int) -> bool:
        """Return whether a row goes on with the line of the row before it."""
        return self._row_flag(row, "WRAP_CONTINUATION")

    def has_links(self, row: int) -> bool:
        """Return whether a row may have hyperlinks."""
        return self._row_flag(row, "HYPERLINK")

    def _row_flag(self, row: int, name: str) -> bool:
        value, out = ffi.new("GhosttyRow*"), ffi.new("bool*")
        check(lib.ghostty_grid_ref_row(self._ref(0, row), value), "row")
        check(lib.ghostty_row_get(value[0], getattr(lib, f"GHOSTTY_ROW_DATA_{name}"), out), name)
        return bool(out[0])

    def is_tail(self, column: int, row: int) -> bool:
        """Return whether a cell is the second one of a wide character."""
        out = ffi.new("GhosttyCellWide*")
        check(lib.ghostty_cell_get(self._cell(column, row), lib.GHOSTTY_CELL_DATA_WIDE, out), "cell_get wide")
        return bool(out[0] == lib.GHOSTTY_CELL_WIDE_SPACER_TAIL)

    def is_untouched(self, column: int, row: int) -> bool:
        """Return whether nothing was printed to a cell, or it was erased without a background."""
        return self._cell(column, row) == 0

    def links(self, row: int, cells: Sequence[int]) -> list[bytes]:
        """Return for each of a row's cells the address that it links to, or nothing."""
        ref, is_linked = self._ref(0, row), ffi.new("bool*")
        buffer, size = ffi.new("uint8_t[]", _LONGEST_LINK_BYTES), ffi.new("size_t*")
        known: dict[int, bool] = {}
        found: list[bytes] = []
        for ref.x, cell in enumerate(cells):
            if cell not in known:
                check(lib.ghostty_cell_get(cell, lib.GHOSTTY_CELL_DATA_HAS_HYPERLINK, is_linked), "cell_get")
                known[cell] = bool(is_linked[0])
            size[0] = 0
            if known[cell]:
                lib.ghostty_grid_ref_hyperlink_uri(ref, buffer, len(buffer), size)
            found.append(bytes(ffi.buffer(buffer, size[0])) if size[0] <= len(buffer) else b"")
        return found

    def _cell(self, column: int, row: int) -> int:
        cell = ffi.new("GhosttyCell*")
        check(lib.ghostty_grid_ref_cell(self._ref(column, row), cell), "cell")
        return int(cell[0])

    def fills(self, row: int) -> list[Fill | None]:
        """Return for each cell of a row its background if it has one and no text."""
        known: dict[int, Fill | None] = {}
        found: list[Fill | None] = []
        for column in range(self.cols):
            content = self._cell(column, row)
            if content not in known:
                known[content] = fill_of(content)
            found.append(known[content])
        return found

    def printed(self, first_row: int, last_row: int, *, joined: bool = True) -> bytes:
        """Return rows as text and pen sequences, wrapped rows joined; empty ones at the end are left out.

        The library gives cells that nothing was printed to the pen of what is before them: see `printed_rows`.
        """
        return formatted(self._handle, TEXT_AND_PENS, (first_row, last_row), (0, self.cols - 1), joined=joined)

    def printed_cells(self, first_column: int, last_column: int, row: int) -> bytes:
        """Return a part of a row as text and pen sequences."""
        return formatted(self._handle, TEXT_AND_PENS, (row, row), (first_column, last_column), joined=False)

    def plain(self, first_row: int, last_row: int, *, joined: bool = False) -> str:
        """Return the text of rows, one line each unless wrapped rows are joined; empty ones at the end are left out."""
        columns = (0, self.cols - 1)
        return formatted(self._handle, TEXT, (first_row, last_row), columns, joined=joined).decode(errors="replace")

    def cells(self, first_row: int, last_row: int) -> Iterator[bytes]:
        """Yield the cells of rows, `CELL_BYTES` each; the terminal may not change meanwhile."""
        return rows_of_cells(self._handle, first_row, last_row, self.number("SCROLLBACK_ROWS"))

    def setting(self, *names: str) -> bytes:
        """Return the sequences that set the named parts of the state, such as `tabstops` or `cursor`."""
        row = self.number("TOTAL_ROWS") - 1
        cell = self.printed_cells(0, 0, row)
        whole = formatted(self._handle, TEXT_AND_PENS, (row, row), (0, 0), joined=False, extra=names)
        # What steers text comes before it, the rest after it.
        return whole.removesuffix(cell) if "tabstops" in names else whole.removeprefix(cell)

    def _ref(self, column: int, row: int) -> Any:
        ref = new_sized("GhosttyGridRef")
        refer(self._handle, column, row, ref)
        return ref

    def _set(self, option: str, value: Any) -> None:
        check(lib.ghostty_terminal_set(self._handle, getattr(lib, f"GHOSTTY_TERMINAL_OPT_{option}"), value), option)

    def _connect(self, option: str, ctype: str, function: Callable[..., Any]) -> None:
        callback = ffi.callback(ctype, function)
        self._callbacks.append(callback)
        self._set(option, callback)


def _call(handler: Callable[[], object]) -> None:
    handler()
