"""The scrollback that a snapshot leaves out comes in pieces that fit above it without a gap or a repeat."""

import pytest

from loopsy_daemon.sessions.screen import Screen
from tests.daemon.sessions.test_snapshot import lines

COLS, ROWS = 40, 6


def long_session(count: int = 3_000) -> Screen:
    screen = Screen(COLS, ROWS)
    for number in range(count):
        screen.feed(b"\x1b[3%dmline %d\x1b[0m %s\r\n" % (number % 8, number, b"wraps " * (number % 11)))
        if number % 7 == 0:
            screen.feed(b"\r\n\r\n")
    return screen


def whole(pieces: list[bytes], snapshot: bytes) -> list[str]:
    """Return the lines of a terminal that printed the pieces, oldest first, and then the snapshot."""
    above = Screen(COLS, ROWS, scrollback_lines=100_000)
    above.feed(b"\r\n".join(reversed(pieces)) + b"\r\n" if pieces else b"")
    above.feed(snapshot)
    return "".join(above.transcript(styled=False)).split("\n")


def pieces_of(screen: Screen, snapshot_bytes: int, piece_bytes: int) -> tuple[list[bytes], bytes]:
    taken = screen.snapshot(snapshot_bytes)
    assert taken.edge is not None
    pieces: list[bytes] = []
    while True:
        piece = screen.history(taken.edge, piece_bytes)
        assert piece is not None
        if piece.data:
            pieces.append(piece.data)
        if piece.is_oldest:
            return pieces, taken.data


@pytest.mark.parametrize("piece_bytes", [500, 5_000, 50_000])
def test_pieces_and_snapshot_are_the_whole_scrollback(piece_bytes: int) -> None:
    screen = long_session()
    expected = "".join(screen.transcript(styled=False)).split("\n")
    pieces, snapshot = pieces_of(screen, 8_000, piece_bytes)
    assert all(len(piece) <= piece_bytes for piece in pieces)
    assert len(pieces) > 2
    assert whole(pieces, snapshot) == expected


def test_what_is_printed_in_between_changes_nothing_above() -> None:
    screen = long_session(500)
    taken = screen.snapshot(4_000)
    assert taken.edge is not None
    found: list[bytes] = []
    for number in range(1_000):
        piece = screen.history(taken.edge, 1_000)
        assert piece is not None
        found.append(piece.data)
        if piece.is_oldest:
            break
        screen.feed(b"something new %d\r\n" % number)
        screen.resize(COLS - number % 3, ROWS)
    text = b"\n".join(reversed(found)).decode()
    assert "something new" not in text
    assert all(f"line {number}\x1b" in text for number in range(100))


def test_the_alternate_screen_has_none_and_the_primary_ones_is_found_again_after_it() -> None:
    screen = long_session(500)
    screen.feed(b"\x1b[?1049h\x1b[2J\x1b[Hfull screen")
    taken = screen.snapshot(8_000)
    assert taken.edge is not None
    assert screen.history(taken.edge, 5_000) is None
    assert lines(screen)[0] == "full screen"
    screen.feed(b"\x1b[?1049l")
    piece = screen.history(taken.edge, 5_000)
    assert piece is not None
    assert b"line" in piece.data


def test_cleared_scrollback_is_gone_for_clients_too() -> None:
    screen = long_session(500)
    edge = screen.snapshot(2_000).edge
    screen.feed(b"\x1b[3J")
    assert edge is not None
    piece = screen.history(edge, 5_000)
    assert piece is not None
    assert (piece.data, piece.is_oldest) == (b"", True)


def test_a_terminal_that_is_closed_tells_nothing_and_crashes_nothing() -> None:
    screen = long_session(100)
    edge = screen.snapshot(2_000).edge
    assert edge is not None
    screen.close()
    assert edge.row is None
    edge.release()


def test_a_line_that_is_larger_than_a_piece_comes_in_several() -> None:
    screen = Screen(COLS, ROWS)
    screen.feed(b"first\r\n" + b"0123456789" * 1_000 + b"\r\n" + b"last\r\n" * 20)
    pieces, _ = pieces_of(screen, 2_300, 1_000)
    assert all(0 < len(piece) <= 1_000 for piece in pieces)
    text = b"".join(reversed(pieces)).replace(b"\r\n", b"")
    assert b"first" + b"0123456789" * 1_000 in text


def test_a_row_that_is_larger_than_a_piece_comes_without_its_pens() -> None:
    screen = Screen(200, ROWS)
    screen.feed(b"".join(b"\x1b[38;2;1;2;%d;48;2;3;4;%dm%d" % (x, x, x % 10) for x in range(200)) + b"\x1b[0m\r\n" * 9)
    taken = screen.snapshot(2_100)
    assert taken.edge is not None
    piece = screen.history(taken.edge, 1_000)
    assert piece is not None
    assert len(piece.data) <= 1_000
    while not piece.is_oldest:
        piece = screen.history(taken.edge, 1_000)
        assert piece is not None
        assert len(piece.data) <= 1_000
    assert piece.data == b"0123456789" * 20
