"""libghostty's terminal behind a small typed port, and the only importer of its binding."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from pyghostty.core import check, ffi, init_sized, lib, union_fn

_ANSI_MODE: Final = 1 << 15
_MEASURES_TEXT: Final = (2027,)  # grapheme clusters
_UNLIMITED_LINES: Final = 1 << 32
# What is enough for the screens of a twin, usually, mostly and always; and what its scrollback takes for each byte
# that it prints as.
_TWIN_BYTES: Final = (128 * 1024, 1024 * 1024, sys.maxsize)
_ENCODED_PER_PRINTED: Final = 3
_Rgb = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Fill:
    """The background of a cell without text: the parameters of its SGR sequence."""

    parameters: tuple[int, ...]


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
        self._callbacks: list[Any] = []  # the library points to these
        self._write = lib.ghostty_terminal_vt_write

    def feed(self, data: bytes) -> None:
        """Parse output."""
        self._write(self._handle, data, len(data))

    def resize(self, cols: int, rows: int) -> None:
        """Change the size; the primary screen reflows."""
        check(lib.ghostty_terminal_resize(self._handle, cols, rows, 8, 16), "terminal_resize")
        self.cols, self.rows = cols, rows

    def close(self) -> None:
        """Free the terminal now."""
        ffi.release(self._handle)

    def twin(self, history_bytes: int = 0) -> "Ghostty | None":
        """Return a copy that can be changed without a trace here, with the newest scrollback only; it answers nobody.

        None while the parser is in a sequence that was too long to keep: the library refuses then.
        """
        # The library writes its screens first, then the scrollback from new to old: the rest is not even encoded.
        for screen_bytes in _TWIN_BYTES:
            handle = _decode(self._encoded(screen_bytes + history_bytes * _ENCODED_PER_PRINTED), history_bytes > 0)
            if handle is not None:
                return Ghostty(self.cols, self.rows, handle=handle)
        return None

    def _encoded(self, enough_bytes: int) -> bytes:
        blocks: list[bytes] = []
        missing_bytes = enough_bytes

        def write(_data: Any, pointer: Any, size: int) -> bool:
            nonlocal missing_bytes
            blocks.append(bytes(ffi.buffer(pointer, size)))
            missing_bytes -= size
            return missing_bytes > 0

        callback = ffi.callback("GhosttyWriterFn", write)
        writer = ffi.new("GhosttyWriter*", {"write": callback, "userdata": ffi.NULL})
        lib.ghostty_snapshot_encode(self._handle, writer[0])
        return b"".join(blocks)

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

    def set_colours(self, foreground: _Rgb, background: _Rgb) -> None:
        """Set the colours that a program is told are the default ones."""
        self._set("COLOR_FOREGROUND", ffi.new("GhosttyColorRgb*", dict(zip("rgb", foreground, strict=True))))
        self._set("COLOR_BACKGROUND", ffi.new("GhosttyColorRgb*", dict(zip("rgb", background, strict=True))))

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

    def unfinished(self) -> bytes | None:
        """Return the beginning of the sequence or character that the parser is in, or None if it was too long."""
        written = ffi.new("size_t*")
        result = lib.ghostty_terminal_continuation_buf(self._handle, ffi.NULL, 0, written)
        if result not in (lib.GHOSTTY_SUCCESS, lib.GHOSTTY_OUT_OF_SPACE):
            return None
        buffer = ffi.new("uint8_t[]", max(written[0], 1))
        check(lib.ghostty_terminal_continuation_buf(self._handle, buffer, len(buffer), written), "continuation")
        return bytes(ffi.buffer(buffer, written[0]))

    def has_fill(self, row: int) -> bool:
        """Return whether a row's last or first cell has a background and no text: erasing goes to an end."""
        return any(self._fill_at(column, row) is not None for column in (self.cols - 1, 0))

    def _fill_at(self, column: int, row: int) -> Fill | None:
        ref, cell = init_sized("GhosttyGridRef"), ffi.new("GhosttyCell*")
        self._refer(column, row, ref)
        check(lib.ghostty_grid_ref_cell(ref, cell), "cell")
        return _fill(int(cell[0]))

    def fills(self, row: int) -> list[Fill | None]:
        """Return for each cell of a row its background if it has one and no text."""
        ref, cell = init_sized("GhosttyGridRef"), ffi.new("GhosttyCell*")
        known: dict[int, Fill | None] = {}
        found: list[Fill | None] = []
        for column in range(self.cols):
            self._refer(column, row, ref)
            check(lib.ghostty_grid_ref_cell(ref, cell), "cell")
            content = int(cell[0])
            if content not in known:
                known[content] = _fill(content)
            found.append(known[content])
        return found

    def printed(self, first_row: int, last_row: int, *, joined: bool = True) -> bytes:
        """Return rows as text and pen sequences, wrapped rows joined; empty ones at the end are left out."""
        return self._format(lib.GHOSTTY_FORMATTER_FORMAT_VT, first_row, last_row, self.cols - 1, joined, ())

    def plain(self, first_row: int, last_row: int) -> str:
        """Return the text of rows, one line each; empty ones at the end are left out."""
        kind = lib.GHOSTTY_FORMATTER_FORMAT_PLAIN
        return self._format(kind, first_row, last_row, self.cols - 1, False, ()).decode(errors="replace")

    def setting(self, *names: str) -> bytes:
        """Return the sequences that set the named parts of the state, such as `tabstops` or `cursor`."""
        row = self.number("TOTAL_ROWS") - 1
        cell = self._format(lib.GHOSTTY_FORMATTER_FORMAT_VT, row, row, 0, False, ())
        whole = self._format(lib.GHOSTTY_FORMATTER_FORMAT_VT, row, row, 0, False, names)
        # What steers text comes before it, the rest after it.
        return whole.removesuffix(cell) if "tabstops" in names else whole.removeprefix(cell)

    def _format(
        self, emit: int, first_row: int, last_row: int, last_column: int, unwrap: bool, extra: tuple[str, ...]
    ) -> bytes:
        selection = init_sized("GhosttySelection")
        self._refer(0, first_row, ffi.addressof(selection, "start"))
        self._refer(last_column, last_row, ffi.addressof(selection, "end"))
        options = init_sized("GhosttyFormatterTerminalOptions")
        options.emit, options.unwrap, options.trim, options.selection = emit, unwrap, False, selection
        for name in extra:
            setattr(options.extra if hasattr(options.extra, name) else options.extra.screen, name, True)
        formatter, pointer, size = ffi.new("GhosttyFormatter*"), ffi.new("uint8_t**"), ffi.new("size_t*")
        check(lib.ghostty_formatter_terminal_new(ffi.NULL, formatter, self._handle, options[0]), "formatter_new")
        try:
            check(lib.ghostty_formatter_format_alloc(formatter[0], ffi.NULL, pointer, size), "format")
        finally:
            lib.ghostty_formatter_free(formatter[0])
        try:
            return bytes(ffi.buffer(pointer[0], size[0])) if size[0] else b""
        finally:
            lib.ghostty_free(ffi.NULL, pointer[0], size[0])

    def _refer(self, column: int, row: int, ref: Any) -> None:
        function = union_fn(
            "ghostty_terminal_grid_ref", "GhosttyResult(*)(GhosttyTerminal, GhosttyPointS, GhosttyGridRef*)"
        )
        point = ffi.new("GhosttyPointS*")
        point.tag, point.value.x, point.value.y = lib.GHOSTTY_POINT_TAG_SCREEN, column, row
        check(function(self._handle, point[0], ref), "grid_ref")

    def _set(self, option: str, value: Any) -> None:
        check(lib.ghostty_terminal_set(self._handle, getattr(lib, f"GHOSTTY_TERMINAL_OPT_{option}"), value), option)

    def _connect(self, option: str, ctype: str, function: Callable[..., Any]) -> None:
        callback = ffi.callback(ctype, function)
        self._callbacks.append(callback)
        self._set(option, callback)


