"""The pairing desk: opens a pairing at the relay, counts wrong codes, ends it."""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from loopsy_daemon.errors import LoopsyError, RelayError
from loopsy_daemon.relay.api import RelayApi
from loopsy_daemon.wire.pairing import PAIRING_SECRET_BYTES, Offer, OpenPairing, encode_fragment, pairing_psk

_log = logging.getLogger(__name__)
_CLOSE_DEADLINE_SECONDS: Final = 2.0
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

    def wrong_code(self) -> int:
        """Count a failure; return how many tries are left. The last one ends the pairing."""
        if self._pairing is None:
            return 0
        left = self._pairing.fail()
        self._happened("pair.wrong_code", {"left": left})
        if left == 0:
            self._end("refused")
        return left

    def complete(self, pairing: OpenPairing, store: Callable[[], None]) -> bool:
        """Use the pairing up: `store` keeps the phone. Tell whether the pairing was still open and the phone is kept.

        A phone that knew the code of an earlier pairing has no part in a later one.
        """
        if self.pairing is not pairing:
            return False
        pairing.succeed()
        try:
            store()
        except LoopsyError as error:
            _log.error("the phone is not paired: %s", error)
            self._end("not_stored")
            return False
        self._end("paired")
        return True

    async def close(self) -> None:
        """End the pairing; what the relay has not been told within the deadline, its alarm does later."""
        self.cancel()
        if self._deletions:
            _, late = await asyncio.wait(self._deletions, timeout=_CLOSE_DEADLINE_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _end(self, outcome: str) -> None:
        if self._expiry:
            self._expiry.cancel()
            self._expiry = None
        if self._pairing:
            self._pairing = None
            self._happened("pair.ended", {"outcome": outcome})

    def forget_pending(self, phone_id: str) -> None:
        """Make the relay delete a phone that was not paired."""
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
