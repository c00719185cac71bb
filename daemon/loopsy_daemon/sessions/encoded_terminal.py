"""A terminal's whole state as blocks of bytes, and a terminal made of them."""

from typing import Any

from loopsy_daemon.sessions.libghostty import check, ffi, lib


def encoded(handle: Any, enough_bytes: int) -> bytes:
    """Return the blocks of a terminal, its screens first, up to about this size."""
    blocks: list[bytes] = []
    missing_bytes = enough_bytes

    def write(_data: Any, pointer: Any, size: int) -> bool:
        nonlocal missing_bytes
        blocks.append(bytes(ffi.buffer(pointer, size)))
        missing_bytes -= size
        return missing_bytes > 0

    callback = ffi.callback("GhosttyWriterFn", write)
    writer = ffi.new("GhosttyWriter*", {"write": callback, "userdata": ffi.NULL})
    lib.ghostty_snapshot_encode(handle, writer[0])
    return b"".join(blocks)


def decoded(data: bytes, with_history: bool) -> Any:
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
