"""What can go wrong between two machines.

PeerError                       exit 255  the peer did not do what was asked, as ssh says it
├── PeerUnreachable             no address of the peer answers
├── WrongCertificate            who answers has another certificate than the one that was pinned
├── PeerRefused                 the peer answered with a refusal (has its `code`)
│   └── ProgramDenied           a peer wants to start a program that `lan.deny` names
└── PairingFailed               the pairing did not come about
"""

from typing import ClassVar, Final

from loopsy_daemon.errors import LoopsyError

_MAX_CHARACTERS: Final = 1_000


class PeerError(LoopsyError):
    """The peer did not do what was asked; 255 keeps this apart from the status of a command that ran there."""

    exit_code: ClassVar[int] = 255

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(_harmless(message), None if hint is None else _harmless(hint))


class PeerUnreachable(PeerError):
    """No address of the peer answers."""


class WrongCertificate(PeerError):
    """Who answers at the peer's address is not the peer that was paired."""


class PeerRefused(PeerError):
    """The peer answered with a refusal; `code` is one of the codes of docs/lan.md."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.code = code


class ProgramDenied(PeerRefused):
    """A peer wants to start a program that `lan.deny` names."""

    def __init__(self, program: str) -> None:
        super().__init__(
            "denied",
            f"{program} may not be started by a peer there.",
            "do it on that machine, or take it out of `lan.deny` in its config.yaml",
        )


class PairingFailed(PeerError):
    """The pairing did not come about; nothing was stored here."""


def _harmless(text: str) -> str:
    """Return the text, parts of which another machine chose, without what could steer a terminal."""
    shown = text[:_MAX_CHARACTERS]
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in shown)
