"""Which columns of a table are cut where a terminal is narrow."""

import pytest

from loopsy_daemon.cli.tables import fitted


@pytest.mark.parametrize(
    ("widths", "may_shrink", "available", "fitting"),
    [
        ([4, 8, 44], [True, False, True], 80, [4, 8, 44]),
        ([4, 8, 44], [True, False, True], 40, [4, 8, 28]),  # a short name is not cut for a long list
        ([30, 8, 44], [True, False, True], 40, [16, 8, 16]),
        ([30, 8, 44], [True, False, True], 10, [8, 8, 8]),  # the terminal cuts the rest
        ([30, 8], [False, False], 10, [30, 8]),
    ],
)
def test_the_widest_that_may_be_cut_is_first_and_nothing_else_ever(
    widths: list[int], may_shrink: list[bool], available: int, fitting: list[int]
) -> None:
    assert fitted(widths, may_shrink, available) == fitting
