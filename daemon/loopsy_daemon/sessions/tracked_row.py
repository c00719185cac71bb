"""A row of a terminal that is followed while the terminal scrolls, reflows and forgets."""

from typing import Any

from loopsy_daemon.sessions.libghostty import check, ffi, lib, screen_point, union_fn


class TrackedRow:
    """One row of the screen that was active when it was made; the terminal releases it when it is closed."""

    def __init__(self, handle: Any, row: int) -> None:
        function = union_fn(
            "ghostty_terminal_grid_ref_track",
            "GhosttyResult(*)(GhosttyTerminal, GhosttyPointS, GhosttyTrackedGridRef*)",
        )
        holder = ffi.new("GhosttyTrackedGridRef*")
        check(function(handle, screen_point(0, row), holder), "grid_ref_track")
        self._terminal = handle  # lives at least as long as what points into it
        self._ref = ffi.gc(holder[0], lib.ghostty_tracked_grid_ref_free)

    @property
    def row(self) -> int | None:
        """Where it is now, counted from the oldest row on; None once it was forgotten."""
        if self._ref is None or not lib.ghostty_tracked_grid_ref_has_value(self._ref):
            return None
        point = ffi.new("GhosttyPointCoordinate*")
        check(lib.ghostty_tracked_grid_ref_point(self._ref, lib.GHOSTTY_POINT_TAG_SCREEN, point), "grid_ref_point")
        return int(point.y)

    def move(self, row: int) -> None:
        """Follow another row of the active screen instead."""
        function = union_fn(
            "ghostty_tracked_grid_ref_set", "GhosttyResult(*)(GhosttyTrackedGridRef, GhosttyTerminal, GhosttyPointS)"
        )
        check(function(self._ref, self._terminal, screen_point(0, row)), "grid_ref_set")

    def release(self) -> None:
        """Follow it no more."""
        if self._ref is not None:
            ffi.release(self._ref)
            self._ref = self._terminal = None
