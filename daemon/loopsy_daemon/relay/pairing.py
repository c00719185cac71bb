"""The pairing desk: opens a pairing at the relay, counts wrong codes, ends it."""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from loopsy_daemon.errors import LoopsyError, RelayError
from loopsy_daemon.relay.api import RelayApi
from loopsy_daemon.wire.pairing import PAIRING_SECRET_BYTES, Offer, OpenPairing, encode_fragment, pairing_psk

_log = logging.getLogger(__name__)
Happening = Callable[[str, dict[str, str | int]], None]


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the person at the laptop is shown: the link for the phone, and the code to type there."""

    url: str = field(repr=False)
    code: str = field(repr=False)
    expires_at: float


class PairingDesk:
    """At most one pairing at a time; opening another ends the former."""

    def __init__(self, api: RelayApi, relay_url: str, device_key: bytes, happened: Happening) -> None:
        self._api = api
        self._relay_url = relay_url.rstrip("/")
        self._device_key = device_key
        self._happened = happened
        self._pairing: OpenPairing | None = None
        self._expiry: asyncio.TimerHandle | None = None
        self._deletions: set[asyncio.Task[None]] = set()

    @property
    def pairing(self) -> OpenPairing | None:
        """The pairing that a phone may use now."""
        pairing = self._pairing
        return pairing if pairing and pairing.is_open(time.time()) else None

    async def open(self, ttl_seconds: int, digits: int) -> Invitation:
        """Open a pairing. Raises RelayError."""
        token = await self._api.mint_pair_token(ttl_seconds)
        self.cancel()
        secret = secrets.token_bytes(PAIRING_SECRET_BYTES)
        code = f"{secrets.randbelow(10**digits):0{digits}d}"
        fragment = encode_fragment(Offer(digits, token.token, self._device_key, secret))
        # our clock decides: the relay's may differ by more than a pairing lasts
        expires_at = time.time() + ttl_seconds
        self._pairing = OpenPairing(pairing_psk(secret, code), expires_at)
        self._expiry = asyncio.get_running_loop().call_later(ttl_seconds, self._end, "expired")
        return Invitation(f"{self._relay_url}/app/#{fragment}", code, expires_at)

    def cancel(self) -> None:
        """End the open pairing, if there is one."""
        self._end("cancelled")

    def wrong_code(self, phone_id: str) -> int:
        """Count a failure; return how many tries are left. The last one deletes the pending phone."""
        if self._pairing is None:
            return 0
        left = self._pairing.fail()
        self._happened("pair.wrong_code", {"left": left})
        if left == 0:
            self._delete(phone_id)
            self._end("refused")
        return left

    def paired(self, phone_id: str) -> bool:
        """Use the pairing up for this phone; tell whether it was still open."""
        pairing = self.pairing
        if pairing is None:
            self._delete(phone_id)
            return False
        pairing.succeed()
        self._end("paired")
        return True

    async def close(self) -> None:
        """End the pairing and wait for what is still to be told to the relay."""
        self.cancel()
        await asyncio.gather(*self._deletions)

    def _end(self, outcome: str) -> None:
        if self._expiry:
            self._expiry.cancel()
            self._expiry = None
        if self._pairing:
            self._pairing = None
            self._happened("pair.ended", {"outcome": outcome})

    def _delete(self, phone_id: str) -> None:
        task = asyncio.get_running_loop().create_task(self._delete_phone(phone_id))
        self._deletions.add(task)
        task.add_done_callback(self._deletions.discard)

    async def _delete_phone(self, phone_id: str) -> None:
        try:
            await self._api.delete_phone(phone_id)
        except RelayError as error:
            # the relay's alarm deletes a pending phone by itself; the daemon has not stored its key
            _log.warning("a pending phone could not be deleted: %s", error)


class NoRelay(LoopsyError):
    """Pairing needs a relay."""

    def __init__(self) -> None:
        super().__init__("No relay is configured.", "loopsy relay configure https://…")
