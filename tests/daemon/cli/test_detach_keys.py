import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopsy_daemon.cli.detach_keys import DetachKeys, Prefix, Typed, parse_prefix
from loopsy_daemon.errors import UsageError

CTRL_A = Prefix("a")


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
    assert DetachKeys(CTRL_A).feed(typed) == Typed(passed, detaches)


@given(st.lists(st.sampled_from([b"\x01", b"d", b"x", b"\x1b", b"[A", b"\xe4\xbd\xa0"]), max_size=12), st.data())
def test_it_does_not_matter_how_the_keys_are_read(keys: list[bytes], data: st.DataObject) -> None:
    typed = b"".join(keys)
    whole = DetachKeys(CTRL_A).feed(typed)
    cut = data.draw(st.integers(0, len(typed)))
    in_parts = DetachKeys(CTRL_A)
    first = in_parts.feed(typed[:cut])
    second = Typed(b"") if first.detach else in_parts.feed(typed[cut:])
    assert Typed(first.data + second.data, first.detach or second.detach) == whole


@pytest.mark.parametrize(
    ("text", "key", "byte"),
    [
        ("C-a", "a", b"\x01"),
        ("^B", "b", b"\x02"),
        ("ctrl-]", "]", b"\x1d"),
        ("C-\\", "\\", b"\x1c"),
        ("^_", "_", b"\x1f"),
    ],
)
def test_another_prefix_can_be_chosen(text: str, key: str, byte: bytes) -> None:
    prefix = parse_prefix(text)
    assert prefix == Prefix(key)
    assert DetachKeys(prefix).feed(b"\x01d" + byte + b"d" if key != "a" else byte + b"d").detach
    assert prefix.label == f"Ctrl-{key.upper()}"


def test_without_a_prefix_everything_passes() -> None:
    everything = bytes(range(256)) + b"\x01d"
    assert DetachKeys(parse_prefix("none")).feed(everything) == Typed(everything)


@pytest.mark.parametrize("text", ["", "a", "C-", "C-i", "C-m", "C-[", "C-ab", "M-a", "C-1"])
def test_a_key_that_nobody_can_do_without_is_no_prefix(text: str) -> None:
    with pytest.raises(UsageError, match="is not a prefix key") as error:
        parse_prefix(text)
    assert error.value.hint == "use one like C-a, C-b or C-], or none"
