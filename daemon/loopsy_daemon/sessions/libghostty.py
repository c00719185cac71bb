"""The binding of libghostty as our modules use it: the only importer of the package, which has no types."""

from typing import Any

from pyghostty.core import check, ffi, init_sized, lib, union_fn

__all__ = ["check", "ffi", "lib", "new_sized", "refer", "screen_point", "scroll_viewport", "union_fn"]

# Unions cannot be passed by value through this kind of binding; the package's way out is a struct laid out alike.
ffi.cdef(
    "typedef struct { GhosttyTerminalScrollViewportTag tag; struct { uint64_t row, padding; } value; } LoopsyViewport;"
)
_POINT = ffi.typeof("GhosttyPointS*")
_VIEWPORT = ffi.typeof("LoopsyViewport*")
_grid_ref = union_fn("ghostty_terminal_grid_ref", "GhosttyResult(*)(GhosttyTerminal, GhosttyPointS, GhosttyGridRef*)")
_scroll_viewport = union_fn("ghostty_terminal_scroll_viewport", "void(*)(GhosttyTerminal, LoopsyViewport)")
_templates: dict[str, tuple[Any, Any]] = {}


def new_sized(ctype: str) -> Any:
    """Return a new struct in which all fields named `size` are set; the package's own function is slow."""
    known = _templates.get(ctype)
    if known is None:
        known = _templates[ctype] = (ffi.typeof(ctype + "*"), init_sized(ctype))
    pointer, template = known
    return ffi.new(pointer, template[0])


def screen_point(column: int, row: int) -> Any:
    """Return a point of the active screen, rows counted from the oldest of its scrollback on."""
    point = ffi.new(_POINT)
    point.tag, point.value.x, point.value.y = lib.GHOSTTY_POINT_TAG_SCREEN, column, row
    return point[0]


def refer(handle: Any, column: int, row: int, ref: Any) -> None:
    """Make `ref` refer to a cell until the terminal changes."""
    check(_grid_ref(handle, screen_point(column, row), ref), "grid_ref")


def scroll_viewport(handle: Any, row: int | None) -> None:
    """Show the rows from this one on, or the bottom as usual; nobody looks."""
    viewport = ffi.new(_VIEWPORT)
    viewport.tag = lib.GHOSTTY_SCROLL_VIEWPORT_BOTTOM if row is None else lib.GHOSTTY_SCROLL_VIEWPORT_ROW
    viewport.value.row = row or 0
    _scroll_viewport(handle, viewport[0])
