"""What the library prints of a terminal's rows."""

from typing import Any, Final

from loopsy_daemon.sessions.libghostty import check, ffi, lib, new_sized, refer

TEXT: Final = int(lib.GHOSTTY_FORMATTER_FORMAT_PLAIN)
TEXT_AND_PENS: Final = int(lib.GHOSTTY_FORMATTER_FORMAT_VT)


def formatted(
    handle: Any,
    emit: int,
    rows: tuple[int, int],
    columns: tuple[int, int],
    *,
    joined: bool,
    extra: tuple[str, ...] = (),
) -> bytes:
    """Return the cells from the first to the last of `rows` and `columns`, wrapped rows joined if that is wanted.

    `extra` names parts of the terminal's state whose sequences come with it.
    """
    selection, ref = new_sized("GhosttySelection"), new_sized("GhosttyGridRef")
    refer(handle, columns[0], rows[0], ref)
    selection.start = ref[0]
    refer(handle, columns[1], rows[1], ref)
    selection.end = ref[0]
    options = new_sized("GhosttyFormatterTerminalOptions")
    options.emit, options.unwrap, options.trim, options.selection = emit, joined, False, selection
    for name in extra:
        setattr(options.extra if hasattr(options.extra, name) else options.extra.screen, name, True)
    formatter, pointer, size = ffi.new("GhosttyFormatter*"), ffi.new("uint8_t**"), ffi.new("size_t*")
    check(lib.ghostty_formatter_terminal_new(ffi.NULL, formatter, handle, options[0]), "formatter_new")
    try:
        check(lib.ghostty_formatter_format_alloc(formatter[0], ffi.NULL, pointer, size), "format")
    finally:
        lib.ghostty_formatter_free(formatter[0])
    try:
        return bytes(ffi.buffer(pointer[0], size[0])) if size[0] else b""
    finally:
        lib.ghostty_free(ffi.NULL, pointer[0], size[0])
