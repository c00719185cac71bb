"""Registration invites: 15 minutes in which another laptop may register without the registration secret."""

import hmac
import secrets
import time
from typing import Final

from loopsy_daemon.wire.identifiers import encode_base64url

INVITE_SECONDS: Final = 900
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16


def make_invite(registration_secret: str, *, now: float | None = None, nonce: bytes | None = None) -> str:
    """Return `base64url(exp u32 ‖ nonce 12 ‖ HMAC-SHA256(registration secret, …)[:16])` (docs/protocol.md, layer 1)."""
    expires_at = int(time.time() if now is None else now) + INVITE_SECONDS
    body = expires_at.to_bytes(4, "big") + (nonce or secrets.token_bytes(_NONCE_BYTES))
    return encode_base64url(body + hmac.digest(registration_secret.encode(), body, "sha256")[:_TAG_BYTES])
