"""WebSocket close codes of the link."""

from enum import IntEnum
from typing import Final


class CloseCode(IntEnum):
    """Why a link's socket was closed (`docs/protocol.md`, close codes)."""

    NORMAL = 1000
    GOING_AWAY = 1001
    TOO_LARGE = 1009
    REPLACED = 4001
    REVOKED = 4003
    UNKNOWN = 4004
    HANDSHAKE_REFUSED = 4005
    NO_PAIRING = 4006
    TOO_SLOW = 4008
    PROTOCOL_ERROR = 4010
    RATE_LIMITED = 4029


RATE_LIMITED_PAUSE_SECONDS: Final = 60.0
