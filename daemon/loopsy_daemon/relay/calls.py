"""One HTTP call to the relay, with a deadline and a limit; a daemon with a relay seldom makes any."""

import asyncio
import re
from pathlib import Path
from typing import Final

from loopsy_daemon.errors import RelayError
from loopsy_daemon.http_client import httpx
from loopsy_daemon.relay.address import is_loopback
from loopsy_daemon.relay.answer import Answer, not_a_relay
from loopsy_daemon.relay.trust import trusting_only

_TIMEOUT: Final = httpx.Timeout(15.0)
_CALL_DEADLINE_SECONDS: Final = 20.0
# The largest answer lists 72 phones.
_MAX_ANSWER_BYTES: Final = 262_144


async def call(
    url: str,
    method: str,
    path: str,
    *,
    bearer: str | None = None,
    body: dict[str, object] | None = None,
    certificate: Path | None = None,
) -> Answer:
    """Return what the relay at `url` answers, whatever its status. Raises RelayError if there is no answer."""
    if bearer and not (bearer.isascii() and bearer.isprintable() and " " not in bearer):
        # HTTP cannot carry it, and what complains further down would quote it.
        raise RelayError("That is no secret or invite: it has characters that none has.", "copy it again, as a whole")
    headers = {"accept-encoding": "identity"}  # what is small stays as large as it says
    if bearer:
        headers["authorization"] = f"Bearer {bearer}"
    try:
        verify = trusting_only(certificate) if certificate is not None and url.startswith("https") else True
    except OSError as error:
        raise RelayError(
            f"{certificate} is no certificate ({error.strerror or error}).", "ask whoever runs the relay for it"
        ) from None
    try:
        async with (
            asyncio.timeout(_CALL_DEADLINE_SECONDS),
            httpx.AsyncClient(
                base_url=url, timeout=_TIMEOUT, follow_redirects=False, trust_env=not is_loopback(url), verify=verify
            ) as client,
            client.stream(method, path, headers=headers, json=body) as response,
        ):
            return await _read(response)
    except (httpx.HTTPError, TimeoutError) as error:
        reason = re.sub(r"^\[Errno -?\d+\] ", "", str(error)) or type(error).__name__
        raise RelayError(f"The relay at {url} cannot be reached: {reason}.", f"curl {url}/health") from error
    except (httpx.InvalidURL, UnicodeError) as error:
        raise RelayError(f"{url} is not a URL.", "loopsy relay configure https://…") from error


async def _read(response: httpx.Response) -> Answer:
    """Read the body, unless it is larger than any that a relay sends."""
    url = str(response.request.url)
    body = bytearray()
    async for part in response.aiter_bytes():
        body += part
        if len(body) > _MAX_ANSWER_BYTES:
            raise not_a_relay(url, status=response.status_code)
    return Answer(url, response.status_code, bytes(body))