def _decode(data: bytes, with_history: bool) -> Any:
    """Return a terminal made of encoded blocks, or None if they are not enough; a cut block ends the scrollback."""
    holder, decoder = ffi.new("GhosttyTerminal*"), ffi.new("GhosttySnapshotDecoder*")
    check(lib.ghostty_snapshot_decoder_new_buf(ffi.NULL, decoder, data, len(data)), "decoder_new")
    try:
        if lib.ghostty_snapshot_decoder_ready(decoder[0], holder) != lib.GHOSTTY_SUCCESS:
            return None
        while with_history and lib.ghostty_snapshot_decoder_next(decoder[0]) == lib.GHOSTTY_SUCCESS:
            pass
    finally:
        lib.ghostty_snapshot_decoder_free(decoder[0])
    return holder[0]


def _call(handler: Callable[[], object]) -> None:
    handler()


def _fill(cell: int) -> Fill | None:
    tag = ffi.new("GhosttyCellContentTag*")
    check(lib.ghostty_cell_get(cell, lib.GHOSTTY_CELL_DATA_CONTENT_TAG, tag), "cell_get tag")
    if tag[0] == lib.GHOSTTY_CELL_CONTENT_BG_COLOR_PALETTE:
        index = ffi.new("GhosttyColorPaletteIndex*")
        check(lib.ghostty_cell_get(cell, lib.GHOSTTY_CELL_DATA_COLOR_PALETTE, index), "cell_get palette")
        return Fill((48, 5, index[0]))
    if tag[0] == lib.GHOSTTY_CELL_CONTENT_BG_COLOR_RGB:
        colour = ffi.new("GhosttyColorRgb*")
        check(lib.ghostty_cell_get(cell, lib.GHOSTTY_CELL_DATA_COLOR_RGB, colour), "cell_get rgb")
        return Fill((48, 2, colour.r, colour.g, colour.b))
    return None
