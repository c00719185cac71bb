"""The order in which a screen is rebuilt."""

from dataclasses import replace

from loopsy_daemon.sessions.rebuild import Alternate, ScreenState, rebuild

EMPTY = ScreenState(
    primary=b"PRIMARY",
    primary_cursor=b"\x1b[2;2H",
    alternate=None,
    saved_cursor=b"",
    cursor=b"\x1b[5;7H\x1b[0m",
    tab_stops=b"",
    margins=None,
    is_origin_relative=False,
    modes_set=(),
    ansi_modes_set=(),
    cursor_shape=0,
    colours=b"",
    title="",
    last_cluster=b"",
)


def test_it_begins_by_leaving_any_sequence_and_ends_at_the_cursor() -> None:
    data = rebuild(EMPTY)
    assert data.startswith(b"\x18PRIMARY")
    assert data.endswith(b"\x1b[5;7H\x1b[0m")


def test_what_steers_printing_comes_after_what_is_printed() -> None:
    state = replace(EMPTY, margins=(3, 6), modes_set=((7, False), (2004, True)), ansi_modes_set=(4,), cursor_shape=5)
    data = rebuild(state)
    order = [b"PRIMARY", b"\x1b[3;6r", b"\x1b[5;7H", b"\x1b[4h", b"\x1b[?7l", b"\x1b[?2004h", b"\x1b[5 q"]
    assert sorted(order, key=data.index) == order


def test_the_alternate_screen_is_turned_on_where_the_primary_cursor_is() -> None:
    data = rebuild(replace(EMPTY, alternate=Alternate(1049, b"ALTERNATE")))
    order = [b"PRIMARY", b"\x1b[2;2H", b"\x1b[?1049h", b"ALTERNATE", b"\x1b[5;7H"]
    assert sorted(order, key=data.index) == order


def test_a_saved_cursor_is_saved_again() -> None:
    data = rebuild(replace(EMPTY, saved_cursor=b"\x1b[3;3H\x1b[1m"))
    assert b"\x1b[3;3H\x1b[1m\x1b7" in data


def test_in_origin_mode_the_cursor_is_counted_from_the_margin() -> None:
    data = rebuild(replace(EMPTY, margins=(3, 6), is_origin_relative=True))
    assert data.endswith(b"\x1b[3;6r\x1b[?6h\x1b[3;7H\x1b[0m")


def test_a_title_is_set() -> None:
    assert rebuild(replace(EMPTY, title="é")).endswith(b"\x1b]2;\xc3\xa9\x1b\\")
