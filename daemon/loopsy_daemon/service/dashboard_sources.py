"""What the dashboard shows beside sessions, asked of the daemon as its other clients on this machine do."""

from loopsy_daemon.dashboard.sources import PeerRow, Peers, Phones
from loopsy_daemon.paths import Paths
from loopsy_daemon.service.client import DaemonClient
from loopsy_daemon.service.machines import Machines
from loopsy_daemon.service.own_exchange import OwnExchange
from loopsy_daemon.service.peer_states import peer_states
from loopsy_daemon.wire import messages


class DaemonSources:
    """Asks over the local socket, and of the exchange directly."""

    def __init__(self, paths: Paths, exchange: OwnExchange) -> None:
        self._paths = paths
        self._exchange = exchange
        self._machines = Machines(paths)

    async def peers(self) -> Peers:
        """Return how the other machines are. Raises LoopsyError."""
        states, machines = await peer_states(self._machines)
        async with await DaemonClient.connect(self._paths.socket) as client:
            state = await client.request(messages.LanShow(id=client.next_id()))
        assert isinstance(state, messages.LanState)
        rows = [
            PeerRow(
                node_id=found.peer.node_id,
                name=found.peer.name,
                state=found.state,
                address=found.address,
                version=found.version,
                permits=found.peer.permissions,
                permitted=found.permitted,
                paired_at=found.peer.paired_at,
                seen_at=found.seen_at,
            )
            for found in states
        ]
        return Peers(peers=rows, machines=machines, listen=state.listen, addresses=state.addresses)

    async def phones(self) -> Phones:
        """Return the phones, and the state of the relay's link. Raises LoopsyError."""
        async with await DaemonClient.connect(self._paths.socket) as client:
            status = await client.request(messages.Status(id=client.next_id()))
            assert isinstance(status, messages.StatusReport)
            if status.relay is None:
                return Phones(phones=[], relay="off")
            found = await client.request(messages.PhonesList(id=client.next_id()))
        assert isinstance(found, messages.Phones)
        return Phones(phones=found.phones, relay=status.relay.state)

    async def revoke(self, phone_id: str) -> None:
        """Revoke a phone. Raises LoopsyError."""
        async with await DaemonClient.connect(self._paths.socket) as client:
            await client.request(messages.PhonesRevoke(id=client.next_id(), phone=phone_id))

    async def exchange(self, operation: str, question: bytes) -> bytes:
        """Ask about shared values, messages and tasks, in JSON. Raises LoopsyError."""
        return await self._exchange.ask(operation, question)
