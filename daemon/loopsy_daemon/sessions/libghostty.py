"""The binding of libghostty as our modules use it: the only importer of the package, which has no types."""

from typing import Any

from pyghostty.core import check, ffi, init_sized, lib, union_fn

__all__ = ["check", "ffi", "init_sized", "lib", "refer", "screen_point", "union_fn"]


def screen_point(column: int, row: int) -> Any:
    """Return a point of the active screen, rows counted from the oldest of its scrollback on."""
    point = ffi.new("GhosttyPointS*")
    point.tag, point.value.x, point.value.y = lib.GHOSTTY_POINT_TAG_SCREEN, column, row
    return point[0]


def refer(handle: Any, column: int, row: int, ref: Any) -> None:
    """Make `ref` refer to a cell until the terminal changes."""
    function = union_fn(
        "ghostty_terminal_grid_ref", "GhosttyResult(*)(GhosttyTerminal, GhosttyPointS, GhosttyGridRef*)"
    )
    check(function(handle, screen_point(column, row), ref), "grid_ref")
