import pytest

from loopsy_daemon.sessions.errors import BadRequest
from loopsy_daemon.sessions.named_keys import key_bytes


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("enter", b"\r"),
        ("Enter", b"\r"),
        ("escape", b"\x1b"),
        ("shift-tab", b"\x1b[Z"),
        ("ctrl-c", b"\x03"),
        ("ctrl-C", b"\x03"),
        ("ctrl-[", b"\x1b"),
        ("ctrl-space", b"\x00"),
        ("alt-b", b"\x1bb"),
        ("alt-enter", b"\x1b\r"),
        ("ctrl-alt-x", b"\x1b\x18"),
        ("up", b"\x1b[A"),
        ("ctrl-left", b"\x1b[1;5D"),
        ("shift-end", b"\x1b[1;2F"),
        ("pagedown", b"\x1b[6~"),
        ("ctrl-delete", b"\x1b[3;5~"),
        ("f1", b"\x1bOP"),
        ("f12", b"\x1b[24~"),
        ("y", b"y"),
        ("Y", b"Y"),
        ("-", b"-"),
        ("é", "é".encode()),
    ],
)
def test_a_key_sends_what_a_terminal_sends(name: str, sent: bytes) -> None:
    assert key_bytes(name) == sent


def test_a_cursor_key_is_what_the_program_asked_for() -> None:
    assert key_bytes("up", application_cursor=True) == b"\x1bOA"
    assert key_bytes("ctrl-up", application_cursor=True) == b"\x1b[1;5A"


@pytest.mark.parametrize("name", ["return!", "ctrl-", "hyper-x", "ctrl-é", "shift-a", "f13", "\n", "ctrl-1"])
def test_what_is_no_key_is_refused(name: str) -> None:
    with pytest.raises(BadRequest, match="no key"):
        key_bytes(name)
