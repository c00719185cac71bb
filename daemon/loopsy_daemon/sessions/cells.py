"""The cells of many rows at once, as the library keeps them: eight bytes each, all zero where nothing was printed."""

import itertools
from collections.abc import Iterator
from typing import Any, Final

from loopsy_daemon.sessions.libghostty import check, ffi, lib, scroll_viewport

CELL_BYTES: Final = 8
# The library's copy of a row takes some kilobytes.
_ROWS_AT_ONCE: Final = 512


def rows_of_cells(handle: Any, first: int, last: int, top: int) -> Iterator[bytes]:
    """Yield the cells of rows; `top` is the first row of the screen, below which the viewport cannot go.

    The terminal may not change meanwhile.
    """
    for start in range(first, last + 1, _ROWS_AT_ONCE):
        end = min(start + _ROWS_AT_ONCE, last + 1)
        shown = min(start, top)
        yield from _shown_rows(handle, shown, end - shown)[start - shown :]


def _shown_rows(handle: Any, first: int, count: int) -> list[bytes]:
    state = ffi.new("GhosttyRenderState*")
    check(lib.ghostty_render_state_new(ffi.NULL, state), "render_state_new")
    try:
        overscan = ffi.new("GhosttyRenderStateOverscan*", {"above": 0, "below": count})
        option = lib.GHOSTTY_RENDER_STATE_OPTION_OVERSCAN
        check(lib.ghostty_render_state_set(state[0], option, overscan), "render_state_set")
        scroll_viewport(handle, first)
        try:
            check(lib.ghostty_render_state_update(state[0], handle), "render_state_update")
        finally:
            scroll_viewport(handle, None)
        return list(itertools.islice(_rows(state), count))
    finally:
        lib.ghostty_render_state_free(state[0])


def _rows(state: Any) -> Iterator[bytes]:
    iterator, view = ffi.new("GhosttyRenderStateRowIterator*"), ffi.new("GhosttyCellsView*")
    check(lib.ghostty_render_state_row_iterator_new(ffi.NULL, iterator), "row_iterator_new")
    try:
        check(
            lib.ghostty_render_state_get(state[0], lib.GHOSTTY_RENDER_STATE_DATA_ROW_ITERATOR, iterator),
            "render_state_get",
        )
        get, cells = lib.ghostty_render_state_row_get, lib.GHOSTTY_RENDER_STATE_ROW_DATA_CELLS_RAW
        while lib.ghostty_render_state_row_iterator_next(iterator[0]):
            check(get(iterator[0], cells, view), "row_get")
            yield bytes(ffi.buffer(view.ptr, view.len * CELL_BYTES))
    finally:
        lib.ghostty_render_state_row_iterator_free(iterator[0])
