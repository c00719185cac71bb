"""What can be wrong with bytes from the wire.

WireError
├── MalformedMessage      a frame, control message, token or fragment that does not follow the protocol
├── ProtocolViolation     well formed, but not allowed now (an offset beyond a window, input with a gap)
└── DecryptionFailed      a Noise message that does not verify
"""


class WireError(Exception):
    """Base of every error of the wire; the peer is told a close code, never this text."""


class MalformedMessage(WireError):
    """Bytes that do not follow the protocol."""


class ProtocolViolation(WireError):
    """Well-formed bytes that the state of the conversation does not allow."""


class DecryptionFailed(WireError):
    """A Noise message that does not verify."""
