"""The opener's side of a pairing: one at a time, for five minutes, with few tries, until both people have confirmed."""

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

from cryptography.hazmat.primitives.asymmetric import ec

from loopsy_daemon.errors import LoopsyError
from loopsy_daemon.lan.errors import PeerRefused
from loopsy_daemon.lan.identity import Identity, node_id_of
from loopsy_daemon.lan.pairing import (
    NONCE_BYTES,
    Agreement,
    Hello,
    agree,
    decode_hello,
    encode_hello,
    keeps_commitment,
    open_sealed,
    seal,
)
from loopsy_daemon.wire.errors import MalformedMessage

PAIRING_SECONDS: Final = 300.0
REVEAL_SECONDS: Final = 15.0
MAX_TRIES: Final = 5
KEY_BYTES: Final = 32
Outcome = Literal["paired", "refused", "expired", "cancelled", "not_stored"]


@dataclass(frozen=True, slots=True)
class Partner:
    """The other machine, once both people have confirmed; `given` is our key there, `taken` its key here."""

    hello: Hello
    node_id: str
    address: str
    given: str = field(repr=False)
    taken: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Screen:
    """Whoever shows the pairing to the person here: the code with the other's name, and how it ended."""

    code: Callable[[str, str], None]
    ended: Callable[[Outcome], None]


@dataclass(slots=True)
class _Contact:
    """A machine that wants to pair."""

    pairing: str
    committed: bytes
    private_key: ec.EllipticCurvePrivateKey = field(repr=False)
    hello: bytes
    until: float
    agreement: Agreement | None = None
    partner: Hello | None = None
    address: str = ""
    is_confirmed: asyncio.Event = field(default_factory=asyncio.Event)


class PairingDesk:
    """`store` keeps the partner and raises LoopsyError if it cannot."""

    def __init__(self, identity: Identity, name: str, store: Callable[[Partner], None]) -> None:
        self._identity = identity
        self._name = name
        self._store = store
        self._screen: Screen | None = None
        self._contact: _Contact | None = None
        self._tries = 0
        self._expiry: asyncio.TimerHandle | None = None
        self.port = 0
        """Where this machine listens, as partners are told."""

    def open(self, screen: Screen) -> float:
        """Open a pairing and return when it ends, in seconds since 1970. Raises LoopsyError if one is open."""
        if self._screen:
            raise LoopsyError("A pairing is open already.", "finish it, or end it with Ctrl-C where it is shown")
        self._screen, self._contact, self._tries = screen, None, 0
        self._expiry = asyncio.get_running_loop().call_later(PAIRING_SECONDS, self._end, "expired")
        return time.time() + PAIRING_SECONDS

    def answer(self, screen: Screen, *, matches: bool) -> None:
        """Take what the person here says of the codes. Raises LoopsyError if there is nothing to compare."""
        contact = self._contact
        if screen is not self._screen or contact is None or contact.agreement is None:
            raise LoopsyError("There is no code to confirm.", "loopsy pair")
        if matches:
            contact.is_confirmed.set()
        else:
            self._end("refused")

    def cancel(self, screen: Screen | None = None) -> None:
        """End the pairing that this screen shows; without one, any."""
        if screen is None or screen is self._screen:
            self._end("cancelled")

    def commit(self, committed: bytes) -> tuple[str, bytes]:
        """Return the name of the pairing and our hello. Raises PeerRefused."""
        self._open_screen()
        contact, now = self._contact, asyncio.get_running_loop().time()
        if contact and (contact.agreement or now < contact.until):
            raise PeerRefused("busy", "Another machine is pairing there.", "wait for it, and try again")
        self._tries += 1
        if self._tries > MAX_TRIES:
            self._end("refused")
            raise PeerRefused("no_pairing", "No pairing is open there.", "on that machine: loopsy pair")
        private_key = ec.generate_private_key(ec.SECP256R1())
        hello = encode_hello(
            self._name, self._identity.certificate, self.port, private_key, secrets.token_bytes(NONCE_BYTES)
        )
        self._contact = _Contact(secrets.token_urlsafe(16), committed, private_key, hello, now + REVEAL_SECONDS)
        return self._contact.pairing, hello

    def reveal(self, pairing: str, hello: bytes, address: str) -> None:
        """Take the joiner's hello and show the code. Raises PeerRefused if it is not the one committed to."""
        contact = self._contact_of(pairing)
        screen = self._open_screen()
        if contact.agreement:
            raise PeerRefused("bad_request", "The hello was said already.")
        self._contact = None  # unless all is well, the try is over
        if not keeps_commitment(contact.committed, hello):
            raise PeerRefused("bad_request", "That is not what was committed to.", "somebody may be between you")
        try:
            contact.agreement = agree("opener", contact.private_key, contact.hello, hello)
            contact.partner = decode_hello(hello)
        except MalformedMessage as error:
            raise PeerRefused("bad_request", f"That is no pairing: {error}.") from error
        contact.address = address
        self._contact = contact
        screen.code(contact.agreement.code, contact.partner.name)

    async def confirm(self, pairing: str, sealed: bytes) -> bytes:
        """Wait until the person here has confirmed, too; store the partner and return our sealed key for it."""
        contact = self._contact_of(pairing)
        if contact.agreement is None or contact.partner is None:
            raise PeerRefused("bad_request", "The hello is missing.")
        try:
            given = open_sealed(contact.agreement, "joiner", sealed)
        except MalformedMessage as error:
            self._end("refused")
            raise PeerRefused("bad_request", f"That is no pairing: {error}.") from error
        await contact.is_confirmed.wait()
        if self._contact is not contact:  # it ended meanwhile, or it is done
            raise PeerRefused("refused", "The pairing was ended on the other machine.", "on that machine: loopsy pair")
        taken = secrets.token_urlsafe(KEY_BYTES)
        partner = contact.partner
        try:
            self._store(Partner(partner, node_id_of(partner.certificate), contact.address, given, taken))
        except LoopsyError as error:
            self._end("not_stored")
            raise PeerRefused("failed", "The other machine could not store the pairing.") from error
        answer = seal(contact.agreement, "opener", taken)
        self._end("paired")
        return answer

    def withdraw(self, pairing: str) -> None:
        """The joiner does not want to. Raises PeerRefused."""
        self._contact_of(pairing)
        self._end("refused")

    def _open_screen(self) -> Screen:
        if self._screen is None:
            raise PeerRefused("no_pairing", "No pairing is open there.", "on that machine: loopsy pair")
        return self._screen

    def _contact_of(self, pairing: str) -> _Contact:
        self._open_screen()
        if self._contact is None or not secrets.compare_digest(self._contact.pairing.encode(), pairing.encode()):
            raise PeerRefused("no_pairing", "This pairing is over.", "on that machine: loopsy pair")
        return self._contact

    def _end(self, outcome: Outcome) -> None:
        screen, contact, self._screen, self._contact = self._screen, self._contact, None, None
        if self._expiry:
            self._expiry.cancel()
            self._expiry = None
        if contact:
            contact.is_confirmed.set()  # whoever waits sees that it is over
        if screen:
            screen.ended(outcome)
