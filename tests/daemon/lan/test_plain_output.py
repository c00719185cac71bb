import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopsy_daemon.lan.plain_output import plain_output


@pytest.mark.parametrize(
    ("printed", "text"),
    [
        (b"one\r\ntwo\r\n", "one\ntwo\n"),
        (b"\x1b[1;31mred\x1b[0m \x1b]0;title\x07plain\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "red plainlink"),
        (b"10%\r50%\r100%\r\n", "100%\n"),
        (b"100%\r", "100%"),
        (b"ab\x08c\r\n", "ac\n"),
        (b"\x08\x08x", "x"),
        (b"\x1b(B\x1b=\x1b7\x1bMtext\x07\x00", "text"),
        (b"\xff\xfe caf\xc3\xa9", "\ufffd\ufffd café"),
        (b"\x1bP1$r0m\x1b\\after", "after"),
    ],
)
def test_what_is_left_is_what_a_person_reads(printed: bytes, text: str) -> None:
    assert plain_output(printed, is_last=True) == (text, len(printed))


@pytest.mark.parametrize("unfinished", [b"\x1b", b"\x1b[3", b"\x1b]0;ti", b"\x1b]0;title\x1b", b"\xe6\xbc", b"\r"])
def test_what_is_not_whole_is_left_for_the_next_time(unfinished: bytes) -> None:
    assert plain_output(b"text" + unfinished, is_last=False) == ("text", 4)


def test_a_sequence_that_never_ends_holds_nobody_up() -> None:
    printed = b"\x1b]0;" + b"x" * 10_000
    _, taken = plain_output(printed, is_last=False)
    assert taken == len(printed)


@given(st.binary(max_size=200))
def test_no_output_leaves_a_control_character_or_takes_what_is_not_there(printed: bytes) -> None:
    for is_last in (True, False):
        text, taken = plain_output(printed, is_last=is_last)
        assert 0 <= taken <= len(printed)
        assert not any(character < " " and character not in "\n\t" for character in text)
