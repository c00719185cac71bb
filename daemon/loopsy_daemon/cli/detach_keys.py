"""Pure: finds the prefix key and d (detach), or the prefix twice (once), in what the user types; all else passes."""

from dataclasses import dataclass
from typing import Final

from loopsy_daemon.errors import UsageError

NO_PREFIX: Final = "none"
# Enter, Tab and Escape are control characters, too, and nobody can do without them.
_PREFIX_CHARACTERS: Final = "abcdefghklnopqrstuvwxyz\\]^_"
# Programs that switch the terminal to the kitty keyboard protocol make it spell d so.
_D_SPELLINGS: Final = (b"d", b"\x1b[100u", b"\x1b[100;1u")


@dataclass(frozen=True, slots=True)
class Prefix:
    """A key with Ctrl; `key` is its character without, or nothing if there is no prefix."""

    key: str

    @property
    def label(self) -> str:
        """What a person presses."""
        return f"Ctrl-{self.key.upper()}" if self.key else "no key"

    @property
    def spellings(self) -> tuple[bytes, ...]:
        """How terminals spell it: as a control character, or by the kitty keyboard protocol."""
        if not self.key:
            return ()
        return bytes([ord(self.key.upper()) & 0x1F]), b"\x1b[%d;5u" % ord(self.key)


def parse_prefix(text: str) -> Prefix:
    """Return the prefix that a person means by `C-a`, `^A`, `ctrl-a` or `none`. Raises UsageError."""
    lowered = text.strip().lower()
    if lowered == NO_PREFIX:
        return Prefix("")
    for beginning in ("ctrl-", "c-", "^"):
        key = lowered.removeprefix(beginning)
        if key != lowered and len(key) == 1 and key in _PREFIX_CHARACTERS:
            return Prefix(key)
    raise UsageError(f"{text!r} is not a prefix key.", "use one like C-a, C-b or C-], or none")


@dataclass(frozen=True, slots=True)
class Typed:
    """What of the typed bytes goes to the session, and whether the user asked to leave."""

    data: bytes
    detach: bool = False


class DetachKeys:
    """Remembers the prefix across reads. What follows a detach is dropped."""

    def __init__(self, prefix: Prefix) -> None:
        self._prefix_spellings = prefix.spellings
        self._pending = b""

    def feed(self, data: bytes) -> Typed:
        """Take the next bytes from the keyboard."""
        passed = bytearray()
        position = 0
        while position < len(data):
            prefix = _spelling_at(data, position, self._prefix_spellings)
            if self._pending:
                if _spelling_at(data, position, _D_SPELLINGS):
                    self._pending = b""
                    return Typed(bytes(passed), detach=True)
                passed += self._pending
                self._pending = b""
                if prefix:  # the second one is what made the first literal
                    position += len(prefix)
                    continue
            elif prefix:
                self._pending = prefix
                position += len(prefix)
                continue
            passed.append(data[position])
            position += 1
        return Typed(bytes(passed))


def _spelling_at(data: bytes, position: int, spellings: tuple[bytes, ...]) -> bytes | None:
    return next((spelling for spelling in spellings if data.startswith(spelling, position)), None)
