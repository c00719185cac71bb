"""What can be wrong with a request about a session; each has the code that a client is told.

SessionError
├── UnknownSession       no session has this id or name
├── UnknownAgent         no agent has this id
├── AgentUnavailable     the agent's program is not installed
├── BadDirectory         the working directory does not exist or cannot be entered
├── BadRequest           a name, size or signal that is not allowed
├── NotPermitted         only the laptop itself may ask this
├── UnknownCommand       no saved command has this id
├── TooManyCommands      the limit of saved commands is reached
├── NotSaved             what should be kept could not be written
├── NameTaken            another running session has this name
├── TooManySessions      the limit of sessions is reached
├── SpawnFailed          the program could not be started
├── SessionExited        the program has ended already
└── NoHistory            what lies above a client's screen cannot be told now
"""

from typing import ClassVar


class SessionError(Exception):
    """Base of the family: `code` for programs, the message and `hint` for the person."""

    code: ClassVar[str]

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UnknownSession(SessionError):
    """No session has this id or name."""

    code = "unknown_session"


class UnknownAgent(SessionError):
    """No agent has this id."""

    code = "unknown_agent"


class AgentUnavailable(SessionError):
    """The agent's program is not installed."""

    code = "agent_unavailable"


class BadDirectory(SessionError):
    """The working directory does not exist or cannot be entered."""

    code = "bad_directory"


class BadRequest(SessionError):
    """A name, size or signal that is not allowed."""

    code = "bad_request"


class NotPermitted(SessionError):
    """Only the laptop itself may ask this."""

    code = "not_permitted"


class UnknownCommand(SessionError):
    """No saved command has this id."""

    code = "unknown_command"


class TooManyCommands(SessionError):
    """The limit of saved commands is reached."""

    code = "too_many_commands"


class NotSaved(SessionError):
    """What should be kept could not be written."""

    code = "not_saved"


class NameTaken(SessionError):
    """Another running session has this name."""

    code = "name_taken"


class TooManySessions(SessionError):
    """The limit of sessions is reached."""

    code = "too_many_sessions"


class SpawnFailed(SessionError):
    """The program could not be started."""

    code = "spawn_failed"


class SessionExited(SessionError):
    """The program has ended already."""

    code = "session_exited"


class NoHistory(SessionError):
    """What lies above a client's screen cannot be told now."""

    code = "no_history"

    def __init__(self) -> None:
        super().__init__("What lies above the screen cannot be told now.", "Leave the session and open it again.")
