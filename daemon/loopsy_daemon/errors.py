"""What can go wrong for the person at the laptop.

LoopsyError                     exit 1
├── UsageError                  exit 2  a command was used wrongly
├── ConfigError                 config.yaml or an environment variable says something that is not valid
├── UnsafeFile                  a private file or directory that others own, can read, or that is a link
├── LockTimeout                 another process keeps a file locked
├── SecretsUnavailable          no place to keep secrets that we trust, or it does not give back what it got
├── DaemonNotRunning            exit 3  nobody answers on the local socket
├── RequestFailed               the daemon answered `error` (has the protocol's `code`)
├── ConnectionLost              the daemon went away in the middle of a conversation
└── RelayError                  the relay cannot be reached, or it refuses (has the HTTP status and the relay's `code`)

Errors of bytes from the wire are another family: `loopsy_daemon.wire.errors`.
"""

from typing import ClassVar


class LoopsyError(Exception):
    """Base of the family: one sentence for the person, and a hint that is a complete next step."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(LoopsyError):
    """A command was used wrongly."""

    exit_code = 2


class ConfigError(LoopsyError):
    """The configuration is not valid; the message names the file and the line."""


class UnsafeFile(LoopsyError):
    """A file or directory that must be ours alone is not."""


class LockTimeout(LoopsyError):
    """Another process keeps a file locked for longer than we wait."""


class SecretsUnavailable(LoopsyError):
    """Secrets cannot be kept, or cannot be read back."""


class DaemonNotRunning(LoopsyError):
    """Nobody answers on the local socket."""

    exit_code = 3

    def __init__(self, message: str = "The daemon is not running.", hint: str | None = "loopsy start") -> None:
        super().__init__(message, hint)


class RequestFailed(LoopsyError):
    """The daemon refused a request; `code` is one of the protocol's error codes."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.code = code


class ConnectionLost(LoopsyError):
    """The daemon went away in the middle of a conversation."""

    def __init__(self, message: str = "The daemon went away.", hint: str | None = "loopsy status") -> None:
        super().__init__(message, hint)


class RelayError(LoopsyError):
    """The relay did not do what was asked; `status` is None if it could not be reached."""

    def __init__(
        self, message: str, hint: str | None = None, *, status: int | None = None, code: str | None = None
    ) -> None:
        super().__init__(message, hint)
        self.status = status
        self.code = code
