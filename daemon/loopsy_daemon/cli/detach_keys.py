"""Pure: finds Ctrl-A d (detach) and Ctrl-A Ctrl-A (one Ctrl-A) in what the user types; all else passes unchanged."""

from dataclasses import dataclass
from typing import Final

CTRL_A: Final = b"\x01"
# Programs that switch the terminal to the kitty keyboard protocol make it spell Ctrl-A and d so.
_CTRL_A_SPELLINGS: Final = (CTRL_A, b"\x1b[97;5u")
_D_SPELLINGS: Final = (b"d", b"\x1b[100u", b"\x1b[100;1u")


@dataclass(frozen=True, slots=True)
class Typed:
    """What of the typed bytes goes to the session, and whether the user asked to leave."""

    data: bytes
    detach: bool = False


class DetachKeys:
    """Remembers a Ctrl-A across reads. What follows a detach is dropped."""

    def __init__(self) -> None:
        self._prefix = b""

    def feed(self, data: bytes) -> Typed:
        """Take the next bytes from the keyboard."""
        passed = bytearray()
        position = 0
        while position < len(data):
            control_a = _spelling_at(data, position, _CTRL_A_SPELLINGS)
            if self._prefix:
                if _spelling_at(data, position, _D_SPELLINGS):
                    self._prefix = b""
                    return Typed(bytes(passed), detach=True)
                passed += self._prefix
                self._prefix = b""
                if control_a:  # the second one is what made the first literal
                    position += len(control_a)
                    continue
            elif control_a:
                self._prefix = control_a
                position += len(control_a)
                continue
            passed.append(data[position])
            position += 1
        return Typed(bytes(passed))


def _spelling_at(data: bytes, position: int, spellings: tuple[bytes, ...]) -> bytes | None:
    return next((spelling for spelling in spellings if data.startswith(spelling, position)), None)
