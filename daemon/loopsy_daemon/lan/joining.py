"""The joiner's side of a pairing: commit, compare, confirm, and keep the peer."""

import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from loopsy_daemon.lan.addresses import format_address, parse_address
from loopsy_daemon.lan.errors import PairingFailed, PeerError
from loopsy_daemon.lan.identity import Identity, node_id_of
from loopsy_daemon.lan.pairing import (
    NONCE_BYTES,
    Hello,
    agree,
    commitment,
    decode_hello,
    encode_hello,
    open_sealed,
    seal,
)
from loopsy_daemon.lan.pairing_desk import KEY_BYTES, PAIRING_SECONDS
from loopsy_daemon.lan.peer_keys import PeerKeys
from loopsy_daemon.lan.peers import Peer, PeerStore, Permission, key_hash
from loopsy_daemon.lan.remote import Remote, certificate_at
from loopsy_daemon.wire.errors import MalformedMessage

_BETWEEN_HINT: Final = "somebody may be between the two machines; try again on a network that you trust"
Compare = Callable[[str, str], Awaitable[bool]]
"""Shows the code and the other's name; tells whether the person says that both screens show the same."""


class Joiner:
    """Pairs this machine with another one; `port` is where this one listens, or 0."""

    def __init__(self, identity: Identity, name: str, port: int, peers: PeerStore, keys: PeerKeys) -> None:
        self._identity = identity
        self._name = name
        self._port = port
        self._peers = peers
        self._keys = keys

    async def pair(self, address: str, permissions: tuple[Permission, ...], compare: Compare) -> Peer:
        """Pair with who answers there, and return the peer. Raises PeerError; then nothing is stored here."""
        address = format_address(*parse_address(address))
        certificate = await certificate_at(address)
        private_key = ec.generate_private_key(ec.SECP256R1())
        hello = encode_hello(
            self._name, self._identity.certificate, self._port, private_key, secrets.token_bytes(NONCE_BYTES)
        )
        async with Remote(address, certificate, (address,), None) as remote:
            committed = await remote.commit(commitment(hello))
            try:
                opener = decode_hello(committed.hello)
                if opener.certificate != certificate:
                    raise PairingFailed("Who answers is not who wants to pair.", _BETWEEN_HINT)
                agreement = agree("joiner", private_key, committed.hello, hello)
                await remote.reveal(committed.pairing, hello)
                if not await self._compared(remote, committed.pairing, compare, agreement.code, opener):
                    raise PairingFailed("The pairing was refused here; nothing was stored.", _BETWEEN_HINT)
                given = secrets.token_urlsafe(KEY_BYTES)
                sealed = seal(agreement, "joiner", given)
                answer = await remote.confirm(committed.pairing, sealed, PAIRING_SECONDS)
                taken = open_sealed(agreement, "opener", answer)
            except MalformedMessage as error:
                raise PairingFailed(f"The pairing failed: {error}.", _BETWEEN_HINT) from error
        return self._keep(opener, address, permissions, given, taken)

    async def _compared(self, remote: Remote, pairing: str, compare: Compare, code: str, opener: Hello) -> bool:
        try:
            matches = await compare(code, opener.name)
        except BaseException:
            with suppress(PeerError):
                await remote.withdraw(pairing)
            raise
        if not matches:
            with suppress(PeerError):  # it has ended there already
                await remote.withdraw(pairing)
        return matches

    def _keep(self, opener: Hello, address: str, permissions: tuple[Permission, ...], given: str, taken: str) -> Peer:
        peer = Peer(
            node_id=node_id_of(opener.certificate),
            name=opener.name,
            certificate=opener.certificate,
            key_hash=key_hash(given),
            paired_at=time.time(),
            permissions=permissions,
            addresses=(address,),
        )
        self._keys.put(peer.node_id, taken)
        self._peers.put(peer)
        return peer
