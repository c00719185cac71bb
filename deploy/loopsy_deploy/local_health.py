"""What a relay of this machine answers to `/health`, over TLS only if it has the certificate that we gave it."""

from pathlib import Path

import httpx
import msgspec

from loopsy_daemon.relay.api import RelayHealth
from loopsy_daemon.relay.trust import trusting_only


async def ask_health(url: str, certificate: Path | None, *, deadline_seconds: float) -> RelayHealth | None:
    """Return what the relay says of itself, or None if it does not answer so."""
    verify = trusting_only(certificate) if certificate is not None else True
    try:
        async with httpx.AsyncClient(timeout=deadline_seconds, trust_env=False, verify=verify) as client:
            answer = await client.get(f"{url}/health")
        return msgspec.json.decode(answer.content, type=RelayHealth) if answer.is_success else None
    except (httpx.HTTPError, msgspec.DecodeError, UnicodeDecodeError):
        return None
