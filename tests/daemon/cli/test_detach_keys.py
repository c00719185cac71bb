import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopsy_daemon.cli.detach_keys import DetachKeys, Typed


@pytest.mark.parametrize(
    ("typed", "passed", "detaches"),
    [
        (b"ls -l\r", b"ls -l\r", False),
        (b"\x01d", b"", True),
        (b"ab\x01dcd", b"ab", True),
        (b"\x01\x01", b"\x01", False),
        (b"\x01\x01d", b"\x01d", False),
        (b"\x01\x01\x01d", b"\x01", True),
        (b"\x01x", b"\x01x", False),
        (b"\x01D", b"\x01D", False),
        (b"\x01", b"", False),
        (b"\x1b[97;5ud", b"", True),
        (b"\x1b[97;5u\x1b[100u", b"", True),
        (b"\x1b[97;5u\x1b[97;5u", b"\x1b[97;5u", False),
        (b"\x1b[97;5ux", b"\x1b[97;5ux", False),
        (b"\x1b[A\x01\x1b[A", b"\x1b[A\x01\x1b[A", False),
    ],
)
def test_only_ctrl_a_d_leaves_and_all_else_passes(typed: bytes, passed: bytes, detaches: bool) -> None:
    assert DetachKeys().feed(typed) == Typed(passed, detaches)


@given(st.lists(st.sampled_from([b"\x01", b"d", b"x", b"\x1b", b"[A", b"\xe4\xbd\xa0"]), max_size=12), st.data())
def test_it_does_not_matter_how_the_keys_are_read(keys: list[bytes], data: st.DataObject) -> None:
    typed = b"".join(keys)
    whole = DetachKeys().feed(typed)
    cut = data.draw(st.integers(0, len(typed)))
    in_parts = DetachKeys()
    first = in_parts.feed(typed[:cut])
    second = Typed(b"") if first.detach else in_parts.feed(typed[cut:])
    assert Typed(first.data + second.data, first.detach or second.detach) == whole
